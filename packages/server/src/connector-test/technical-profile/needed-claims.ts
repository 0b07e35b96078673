import type { RestfulMetadata } from "@vestibule/engine";
import type { ClaimReference, ClaimType, Policy, TechnicalProfile } from "@vestibule/policy";

/** A claim that must be in the journey for the profile to send what it sends. */
export interface NeededClaim {
  readonly type: ClaimType;
  /** The name under which it is sent; absent where only a transformation reads it. */
  readonly sentAs?: string;
  /** The API may be asked without it. */
  readonly mayBeMissing: boolean;
  /** Its form is not free: JSON, a token, a whole body. */
  readonly isFixed: boolean;
}

/** Claims that come from earlier in the journey: not those that a default or a transformation of the profile gives. */
export function neededClaims(
  policy: Policy,
  profile: TechnicalProfile,
  metadata: RestfulMetadata,
): readonly NeededClaim[] {
  const found = new Map<string, NeededClaim>();
  const made = new Set<string>();
  const { authentication, claims } = metadata;
  const fixed = new Set(
    [
      authentication.kind === "Bearer" ? authentication.claim : undefined,
      claims.payloadClaim,
      ...claims.jsonClaims,
    ].flatMap((id) => (id === undefined ? [] : [id.toLowerCase()])),
  );
  const add = (id: string, more: Partial<NeededClaim> = {}) => {
    const type = policy.claimTypes.get(id);
    if (!type || made.has(type.id)) return;
    const isFixed = fixed.has(type.id.toLowerCase());
    found.set(type.id, { type, mayBeMissing: false, ...found.get(type.id), ...more, isFixed });
  };
  const transform = (ids: readonly string[]) => {
    for (const transformation of ids.flatMap((id) => policy.claimsTransformations.get(id) ?? [])) {
      for (const { claimTypeReferenceId } of transformation.inputClaims) add(claimTypeReferenceId);
      for (const { claimTypeReferenceId } of transformation.outputClaims) {
        made.add(policy.claimTypes.spelling(claimTypeReferenceId) ?? claimTypeReferenceId);
      }
    }
  };
  transform(profile.inputClaimsTransformations);
  for (const input of profile.inputClaims) {
    const id = input.claimTypeReferenceId;
    const read = found.has(policy.claimTypes.spelling(id) ?? id);
    if (isAlwaysDefault(input)) continue;
    add(id, {
      sentAs: input.partnerClaimType ?? id,
      // What a transformation reads may be what it cannot do without.
      mayBeMissing: !read && input.required !== true && !fixed.has(id.toLowerCase()),
    });
  }
  if (claims.payloadClaim !== undefined) add(claims.payloadClaim);
  for (const text of [
    metadata.serviceUrl,
    ...profile.inputClaims.map(({ defaultValue = "" }) => defaultValue),
  ]) {
    for (const [, id = ""] of text.matchAll(/\{Claim:([^{}]+)\}/gi)) add(id);
  }
  for (const { claimTypeReferenceId } of profile.outputClaims) {
    made.add(policy.claimTypes.spelling(claimTypeReferenceId) ?? claimTypeReferenceId);
  }
  transform(profile.outputClaimsTransformations);
  return [...found.values()];
}

function isAlwaysDefault({ alwaysUseDefaultValue, defaultValue }: ClaimReference): boolean {
  return alwaysUseDefaultValue === true && defaultValue !== undefined;
}
