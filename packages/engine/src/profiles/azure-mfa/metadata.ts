import type { Diagnostic, TechnicalProfile } from "@vestibule/policy";
import { metadataItem } from "../../claims/mapping.ts";

/** Metadata of the Azure MFA provider. Source: technical-profiles.md 10. */
export interface AzureMfaMetadata {
  readonly operation: AzureMfaOperation;
}

export type AzureMfaOperation = keyof typeof neededInputs;

/** Operation → partner names of the input claims without which it can do nothing. */
const neededInputs = {
  OneWaySMS: ["phoneNumber"],
  Verify: ["phoneNumber", "verificationCode"],
  GetAvailableDevices: ["userPrincipalName"],
  BeginVerifyOTP: ["userPrincipalName", "objectId"],
  VerifyOTP: ["otpCode"],
} as const;

const operations = Object.keys(neededInputs) as readonly AzureMfaOperation[];

export function readAzureMfaMetadata(
  profile: TechnicalProfile,
): { readonly metadata: AzureMfaMetadata } | { readonly diagnostics: readonly Diagnostic[] } {
  const written = metadataItem(profile.metadata, "Operation");
  const operation = operations.find((name) => name.toLowerCase() === written?.toLowerCase());
  if (operation === undefined)
    return problem(
      profile,
      written === undefined ? "PL303" : "PL302",
      `metadata item Operation must be one of ${operations.join(", ")}.`,
    );
  const given = new Set(
    profile.inputClaims.map(({ partnerClaimType, claimTypeReferenceId }) =>
      (partnerClaimType ?? claimTypeReferenceId).toLowerCase(),
    ),
  );
  const missing = neededInputs[operation].find((name) => !given.has(name.toLowerCase()));
  return missing === undefined
    ? { metadata: { operation } }
    : problem(profile, "VB116", `${operation} needs an input claim with PartnerClaimType '${missing}'.`);
}

function problem(
  profile: TechnicalProfile,
  code: string,
  text: string,
): { diagnostics: readonly Diagnostic[] } {
  const message = `Technical profile '${profile.id}': ${text}`;
  return { diagnostics: [{ code, severity: "error", message, ...(profile.at && { at: profile.at }) }] };
}
