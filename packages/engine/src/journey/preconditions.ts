import type { Policy, Precondition } from "@vestibule/policy";
import { claimExists, claimText, readClaim } from "../claims/bag.ts";
import type { ClaimsBag } from "../claims/value.ts";

/**
 * The first precondition that asks to skip, or undefined. A `ClaimEquals` on an absent claim never skips, whatever it
 * says about the result. Source: journeys.md 3.
 */
export function skippingPrecondition(
  policy: Policy,
  preconditions: readonly Precondition[],
  claims: ClaimsBag,
): Precondition | undefined {
  return preconditions.find((precondition) => {
    const [claimTypeId = "", literal = ""] = precondition.values.map((value) => value.trim());
    if (precondition.type === "ClaimsExist") {
      const exists = precondition.values.every((id) => claimExists(policy, claims, id.trim()));
      return exists === precondition.executeActionsIf;
    }
    const value = readClaim(policy, claims, claimTypeId);
    if (value === undefined) return false;
    const text = claimText(value);
    const equal =
      typeof value === "boolean" ? text.toLowerCase() === literal.toLowerCase() : text === literal;
    return equal === precondition.executeActionsIf;
  });
}
