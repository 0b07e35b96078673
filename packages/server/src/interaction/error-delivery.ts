import type { ApplicationAnswer } from "../context.ts";
import type { TenantPolicy } from "../tenant/tenant.ts";

// Who hears of an error: journeys.md 13.1.

/** What the application itself must hear, whatever the policy says about errors: no session, forgotten, cancelled. */
const alwaysReturned: ReadonlySet<string> = new Set(["AADB2C90077", "AADB2C90118", "AADB2C90091"]);

/** Of an answer that refuses: `AADB2C…: sentence`, as `error_description` begins. */
export function refusalOf({
  fields,
}: ApplicationAnswer): { readonly code: string; readonly message: string } | undefined {
  const description = fields.find(([name]) => name === "error_description")?.[1];
  if (description === undefined) return undefined;
  const [, code = "AADB2C", message = ""] = /^(AADB2C\d*): ([^\r\n]*)/.exec(description) ?? [];
  return { code, message };
}

/** `OnError Mode="DisplayInService"` (journeys.md 13.1). */
export function staysHere({ program }: TenantPolicy, error: { readonly code: string }): boolean {
  const { onErrorMode } = program.policy.relyingParty.behaviors;
  // An error that the policy sends itself is its answer, not its failure.
  const own = error.code.startsWith("AAD_Custom_");
  return onErrorMode === "DisplayInService" && !own && !alwaysReturned.has(error.code);
}
