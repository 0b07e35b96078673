import type { CallRecord, ClaimValue, TraceEntry } from "@vestibule/engine";
import { CallState, Decision } from "./call-parts.tsx";
import { applicationName, type JourneyRecordings, type JourneyStep, stepsOf } from "./journeys.ts";
import { JourneyState } from "./journeys-page.tsx";
import { Copy, State, type Tone, When } from "./parts.tsx";

/** `/dev/journeys/{id}`: the steps as a vertical line, with what each did and who answered. */
export function JourneyPage({
  id,
  recordings,
  now,
}: {
  readonly id: string;
  readonly recordings: JourneyRecordings;
  readonly now: number;
}) {
  const { tenant, summary, entries } = recordings;
  const steps = stepsOf(entries);
  return (
    <>
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href="/dev/journeys" data-up>
          Journeys
        </a>
      </nav>
      <h1 class="mono">{summary?.policyId ?? "Journey"}</h1>
      <div data-live={`journey-${id}`}>
        <dl class="facts">
          {summary && (
            <>
              <div>
                <dt>Status</dt>
                <dd>
                  <JourneyState status={summary.status} />
                </dd>
              </div>
              <div>
                <dt>Begun</dt>
                <dd>
                  <When at={summary.startedAt} now={now} />
                </dd>
              </div>
              <div>
                <dt>Application</dt>
                <dd>{applicationName(tenant, summary.clientId)}</dd>
              </div>
            </>
          )}
          <div>
            <dt>Tenant</dt>
            <dd class="mono">{tenant.defaultDomain}</dd>
          </div>
          <div>
            <dt>Journey, correlation id</dt>
            <dd class="mono">
              {id} <Copy text={id} what="the id of the journey" />
            </dd>
          </div>
        </dl>
        <ol class="line">
          {steps.map((step, index) => (
            <Step
              key={step.head.index}
              step={step}
              recordings={recordings}
              began={entries[0]?.at ?? 0}
              last={index === steps.length - 1}
              now={now}
            />
          ))}
        </ol>
      </div>
    </>
  );
}

function Step({
  step,
  recordings,
  began,
  last,
  now,
}: {
  readonly step: JourneyStep;
  readonly recordings: JourneyRecordings;
  readonly began: number;
  readonly last: boolean;
  readonly now: number;
}) {
  const { head, rest } = step;
  const { entry } = head;
  const outcome = outcomeOf(step, recordings, last);
  return (
    <li class={`${entry.kind} ${outcome.tone}`} data-key={`step-${head.index}`}>
      <div class="step-head">
        <span class="order">{entry.kind === "event" ? "→" : step.step}</span>
        <h2>{headline(entry)}</h2>
        <State tone={outcome.tone}>{outcome.words}</State>
        <span class="faint">
          {answeredBy(step)}, +{duration(entry.at - began)}{" "}
          <span class="exact">
            <When at={entry.at} now={now} />
          </span>
        </span>
      </div>
      {rest.length > 0 && (
        <ul class="entries">
          {rest.map(({ index, entry: one }) => (
            <Entry key={index} index={index} entry={one} recordings={recordings} />
          ))}
        </ul>
      )}
    </li>
  );
}

function Entry({
  index,
  entry,
  recordings,
}: {
  readonly index: number;
  readonly entry: TraceEntry;
  readonly recordings: JourneyRecordings;
}) {
  const call = callOf(entry, recordings);
  const mail = recordings.mails.get(index);
  return (
    <li class={entry.kind}>
      <span class="kind">{kinds[entry.kind]}</span>
      <div class="what">
        <p class="wrap">
          {entry.text}{" "}
          {call && (
            <a href={`/dev/calls/${encodeURIComponent(call.id)}`} class="plain">
              <CallState call={call} /> <Decision call={call} /> request and answer
            </a>
          )}
          {mail && <a href={`/dev/outbox#mail-${mail.id}`}>mail to {mail.to}</a>}
        </p>
        {entry.claims && <Claims claims={entry.claims} id={`claims-${index}`} />}
      </div>
    </li>
  );
}

