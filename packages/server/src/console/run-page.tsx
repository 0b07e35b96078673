import { Copy, State, TableFrame } from "./parts.tsx";
import type { RunAnswer } from "./redeem.ts";
import { authorizationRequest, policyPath, type Run, type RunProof, targetValue } from "./run.ts";

/** A run whose answer goes to an address that is not the console's: the link, and the way back. */
export function RunPage({
  run,
  proof,
  token,
  answer,
  elsewhere,
}: {
  readonly run: Run;
  readonly proof: RunProof;
  readonly token: string;
  readonly answer?: RunAnswer;
  /** Where the sample application of another address starts this run. */
  readonly elsewhere?: string;
}) {
  const parameters = authorizationRequest(run, proof);
  const address = `${policyPath(run, "oauth2/v2.0/authorize")}?${new URLSearchParams(parameters)}`;
  return (
    <>
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href="/dev">Run now</a>
      </nav>
      <h1 class="mono">{run.policy.id}</h1>
      <p class="faint">
        {run.application.displayName}, answered at <code>{run.redirectUri}</code>
      </p>
      {answer && <Answer answer={answer} />}
      <ol class="steps">
        <li>
          <p>
            {elsewhere !== undefined ? (
              <a class="button primary" href={elsewhere}>
                Open the sample application there
              </a>
            ) : (
              <a class="button primary" href={address} target="_blank" rel="noopener">
                Run now in a new tab
              </a>
            )}
          </p>
        </li>
        {elsewhere === undefined && (
          <li>
            <p>
              The browser ends at <code>{run.redirectUri}</code>, which is not the console's. Copy the whole
              address from there, also where nothing answers, and the console redeems the code.
            </p>
            <form class="stack" action="/dev/run/answer" method="post">
              <input type="hidden" name="token" value={token} />
              <input type="hidden" name="tenant" value={run.tenant.id} />
              <input type="hidden" name="policy" value={run.policy.id} />
              <input type="hidden" name="target" value={targetValue(run.application, run.redirectUri)} />
              {[...Object.entries(run.parameters), ...Object.entries(proof)].map(([name, value]) => (
                <input type="hidden" name={name} value={value} key={name} />
              ))}
              <label for="answer">Address that the browser ended at</label>
              <textarea id="answer" name="answer" rows={3} required spellcheck={false} class="mono" />
              <p>
                <button type="submit">Redeem the code</button>
              </p>
            </form>
          </li>
        )}
      </ol>
      <details class="card">
        <summary>The authorization request</summary>
        <TableFrame label="Parameters of the authorization request">
          <table class="facts">
            <tbody>
              {Object.entries(parameters).map(([name, value]) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td class="mono">{value}</td>
                </tr>
              ))}
              <tr>
                <th scope="row">code_verifier</th>
                <td class="mono">
                  {proof.verifier} <Copy text={proof.verifier} what="the code verifier" />
                </td>
              </tr>
            </tbody>
          </table>
        </TableFrame>
      </details>
    </>
  );
}

function Answer({ answer }: { readonly answer: RunAnswer }) {
  switch (answer.kind) {
    case "problem":
      return (
        <p class="notice" role="alert">
          <State tone="bad">{answer.message}</State>
        </p>
      );
    case "refused":
      return (
        <section class="card" aria-label="Answer">
          <h2>
            <State tone="bad">No token came back</State>
          </h2>
          <pre>{`${answer.error}\n${answer.description}`}</pre>
        </section>
      );
    case "tokens":
      return (
        <section aria-label="Answer">
          <h2>
            <State tone={answer.signed ? "good" : "bad"}>
              {answer.signed ? "Signed in; the signature is right" : "The signature is wrong"}
            </State>
          </h2>
          <p class="faint">The answer held {answer.names.join(", ")}.</p>
          <TableFrame label="Claims of the token">
            <table class="facts" id="claims">
              <thead>
                <tr>
                  <th scope="col">Claim</th>
                  <th scope="col">Value</th>
                </tr>
              </thead>
              <tbody>
                {Object.entries(answer.claims).map(([name, value]) => (
                  <tr key={name} data-claim={name}>
                    <th scope="row">{name}</th>
                    <td class="mono">{typeof value === "string" ? value : JSON.stringify(value)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableFrame>
        </section>
      );
  }
}

/** A form that named something that is gone. */
export function Gone({ problem }: { readonly problem: string }) {
  return (
    <>
      <h1>That is not there</h1>
      <p class="notice" role="alert">
        <State tone="bad">{problem}</State>
      </p>
      <p>
        <a href="/dev">Choose again</a>
      </p>
    </>
  );
}
