import type { ServerContext } from "../context.ts";
import type { OutboxEntry } from "../store/store.ts";

/** Mails that the console looks back over. */
const depth = 200;

/** Mails newest first; `to` keeps those to one address, without regard to case. */
export async function readOutbox(
  context: ServerContext,
  to: string | undefined,
): Promise<readonly OutboxEntry[]> {
  const entries = await context.store.outbox.list(undefined, depth);
  const wanted = to?.trim().toLowerCase();
  return wanted === undefined ? entries : entries.filter((entry) => entry.to.toLowerCase() === wanted);
}

/** `/dev/outbox.json`: for scripts that take part in a sign-up. `at` is in milliseconds since 1970. */
export function outboxJson(context: ServerContext, entries: readonly OutboxEntry[]) {
  return entries.map(({ id, tenantId, to, subject, text, code, at, delivery }) => ({
    id,
    tenant: context.tenants.find(tenantId)?.defaultDomain ?? tenantId,
    to,
    subject,
    text,
    ...(code !== undefined && { code }),
    at,
    delivery,
  }));
}
