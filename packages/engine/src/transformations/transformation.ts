import type { ClaimsTransformation, Policy } from "@vestibule/policy";
import { claimText, readClaim } from "../claims/bag.ts";
import { convertClaim } from "../claims/convert.ts";
import type { ResolverScope } from "../claims/resolvers.ts";
import type { ClaimsBag, ClaimValue } from "../claims/value.ts";
import type { Random } from "../ports.ts";

/** What one run of a claims transformation is given. */
export interface TransformationInput {
  readonly transformation: ClaimsTransformation;
  readonly claims: ClaimsBag;
  readonly scope: ResolverScope;
  readonly random: Random;
  /** Input claim by its TransformationClaimType; undefined = absent. */
  claim(name: string): ClaimValue | undefined;
  /** The same as text. */
  text(name: string): string | undefined;
  /** Input parameter by id, without regard to case. */
  parameter(name: string): string | undefined;
}

/**
 * - `claims`: TransformationClaimType of the output → value; null makes the claim absent
 * - `assertion`: an Assert… transformation failed; `key` names its message
 * - `missingInput`: a required input claim is absent
 */
export type TransformationResult =
  | { readonly kind: "claims"; readonly claims: Readonly<Record<string, ClaimValue | null>> }
  | { readonly kind: "assertion"; readonly key: string; readonly code?: string }
  | { readonly kind: "missingInput"; readonly name: string };

export type Method = (input: TransformationInput) => TransformationResult;

export function transformationInput(
  transformation: ClaimsTransformation,
  scope: ResolverScope,
  random: Random,
): TransformationInput {
  const claim = (name: string) => {
    const reference = transformation.inputClaims.find(
      (input) => input.transformationClaimType.toLowerCase() === name.toLowerCase(),
    );
    return reference && readClaim(scope.policy, scope.claims, reference.claimTypeReferenceId);
  };
  return {
    transformation,
    claims: scope.claims,
    scope,
    random,
    claim,
    text(name) {
      const value = claim(name);
      return value === undefined ? undefined : claimText(value);
    },
    parameter(name) {
      return transformation.inputParameters.find(({ id }) => id.toLowerCase() === name.toLowerCase())?.value;
    },
  };
}

/** The outputs of a run as claims of the bag: claim id → value, or null where the claim becomes absent. */
export function transformationOutputs(
  policy: Policy,
  transformation: ClaimsTransformation,
  outputs: Readonly<Record<string, ClaimValue | null>>,
): Record<string, ClaimValue | null> {
  const claims: Record<string, ClaimValue | null> = {};
  for (const reference of transformation.outputClaims) {
    const name = Object.keys(outputs).find(
      (key) => key.toLowerCase() === reference.transformationClaimType.toLowerCase(),
    );
    const type = policy.claimTypes.get(reference.claimTypeReferenceId);
    if (name === undefined || !type) continue;
    const raw = outputs[name];
    if (raw === null || raw === undefined) {
      claims[type.id] = null;
      continue;
    }
    const converted = convertClaim(type.dataType, raw);
    claims[type.id] = converted.kind === "value" ? converted.value : null;
  }
  return claims;
}
