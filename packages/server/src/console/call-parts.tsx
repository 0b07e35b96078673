import type { CallRecord, ClaimVerdict } from "@vestibule/engine";
import { warningSentence } from "../calls/call-warnings.ts";
import { attemptText, decisionSentence, effectText } from "../calls/describe.ts";
import { Empty, State, TableFrame, type Tone } from "./parts.tsx";

/** How a call ended: `HTTP 200`, or what kept an answer from coming. */
export function CallState({ call }: { readonly call: CallRecord }) {
  const { failure, response } = call;
  if (!response) return <State tone="bad">{failure?.kind ?? "not sent"}</State>;
  const tone: Tone = failure ? "bad" : response.status === 200 ? "good" : "warn";
  return <State tone={tone}>HTTP {response.status}</State>;
}

const tones: Readonly<Record<string, Tone>> = { continue: "good", page: "warn", block: "bad", fail: "bad" };

export function Decision({ call }: { readonly call: CallRecord }) {
  return <State tone={tones[call.decision] ?? "quiet"}>{call.decision}</State>;
}

/** Request, answer and verdict of one call, in that order. */
export function CallDetail({
  call,
  id,
  heading: Heading,
}: {
  readonly call: CallRecord;
  readonly id: string;
  readonly heading: "h2" | "h3";
}) {
  const { request, response } = call;
  return (
    <>
      <div class="exchange">
        <section aria-labelledby={`${id}-request`}>
          <Heading id={`${id}-request`}>Request</Heading>
          <p class="mono wrap">
            <b>{request.method}</b> {request.url}
          </p>
          <Headers headers={request.headers} />
          <Body text={request.body} absent="No body was sent." label="Body of the request" />
        </section>
        <section aria-labelledby={`${id}-answer`}>
          <Heading id={`${id}-answer`}>Answer</Heading>
          <p>
            <CallState call={call} /> <span class="faint">{`${call.duration} ms in all`}</span>
          </p>
          {response && <Headers headers={response.headers} />}
          <Body text={response?.body} absent="No answer came." label="Body of the answer" />
          <Attempts call={call} />
        </section>
      </div>
      <section aria-labelledby={`${id}-verdict`}>
        <Heading id={`${id}-verdict`}>Verdict</Heading>
        <CallVerdict call={call} />
      </section>
    </>
  );
}

/** What the flow does with the answer, claim by claim. */
export function CallVerdict({ call }: { readonly call: CallRecord }) {
  return (
    <>
      <p>
        <Decision call={call} /> {decisionSentence(call)}
      </p>
      {call.failure && <p class="wrap">{call.failure.detail}</p>}
      <Verdicts verdicts={call.verdicts} />
      <Warnings warnings={call.warnings} />
    </>
  );
}

function Warnings({ warnings }: { readonly warnings: readonly string[] }) {
  const shown = warnings.flatMap((warning) => {
    const sentence = warningSentence(warning);
    return sentence === undefined ? [] : [{ warning, sentence }];
  });
  if (shown.length === 0) return null;
  return (
    <ul class="plain-list warnings" aria-label="Warnings">
      {shown.map(({ warning, sentence }) => (
        <li key={warning} class="wrap">
          <State tone="warn">{sentence}</State>
        </li>
      ))}
    </ul>
  );
}

function Headers({ headers }: { readonly headers: Readonly<Record<string, string>> }) {
  const entries = Object.entries(headers);
  if (entries.length === 0) return null;
  return (
    <details>
      <summary>{entries.length === 1 ? "1 header" : `${entries.length} headers`}</summary>
      <dl class="headers mono">
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Body({
  text,
  absent,
  label,
}: {
  readonly text: string | undefined;
  readonly absent: string;
  readonly label: string;
}) {
  if (text === undefined) return <p class="faint">{absent}</p>;
  if (text === "") return <p class="faint">The body is empty.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section class="body" aria-label={label} tabIndex={0}>
      <pre>{readable(text)}</pre>
    </section>
  );
}

/** JSON with line breaks; everything else as it came. */
export function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function Attempts({ call }: { readonly call: CallRecord }) {
  if (call.attempts.length === 0) return <p class="faint">Nothing was sent.</p>;
  return (
    <ol class="attempts">
      {call.attempts.map((attempt, index) => (
        <li key={index}>
          Attempt {index + 1}: {attemptText(attempt)}
        </li>
      ))}
    </ol>
  );
}

function Verdicts({ verdicts }: { readonly verdicts: readonly ClaimVerdict[] }) {
  if (verdicts.length === 0) {
    return (
      <Empty title="No claim came back">
        Each member of the answer would stand here with what became of it. An API returns a claim by its name,
        for example <code>"city": "Berlin"</code> or <code>"extension_LoyaltyTier": "gold"</code>.
      </Empty>
    );
  }
  return (
    <TableFrame label="Verdict on each claim">
      <table class="verdicts">
        <thead>
          <tr>
            <th scope="col">Name in the answer</th>
            <th scope="col">Verdict</th>
            <th scope="col">Value, or why not</th>
          </tr>
        </thead>
        <tbody>
          {verdicts.map((verdict) => (
            <tr key={verdict.name} data-verdict={verdict.verdict}>
              <th scope="row" class="mono">
                {verdict.name}
              </th>
              <td>
                <State tone={verdict.verdict === "used" ? "good" : "quiet"}>{verdict.verdict}</State>
              </td>
              <td class="wrap">
                {verdict.verdict === "used" ? (
                  <>
                    <code>{JSON.stringify(verdict.value)}</code>
                    {verdict.claim !== verdict.name && (
                      <>
                        {" as "}
                        <code>{verdict.claim}</code>
                      </>
                    )}
                    {verdict.effect && <div class="faint">{effectText(verdict)}</div>}
                  </>
                ) : (
                  <>
                    {verdict.reason}
                    {verdict.nearest !== undefined && (
                      <>
                        {" Nearest name that would be used: "}
                        <code>{verdict.nearest}</code>.
                      </>
                    )}
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}
