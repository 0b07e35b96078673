import type { ClaimReference, Policy, TechnicalProfile } from "@vestibule/policy";
import { partnerName } from "../claims/mapping.ts";

/**
 * A profile with a handler, its claims under the names that their types have for this handler. Rare, and most profiles
 * come back as they are. Source: policy-language.md 3.6.
 */
export function withPartnerNames(profile: TechnicalProfile, policy: Policy): TechnicalProfile {
  if (profile.protocol.name !== "Proprietary") return profile;
  const lists = [profile.inputClaims, profile.persistedClaims, profile.outputClaims];
  if (!lists.some((list) => list.some((claim) => hasNames(claim, policy)))) return profile;
  const named = (claims: readonly ClaimReference[]) =>
    claims.map((claim) =>
      hasNames(claim, policy)
        ? { ...claim, partnerClaimType: partnerName(policy, claim, profile.protocol) }
        : claim,
    );
  return {
    ...profile,
    inputClaims: named(profile.inputClaims),
    persistedClaims: named(profile.persistedClaims),
    outputClaims: named(profile.outputClaims),
  };
}

function hasNames({ claimTypeReferenceId, partnerClaimType }: ClaimReference, policy: Policy): boolean {
  if (partnerClaimType !== undefined) return false;
  const names = policy.claimTypes.get(claimTypeReferenceId)?.defaultPartnerClaimTypes;
  return names !== undefined && Object.keys(names).some((name) => name.startsWith("Proprietary"));
}
