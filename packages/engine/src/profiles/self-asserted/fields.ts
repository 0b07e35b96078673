import type { ClaimType, Policy, TechnicalProfile } from "@vestibule/policy";
import type { SelfAssertedMetadata } from "./metadata.ts";

/** A claim that a form asks for or shows. */
export interface FormField {
  readonly type: ClaimType;
  readonly required: boolean;
  /** The value must be an address that was proved with a code (`Verified.Email`). */
  readonly verified: boolean;
}

/**
 * The fields of a self-asserted profile in page order. With display claims exactly those; else the output claims that
 * nothing else provides. Combined pages draw only the first two. Source: technical-profiles.md 2.3.
 */
export function formFields(
  policy: Policy,
  profile: TechnicalProfile,
  metadata: SelfAssertedMetadata,
  contract: string,
): FormField[] {
  const verified = new Set(
    profile.outputClaims
      .filter((claim) => claim.partnerClaimType?.toLowerCase() === "verified.email")
      .map((claim) => claim.claimTypeReferenceId.toLowerCase()),
  );
  const field = (id: string, required: boolean): FormField[] => {
    const type = policy.claimTypes.get(id);
    if (type?.userInputType === undefined) return [];
    return [
      { type, required, verified: metadata.enforceEmailVerification && verified.has(id.toLowerCase()) },
    ];
  };
  const fields =
    profile.displayClaims.length > 0
      ? profile.displayClaims.flatMap((claim) =>
          claim.kind === "claim" ? field(claim.claimTypeReferenceId, claim.required === true) : [],
        )
      : profile.outputClaims
          .filter(
            (claim) =>
              claim.defaultValue === undefined &&
              !givenByValidation(policy, profile, claim.claimTypeReferenceId),
          )
          .flatMap((claim) => field(claim.claimTypeReferenceId, claim.required === true));
  return /^unifiedss[pd]$/.test(contract) ? fields.slice(0, 2) : fields;
}

function givenByValidation(policy: Policy, profile: TechnicalProfile, claimTypeId: string): boolean {
  return profile.validationTechnicalProfiles.some(({ referenceId }) =>
    policy.technicalProfiles
      .get(referenceId)
      ?.outputClaims.some((claim) => claim.claimTypeReferenceId.toLowerCase() === claimTypeId.toLowerCase()),
  );
}

/** The directory's limits in characters (directory-and-graph.md 2). */
const limits: Readonly<Record<string, number>> = {
  displayname: 256,
  givenname: 64,
  surname: 64,
  city: 128,
  state: 128,
  country: 128,
  jobtitle: 128,
  postalcode: 40,
  streetaddress: 1024,
};

export function maxLength(type: ClaimType): number | undefined {
  if (type.dataType !== "string" && type.dataType !== "phoneNumber") return undefined;
  if (type.userInputType === "Password") return 256;
  return limits[type.id.toLowerCase()] ?? 256;
}

/** A sentence of help may be stored for posting back, but a value of these types never comes from the browser. */
export function isReadOnly(type: ClaimType): boolean {
  return type.userInputType === "Readonly" || type.userInputType === "Paragraph";
}

const address = /^[^\s@<>(),;:\\"[\]]+@[^\s@<>(),;:\\"[\].]+(?:\.[^\s@<>(),;:\\"[\].]+)+$/;

/** RFC-like check of an e-mail address, at most 256 characters. */
export function isEmailAddress(text: string): boolean {
  return text.length <= 256 && address.test(text);
}
