import type { ClaimReference, Policy, TechnicalProfile } from "@vestibule/policy";
import { metadataItem, partnerName } from "../claims/mapping.ts";

/**
 * Ids of the claims whose values no log, trace or page may hold, found by what they are used for: typed into a password
 * field, written as a password, received as a provider's token, sent as a bearer token, used as a one-time code, or making one.
 */
export function secretClaims(
  policy: Policy,
  passwords: ReadonlySet<string> = passwordClaims(policy),
): ReadonlySet<string> {
  const secrets = new Set(passwords);
  const add = adder(policy, secrets);
  for (const profile of policy.technicalProfiles.values()) {
    for (const claim of [...profile.inputClaims, ...profile.outputClaims])
      if (codePartners.has(partnerName(policy, claim, profile.protocol).toLowerCase()))
        add(claim.claimTypeReferenceId);
    for (const claim of profile.outputClaims) {
      if (/^\{oauth2:(access_token|refresh_token)\}$/i.test(partnerName(policy, claim, profile.protocol)))
        add(claim.claimTypeReferenceId);
    }
    add(metadataItem(profile.metadata, "UseClaimAsBearerToken"));
  }
  for (const control of policy.displayControls?.values() ?? [])
    for (const claim of control.displayClaims)
      if (claim.controlClaimType?.toLowerCase() === "verificationcode") add(claim.claimTypeReferenceId);
  spread(policy, secrets);
  return secrets;
}

/** Partner names of one-time codes, and of the secrets that make them. Source: technical-profiles.md 7, 8, 10. */
const codePartners: ReadonlySet<string> = new Set([
  "otpgenerated",
  "otptoverify",
  "verificationcode",
  "otpcode",
  "secretkey",
]);

/**
 * Ids of the claims that hold what was typed or sent as a password, or something made of it. They live in the form that asks for
 * them and nowhere later; tokens of providers and APIs and one-time codes, which are secrets too, live in the journey.
 */
export function passwordClaims(policy: Policy): ReadonlySet<string> {
  const passwords = new Set<string>();
  const add = adder(policy, passwords);
  for (const type of policy.claimTypes.values()) if (type.userInputType === "Password") add(type.id);
  for (const profile of policy.technicalProfiles.values()) {
    for (const claim of [...profile.persistedClaims, ...profile.inputClaims]) {
      if (givenName(policy, claim, profile)?.toLowerCase() === "password") add(claim.claimTypeReferenceId);
    }
    for (const claim of [...profile.inputClaims, ...profile.outputClaims])
      if (/\{oidc:password\}/i.test(claim.defaultValue ?? "")) add(claim.claimTypeReferenceId);
  }
  spread(policy, passwords);
  return passwords;
}

/** The name that the reference or the claim type gives a claim for this profile's other side; undefined where none does. */
function givenName(
  policy: Policy,
  claim: ClaimReference,
  { protocol }: TechnicalProfile,
): string | undefined {
  const name = partnerName(policy, claim, protocol);
  return name === claim.claimTypeReferenceId ? claim.partnerClaimType : name;
}

function adder(policy: Policy, claims: Set<string>): (id: string | undefined) => void {
  return (id) => {
    const declared = id === undefined ? undefined : policy.claimTypes.get(id)?.id;
    if (declared !== undefined) claims.add(declared);
  };
}

/** What a transformation makes of a secret is one too. A hash, a comparison and a count tell nothing of it. */
function spread(policy: Policy, secrets: Set<string>): void {
  const found = secrets.size;
  for (const { transformationMethod, inputClaims, outputClaims } of policy.claimsTransformations.values()) {
    if (transformationMethod.toLowerCase() === "hash") continue;
    const declared = (id: string) => policy.claimTypes.get(id);
    if (
      !inputClaims.some(({ claimTypeReferenceId }) => secrets.has(declared(claimTypeReferenceId)?.id ?? ""))
    )
      continue;
    for (const { claimTypeReferenceId } of outputClaims) {
      const type = declared(claimTypeReferenceId);
      if (type && (type.dataType === "string" || type.dataType === "stringCollection")) secrets.add(type.id);
    }
  }
  if (secrets.size > found) spread(policy, secrets);
}
