import type { TraceEntry } from "@vestibule/engine";
import { CallState, Decision } from "./call-parts.tsx";
import { Changes, ClaimsAround, Inputs, Preconditions } from "./journey-claims.tsx";
import { callOf, describeStep, duration, skipReason } from "./journey-step.ts";
import { applicationName, type JourneyRecordings, type JourneyStep, stepsOf } from "./journeys.ts";
import { JourneyState } from "./journeys-page.tsx";
import { Copy, State, When } from "./parts.tsx";

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
              isLast={index === steps.length - 1}
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
  isLast,
}: {
  readonly step: JourneyStep;
  readonly recordings: JourneyRecordings;
  readonly began: number;
  readonly isLast: boolean;
}) {
  const { head, rest, around } = step;
  const { kind } = head.entry;
  const words = describeStep(step, recordings, isLast);
  return (
    <li class={`${kind} ${words.tone}`} data-key={`step-${head.index}`}>
      <div class="step-head">
        <span class="order">{words.order}</span>
        <h2>
          {words.headline} {words.profile !== undefined && <span class="mono faint">{words.profile}</span>}
        </h2>
        <State tone={words.tone}>{words.outcome}</State>
        <span class="faint">
          {words.who}, <Offset at={head.entry.at} began={began} />
        </span>
      </div>
      {words.more !== undefined && <p class="mono faint wrap more">{words.more}</p>}
      {kind === "step" && head.entry.preconditions && (
        <Preconditions verdicts={head.entry.preconditions} skips="the step" />
      )}
      {kind === "stepSkipped" ? (
        <Skipped step={step} />
      ) : (
        rest.length > 0 && (
          <ul class="entries">
            {rest.map(({ index, entry }) => (
              <Entry key={index} index={index} entry={entry} recordings={recordings} />
            ))}
          </ul>
        )
      )}
      {kind !== "stepSkipped" && <ClaimsAround around={around} id={`around-${head.index}`} />}
    </li>
  );
}

/** Time since the journey began, the moment itself on hover. */
function Offset({ at, began }: { readonly at: number; readonly began: number }) {
  const exact = new Date(at).toISOString();
  return (
    <time dateTime={exact} title={exact.replace("T", " ")}>
      +{duration(at - began)}
    </time>
  );
}

function Skipped({ step }: { readonly step: JourneyStep }) {
  return (
    <details id={`skipped-${step.head.index}`}>
      <summary data-row>Why</summary>
      <ul class="entries">
        {[step.head, ...step.rest].map(({ index, entry }) => (
          <li key={index}>
            <span class="kind">step {entry.step}</span>
            <div class="what">
              {entry.preconditions ? (
                <Preconditions verdicts={entry.preconditions} skips="the step" />
              ) : (
                <p class="wrap">{skipReason(entry)}</p>
              )}
            </div>
          </li>
        ))}
      </ul>
    </details>
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
        {call ? (
          <p class="call wrap">
            <a href={`/dev/calls/${encodeURIComponent(call.id)}`} data-row>
              {call.technicalProfile}
            </a>{" "}
            <CallState call={call} /> <Decision call={call} />{" "}
            <span class="mono faint">
              {call.request.method} {call.request.url}
            </span>
          </p>
        ) : (
          <p class="wrap">
            {entry.text} {mail && <a href={`/dev/outbox#mail-${mail.id}`}>mail to {mail.to}</a>}
          </p>
        )}
        {entry.preconditions && (
          <Preconditions verdicts={entry.preconditions} skips="the technical profile" />
        )}
        {entry.inputs && <Inputs inputs={entry.inputs} id={`inputs-${index}`} />}
        {entry.claims && <Changes claims={entry.claims} id={`claims-${index}`} />}
      </div>
    </li>
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
