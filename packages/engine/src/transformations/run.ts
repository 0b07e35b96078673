import type { ClaimsTransformation, DataType, Policy } from "@vestibule/policy";
import { convertClaim } from "../claims/convert.ts";
import type { ClaimValue } from "../claims/value.ts";
import { transformationMethod } from "./index.ts";
import { TransformationInput } from "./input.ts";
import {
  longestText,
  runtime,
  type TransformationContext,
  type TransformationResult,
} from "./transformation.ts";

/**
 * Runs one claims transformation. The claims of the result are claims of the bag: claim id → value, or null where the
 * claim ends without one. It never throws for what claims hold.
 */
export function runTransformation(
  transformation: ClaimsTransformation,
  context: TransformationContext,
): TransformationResult {
  const method = transformationMethod(transformation.transformationMethod);
  if (!method) return runtime(`the method '${transformation.transformationMethod}' is not known`);
  const input = new TransformationInput(transformation, method, context);
  const { missing } = input;
  if (missing !== undefined) return { kind: "missingInput", name: missing };
  const result = method.run(input);
  return result.kind === "claims" ? claimsOfBag(context.policy, transformation, result) : result;
}

function claimsOfBag(
  policy: Policy,
  { outputClaims }: ClaimsTransformation,
  result: Extract<TransformationResult, { kind: "claims" }>,
): TransformationResult {
  const values = new Map(Object.entries(result.claims).map(([name, value]) => [name.toLowerCase(), value]));
  const claims: Record<string, ClaimValue | null> = {};
  for (const { claimTypeReferenceId, transformationClaimType } of outputClaims) {
    const type = policy.claimTypes.get(claimTypeReferenceId);
    const value = values.get(transformationClaimType.toLowerCase());
    if (!type || value === undefined) continue;
    if (isTooLong(value)) return runtime(`the value of output '${transformationClaimType}' is too long`);
    if (isIdentityType(type.dataType)) {
      claims[type.id] = value;
      continue;
    }
    const converted = convertClaim(type.dataType, value);
    if (converted.kind === "error")
      return runtime(
        `the value of output '${transformationClaimType}' is no ${type.dataType}: ${converted.reason}`,
      );
    claims[type.id] = converted.kind === "value" ? converted.value : null;
  }
  return { ...result, claims };
}

/** Identities are made by methods for these types alone, and stay as the bag holds them. */
function isIdentityType(dataType: DataType): boolean {
  return /^(?:userIdentity|alternativeSecurityId|objectIdentity)/.test(dataType);
}

function isTooLong(value: ClaimValue | null): boolean {
  if (typeof value === "string") return value.length > longestText;
  if (!Array.isArray(value)) return false;
  const items: readonly unknown[] = value;
  const length = (item: unknown) => (typeof item === "string" ? item : JSON.stringify(item)).length;
  return items.reduce((sum: number, item) => sum + length(item), 0) > longestText;
}

/** Names of the policy keys that a transformation reads. */
export function policyKeysOf(transformation: ClaimsTransformation): readonly string[] {
  const slots = Object.entries(transformationMethod(transformation.transformationMethod)?.parameters ?? {});
  const names = slots.filter(([, { holds }]) => holds === "policyKey").map(([name]) => name.toLowerCase());
  return transformation.inputParameters
    .filter(({ id }) => names.includes(id.toLowerCase()))
    .map(({ value }) => value);
}
