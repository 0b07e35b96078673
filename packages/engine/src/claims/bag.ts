import type { Policy } from "@vestibule/policy";
import type { ClaimsBag, ClaimValue } from "./value.ts";

/** The spelling under which a claim lives in every bag: that of its definition; undeclared claims are absent. */
export function claimKey(policy: Policy, claimTypeId: string): string | undefined {
  return policy.claimTypes.get(claimTypeId)?.id;
}

export function readClaim(policy: Policy, bag: ClaimsBag, claimTypeId: string): ClaimValue | undefined {
  const key = claimKey(policy, claimTypeId);
  return key !== undefined && Object.hasOwn(bag, key) ? bag[key] : undefined;
}

/** A claim exists when it has a value; an empty string that somebody set counts, an empty collection does not. */
export function claimExists(policy: Policy, bag: ClaimsBag, claimTypeId: string): boolean {
  const value = readClaim(policy, bag, claimTypeId);
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}

/** `True`/`False` for booleans, invariant decimal text for numbers: what .NET compares and formats. */
export function claimText(value: ClaimValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  return JSON.stringify(value);
}
