import { holds, wordsOf } from "../calls/calls.ts";
import type { ServerContext } from "../context.ts";
import type { OutboxEntry } from "../store/store.ts";
import { Copy, Empty, Search, State, type Tone, When } from "./parts.tsx";

/** Messages that the console looks back over. */
const depth = 200;

/** Messages newest first; `to` keeps those to one address or number, without regard to case. */
export async function readOutbox(
  context: ServerContext,
  to: string | undefined,
): Promise<readonly OutboxEntry[]> {
  const entries = await context.store.outbox.list(undefined, depth);
  // An unencoded `+` in a query is a space, which no address or number holds.
  const wanted = to?.replaceAll(" ", "+").toLowerCase();
  return wanted === undefined ? entries : entries.filter((entry) => entry.to.toLowerCase() === wanted);
}

/** `/dev/outbox.json`: for scripts that take part in a sign-up. `at` is in milliseconds since 1970. */
export function outboxJson(context: ServerContext, entries: readonly OutboxEntry[]) {
  return entries.map(({ id, tenantId, channel, to, subject, text, code, confirm, at, delivery }) => ({
    id,
    channel: channel ?? "mail",
    tenant: context.tenants.find(tenantId)?.defaultDomain ?? tenantId,
    to,
    subject,
    text,
    ...(code !== undefined && { code }),
    ...(confirm !== undefined && { confirm }),
    at,
    delivery,
  }));
}

const deliveries: Readonly<Record<OutboxEntry["delivery"], { readonly tone: Tone; readonly words: string }>> =
  {
    outbox: { tone: "quiet", words: "kept here, not sent" },
    sent: { tone: "good", words: "sent" },
    failed: { tone: "bad", words: "not sent: nobody took it" },
  };

/** `/dev/outbox`. */
export function Outbox({
  entries,
  query,
  now,
}: {
  readonly entries: readonly OutboxEntry[];
  readonly query: string;
  readonly now: number;
}) {
  const words = wordsOf(query);
  const shown = entries.filter((entry) => holds(words, `${entry.to}\n${entry.subject}\n${entry.id}`));
  return (
    <>
      <div class="head">
        <h1>Outbox</h1>
        <Search action="/dev/outbox" query={query} label="Address, number or subject" />
      </div>
      <div data-live="outbox">
        {shown.length === 0 ? (
          <Nothing query={query} />
        ) : (
          <ul class="mails">
            {shown.map((entry) => (
              <Mail key={entry.id} entry={entry} now={now} />
            ))}
          </ul>
        )}
      </div>
    </>
  );
}

function Nothing({ query }: { readonly query: string }) {
  return query === "" ? (
    <Empty title="No message yet">
      The mails, texts and calls that the server would make stand here with their codes. One comes when
      somebody asks for a verification code, for example in a sign-up: <a href="/dev">Run now</a>. With{" "}
      <code>--smtp</code> and <code>--phone-webhook</code> they are sent as well.
    </Empty>
  ) : (
    <Empty title={`No message fits “${query}”`}>
      Search by address, number or subject. <a href="/dev/outbox">Show all messages</a>.
    </Empty>
  );
}

function Mail({ entry, now }: { readonly entry: OutboxEntry; readonly now: number }) {
  const delivery = deliveries[entry.delivery];
  return (
    <li class="card mail" id={`mail-${entry.id}`} data-key={entry.id}>
      <div class="mail-head">
        <div>
          <h2>{entry.subject}</h2>
          <p>
            to <span class="mono">{entry.to}</span>, <When at={entry.at} now={now} />{" "}
            <State tone={delivery.tone}>{delivery.words}</State>
          </p>
        </div>
        {entry.code !== undefined && (
          <p class="code">
            <span class="faint">Code</span> <strong class="mono">{entry.code}</strong>
            <Copy text={entry.code} what={`the code for ${entry.to}`} />
          </p>
        )}
      </div>
      {entry.channel === undefined ? (
        <details id={`body-${entry.id}`}>
          <summary data-row>Show the mail</summary>
          <div class="mail-body">
            {/* No scripts, no forms, no way out; the frame's own policy keeps remote images from being loaded. */}
            <iframe
              title={`Mail to ${entry.to}`}
              sandbox=""
              loading="lazy"
              src={`/dev/outbox/${encodeURIComponent(entry.id)}/html`}
            />
            <pre>{entry.text}</pre>
          </div>
        </details>
      ) : (
        <p>{entry.text}</p>
      )}
      {entry.confirm !== undefined && <CallAnswer confirm={entry.confirm} />}
    </li>
  );
}

/** Stands in for the person who picks up the phone. The answer has no content: the browser stays at the outbox. */
function CallAnswer({ confirm }: { readonly confirm: string }) {
  const { pathname, search } = new URL(confirm);
  return (
    <form method="post" action={`${pathname}${search}`} class="actions">
      <button type="submit" name="status" value="confirmed">
        Press #
      </button>{" "}
      <button type="submit" name="status" value="failed" class="quiet">
        Hang up
      </button>
    </form>
  );
}
