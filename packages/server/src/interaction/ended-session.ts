import type { JourneyState } from "@vestibule/engine";
import type { Store } from "../store/store.ts";
import type { Tenant } from "../tenant/tenant.ts";

/** Seconds by which the clocks of an installation's nodes may differ. */
const clockTolerance = 60;

/**
 * Whether a journey stands on a session that was ended since it began, by a new password or by the operator: whoever
 * holds a stolen session could leave a page open and go on with it after the owner has put things right (security 6.3,
 * row 22). A journey in which credentials were given stands on those.
 */
export async function standsOnEndedSession(
  store: Store,
  tenant: Tenant,
  { sessionAtStart: session, sessionWrites, waiting }: JourneyState,
): Promise<boolean> {
  if (session?.subject === undefined || sessionWrites.fresh) return false;
  // What this very page wrote may be the new password.
  if (waiting?.kind === "page" && waiting.accepted?.wrote) return false;
  const validFrom = await store.directory(tenant).sessionsValidFrom(session.subject);
  return validFrom !== undefined && (session.authTime + clockTolerance) * 1000 < validFrom;
}
