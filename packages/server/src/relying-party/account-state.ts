import type { ServerContext } from "../context.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { type ErrorKey, ProtocolError } from "./errors.ts";

/**
 * An account that is switched off gets no tokens and opens nothing, whatever it held before (security 6.3, row 22). One
 * that the directory does not know is a custom policy's own.
 *
 * @throws ProtocolError of the key, which says who hears of it
 */
export async function refuseDisabledAccount(
  context: ServerContext,
  tenant: Tenant,
  objectId: unknown,
  key: ErrorKey,
): Promise<void> {
  if (typeof objectId !== "string") return;
  const account = await context.store.directory(tenant).find({ kind: "objectId", value: objectId });
  if (account && !account.accountEnabled) throw new ProtocolError(key);
}
