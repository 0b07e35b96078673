import type { CallRecord } from "@vestibule/engine";
import type { TenantCall } from "../calls/calls.ts";
import { decisionSentence } from "../calls/describe.ts";
import { CallDetail, CallState, CallVerdict, Decision, readable } from "./call-parts.tsx";
import { Copy, Empty, Search, State, TableFrame, When } from "./parts.tsx";

export interface CallListView {
  readonly calls: readonly TenantCall[];
  readonly query: string;
  /** Ids of calls that were sent again from here. */
  readonly replays: { has(id: string): boolean };
  readonly now: number;
}

/** `/dev/calls`. */
export function CallList({ view }: { readonly view: CallListView }) {
  const { calls, query, replays, now } = view;
  return (
    <>
      <div class="head">
        <h1>Calls of REST APIs</h1>
        <Search action="/dev/calls" query={query} label="Policy, connector, status, journey" />
      </div>
      <div data-live="calls">
        {calls.length === 0 ? (
          <Nothing query={query} />
        ) : (
          <TableFrame label="Calls">
            <table class="list">
              <thead>
                <tr>
                  <th scope="col">When</th>
                  <th scope="col">Connector</th>
                  <th scope="col">Result</th>
                  <th scope="col">Decision</th>
                  <th scope="col" class="number">
                    Attempts
                  </th>
                  <th scope="col" class="number">
                    Duration
                  </th>
                  <th scope="col">Policy</th>
                  <th scope="col">Step</th>
                </tr>
              </thead>
              <tbody>
                {calls.map(({ call }) => (
                  <tr key={call.id} data-key={call.id}>
                    <td>
                      <a href={`/dev/calls/${encodeURIComponent(call.id)}`} data-row>
                        <When at={call.at} now={now} />
                      </a>
                    </td>
                    <td class="mono">
                      {call.connectorId ?? call.technicalProfile}
                      {replays.has(call.id) && <span class="tag">replay</span>}
                    </td>
                    <td>
                      <CallState call={call} />
                    </td>
                    <td>
                      <Decision call={call} />
                    </td>
                    <td class="number">{call.attempts.length}</td>
                    <td class="number">{Math.round(call.duration)} ms</td>
                    <td class="mono">{call.policyId}</td>
                    <td>
                      {call.step} <span class="faint">{call.connectorStep}</span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableFrame>
        )}
      </div>
    </>
  );
}

function Nothing({ query }: { readonly query: string }) {
  return query === "" ? (
    <Empty title="No API was called yet">
      Each call of an API connector stands here with its request, its answer and a verdict for every claim. It
      comes when a user flow with a connector is run: <a href="/dev">Run now</a>.
    </Empty>
  ) : (
    <Empty title={`No call fits “${query}”`}>
      Search by policy, connector, status, decision or the id of a journey.{" "}
      <a href="/dev/calls">Show all calls</a>.
    </Empty>
  );
}

export interface CallView {
  readonly shown: TenantCall;
  /** The call that it repeats, shown beside it. */
  readonly earlier?: TenantCall;
  /** False where the journey left no trace: a replay moves none. */
  readonly hasJourney: boolean;
  readonly token: string;
  readonly now: number;
  /** Why the replay that was asked for did not happen. */
  readonly problem?: string;
  /** Body that was edited in the form. */
  readonly body?: string;
  /** What the flow would do with the edited answer. */
  readonly tried?: CallRecord;
  /** The answer as it was edited in the form. */
  readonly answer?: { readonly status: string; readonly body: string };
}

/** `/dev/calls/{id}`. */
export function CallPage({ view }: { readonly view: CallView }) {
  const { shown, earlier, now } = view;
  const { call } = shown;
  return (
    <>
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href="/dev/calls" data-up>
          Calls
        </a>
      </nav>
      <h1 class="mono">{call.connectorId ?? call.technicalProfile}</h1>
      {view.problem !== undefined && (
        <p class="notice" role="alert">
          <State tone="bad">{view.problem}</State>
        </p>
      )}
      {view.tried && (
        <section class="card stack" aria-labelledby="tried">
          <h2 id="tried">With the edited answer</h2>
          <CallVerdict call={view.tried} />
          <p class="faint">Nothing was sent, and nothing changed.</p>
        </section>
      )}
      <Facts view={view} />
      {earlier ? (
        <div class="beside">
          <section aria-labelledby="before">
            <h2 id="before">
              <a href={`/dev/calls/${encodeURIComponent(earlier.call.id)}`}>Before</a>{" "}
              <span class="faint">
                <When at={earlier.call.at} now={now} />
              </span>
            </h2>
            <CallDetail call={earlier.call} id="earlier" heading="h3" />
          </section>
          <section aria-labelledby="replayed">
            <h2 id="replayed">
              Sent again{" "}
              <span class="faint">
                <When at={call.at} now={now} />
              </span>
            </h2>
            <CallDetail call={call} id="call" heading="h3" />
          </section>
        </div>
      ) : (
        <CallDetail call={call} id="call" heading="h2" />
      )}
      <ReplayForm view={view} />
      <AnswerForm view={view} />
    </>
  );
}

/** What would the flow do with another answer? Nothing is sent to find out. */
function AnswerForm({ view }: { readonly view: CallView }) {
  const { call } = view.shown;
  const { status = String(call.response?.status ?? 200), body = readable(call.response?.body ?? "") } =
    view.answer ?? {};
  return (
    <form class="card stack replay" action={`/dev/calls/${encodeURIComponent(call.id)}/try`} method="post">
      <h2>Try another answer</h2>
      <p class="faint" id="answer-help">
        Says what the flow would do if the API answered this. Nothing is sent, and nothing changes.
      </p>
      <input type="hidden" name="token" value={view.token} />
      <label for="status">HTTP status</label>
      <input
        id="status"
        name="status"
        class="mono"
        inputMode="numeric"
        pattern="[1-5][0-9]{2}"
        value={status}
      />
      <label for="answer">Answer</label>
      <textarea
        id="answer"
        name="answer"
        class="mono"
        rows={Math.min(24, Math.max(6, body.split("\n").length + 1))}
        spellcheck={false}
        aria-describedby="answer-help"
      >
        {body}
      </textarea>
      <p>
        <button type="submit">Try</button>
      </p>
    </form>
  );
}

function Facts({ view }: { readonly view: CallView }) {
  const { shown, earlier, hasJourney, now } = view;
  const { call, tenant } = shown;
  return (
    <>
      {earlier && (
        <p class="notice">
          With this answer: {decisionSentence(call)}{" "}
          <span class="faint">No journey and no account was touched.</span>
        </p>
      )}
      <dl class="facts">
        <div>
          <dt>Result</dt>
          <dd>
            <CallState call={call} /> <Decision call={call} />
          </dd>
        </div>
        <div>
          <dt>When</dt>
          <dd>
            <When at={call.at} now={now} />
          </dd>
        </div>
        <div>
          <dt>Policy</dt>
          <dd class="mono">
            {call.policyId}, step {call.step} {call.connectorStep}
          </dd>
        </div>
        <div>
          <dt>Tenant</dt>
          <dd class="mono">{tenant.defaultDomain}</dd>
        </div>
        <div>
          <dt>Journey</dt>
          <dd class="mono">
            {hasJourney ? (
              <a href={`/dev/journeys/${encodeURIComponent(call.correlationId)}`}>{call.correlationId}</a>
            ) : (
              <span class="faint">none: sent again from here</span>
            )}
          </dd>
        </div>
        <div>
          <dt>Call</dt>
          <dd class="mono">
            {call.id} <Copy text={call.id} what="the id of the call" />
          </dd>
        </div>
      </dl>
    </>
  );
}

/** How the record of a long body ends. */
const cutOff = /… \(\d+ characters in all\)$/;

function ReplayForm({ view }: { readonly view: CallView }) {
  const { call } = view.shown;
  if (call.request.body === undefined) return null;
  const body = view.body ?? readable(call.request.body);
  return (
    <form class="card stack replay" action={`/dev/calls/${encodeURIComponent(call.id)}/replay`} method="post">
      <h2>Send it again</h2>
      <p class="faint" id="replay-help">
        Goes to today's address with today's credentials. No journey moves and no account changes. What was
        hidden in the record is sent as it stands here.
        {cutOff.test(call.request.body) &&
          " The record holds only the beginning of the body: complete it first."}
      </p>
      <input type="hidden" name="token" value={view.token} />
      <label for="body">Body</label>
      <textarea
        id="body"
        name="body"
        class="mono"
        rows={Math.min(24, Math.max(6, body.split("\n").length + 1))}
        spellcheck={false}
        aria-describedby="replay-help"
      >
        {body}
      </textarea>
      <p>
        <button type="submit" class="primary">
          Replay
        </button>
      </p>
    </form>
  );
}
