import { applicationName, type TenantJourney } from "./journeys.ts";
import { Empty, Search, State, TableFrame, type Tone, When } from "./parts.tsx";

const statuses: Readonly<Record<string, { readonly tone: Tone; readonly words: string }>> = {
  created: { tone: "quiet", words: "begun" },
  suspended: { tone: "quiet", words: "waiting" },
  completed: { tone: "good", words: "completed" },
  failed: { tone: "bad", words: "failed" },
  ended: { tone: "warn", words: "ended on a page" },
};

export function JourneyState({ status }: { readonly status: string }) {
  const { tone, words } = statuses[status] ?? { tone: "quiet", words: status };
  return <State tone={tone}>{words}</State>;
}

/** `/dev/journeys`. */
export function JourneyList({
  journeys,
  query,
  now,
}: {
  readonly journeys: readonly TenantJourney[];
  readonly query: string;
  readonly now: number;
}) {
  return (
    <>
      <div class="head">
        <h1>Journeys</h1>
        <Search action="/dev/journeys" query={query} label="Policy, application, status, id" />
      </div>
      <div data-live="journeys">
        {journeys.length === 0 ? (
          <Nothing query={query} />
        ) : (
          <TableFrame label="Journeys">
            <table class="list">
              <thead>
                <tr>
                  <th scope="col">Last moved</th>
                  <th scope="col">Status</th>
                  <th scope="col">Policy</th>
                  <th scope="col">Step</th>
                  <th scope="col">What happened last</th>
                  <th scope="col">Application</th>
                  <th scope="col">Id</th>
                </tr>
              </thead>
              <tbody>
                {journeys.map(({ tenant, summary }) => (
                  <tr key={summary.id} data-key={summary.id}>
                    <td>
                      <a href={`/dev/journeys/${encodeURIComponent(summary.id)}`} data-row>
                        <When at={summary.updatedAt} now={now} />
                      </a>
                    </td>
                    <td>
                      <JourneyState status={summary.status} />
                    </td>
                    <td class="mono">{summary.policyId}</td>
                    <td>{summary.step}</td>
                    <td class="one-line" title={summary.lastText}>
                      {summary.lastText}
                    </td>
                    <td>{applicationName(tenant, summary.clientId)}</td>
                    <td class="mono faint" title={summary.id}>
                      {summary.id.slice(0, 8)}
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
    <Empty title="No journey yet">
      A journey is one run of a policy, from the application's request to its answer. It stands here, step by
      step, as soon as one begins: <a href="/dev">Run now</a>.
    </Empty>
  ) : (
    <Empty title={`No journey fits “${query}”`}>
      Search by policy, application, status or id. <a href="/dev/journeys">Show all journeys</a>.
    </Empty>
  );
}
