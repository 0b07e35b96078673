import type { Policy } from "@vestibule/policy";
import { claimKey } from "../claims/bag.ts";
import type { ClaimValue } from "../claims/value.ts";

const hidden = "••••••";

/** A claim's value as a trace may hold it: secret claims, in any spelling of their id, are replaced. */
export function redacted(
  policy: Policy,
  secrets: ReadonlySet<string>,
  claimTypeId: string,
  value: ClaimValue,
): ClaimValue {
  return secrets.has(claimTypeId) || secrets.has(claimKey(policy, claimTypeId) ?? "") ? hidden : value;
}