function Claims({ claims, id }: { readonly claims: NonNullable<TraceEntry["claims"]>; readonly id: string }) {
  const changes = Object.entries(claims);
  return (
    <details id={id}>
      <summary data-row>
        {changes.length === 1 ? "1 claim" : `${changes.length} claims`}:{" "}
        <span class="mono faint">{changes.map(([name]) => name).join(", ")}</span>
      </summary>
      <table class="difference">
        <thead>
          <tr>
            <th scope="col">Claim</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(([name, { before, after }]) => (
            <tr key={name}>
              <th scope="row" class="mono">
                {name}
              </th>
              <Value value={before} side="before" changed={before !== undefined} />
              <Value value={after} side="after" changed={true} />
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function Value({
  value,
  side,
  changed,
}: {
  readonly value: ClaimValue | undefined;
  readonly side: "before" | "after";
  readonly changed: boolean;
}) {
  return value === undefined ? (
    <td class="faint">no value</td>
  ) : (
    <td class={`mono wrap ${changed ? side : ""}`}>
      {typeof value === "string" ? value : JSON.stringify(value)}
    </td>
  );
}

const kinds: Readonly<Record<TraceEntry["kind"], string>> = {
  event: "event",
  step: "step",
  stepSkipped: "skipped",
  profile: "profile",
  transformation: "transformation",
  validation: "check",
  directory: "directory",
  call: "API call",
  page: "page",
  session: "session",
  outcome: "outcome",
  warning: "warning",
};

const events: Readonly<Record<string, string>> = {
  started: "The application asked",
  confirmed: "The page was confirmed",
  signUpChosen: "The person chose to sign up",
  forgotPassword: "The person forgot the password",
  cancelled: "The person cancelled",
  reload: "The page was asked for again",
};

function headline(entry: TraceEntry): string {
  return (entry.kind === "event" ? events[entry.text] : undefined) ?? entry.text;
}

/** Who gave what this part lives on. */
function answeredBy({ head, rest }: JourneyStep): string {
  if (head.entry.kind === "event") {
    if (head.entry.text === "started") return "the application";
    return head.entry.text.startsWith("The identity provider") ? "the identity provider" : "the person";
  }
  if (rest.some(({ entry }) => entry.kind === "call")) return "a REST API";
  if (rest.some(({ entry }) => entry.kind === "directory")) return "the directory";
  return "the server";
}

function outcomeOf(
  { head, rest }: JourneyStep,
  recordings: JourneyRecordings,
  last: boolean,
): { readonly tone: Tone; readonly words: string } {
  if (head.entry.kind === "stepSkipped") return { tone: "quiet", words: "skipped" };
  const calls = rest.flatMap(({ entry }) => callOf(entry, recordings) ?? []);
  if (calls.some(({ decision }) => decision === "fail")) return { tone: "bad", words: "the API failed" };
  if (calls.some(({ decision }) => decision === "block")) return { tone: "bad", words: "blocked by the API" };
  if (calls.some(({ decision }) => decision === "page"))
    return { tone: "warn", words: "corrected by the API" };
  const texts = [head, ...rest].map(({ entry }) => entry.text);
  if (texts.some((text) => /: (failed|refused): |^AADB2C|: AADB2C/.test(text)))
    return { tone: "bad", words: "refused" };
  if (rest.some(({ entry }) => entry.kind === "warning")) return { tone: "warn", words: "with a warning" };
  if (rest.some(({ entry }) => entry.kind === "page")) {
    const waiting = last && recordings.summary?.status === "suspended";
    return waiting
      ? { tone: "quiet", words: "waiting for the person" }
      : { tone: "good", words: "page shown" };
  }
  return { tone: "good", words: "done" };
}

function callOf(entry: TraceEntry, { calls }: JourneyRecordings): CallRecord | undefined {
  const id = entry.detail?.call;
  return typeof id === "string" ? calls.find((call) => call.id === id) : undefined;
}

function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${Math.floor(milliseconds / 60_000)} min ${Math.round((milliseconds % 60_000) / 1000)} s`;
}
