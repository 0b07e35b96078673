import type { Diagnostic, TechnicalProfile } from "@vestibule/policy";
import { booleanItem, metadataItem } from "../../claims/mapping.ts";
import { charactersOf, fewestCharacters } from "./character-set.ts";

/** Metadata of the one-time password provider. Source: technical-profiles.md 7. */
export type OneTimePasswordMetadata =
  | {
      readonly operation: "GenerateCode";
      /** How long a code is valid, and how long codes and wrong guesses are counted. */
      readonly lifetimeInSeconds: number;
      readonly length: number;
      readonly characters: readonly string[];
      /** Wrong guesses before a code is void. */
      readonly retries: number;
      /** Codes that one identifier gets while the last one is valid. */
      readonly generations: number;
      readonly reuseSameCode: boolean;
    }
  | { readonly operation: "VerifyCode" };

/** Partner names of the claims without which an operation cannot run. */
const neededInputs = {
  GenerateCode: ["identifier"],
  VerifyCode: ["identifier", "otpToVerify"],
} as const;

export function readOneTimePasswordMetadata(
  profile: TechnicalProfile,
): { readonly metadata: OneTimePasswordMetadata } | { readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const refuse = (code: string, message: string) =>
    diagnostics.push({
      code,
      severity: "error",
      message: `Technical profile '${profile.id}': ${message}`,
      ...(profile.at && { at: profile.at }),
    });
  const number = (key: string, otherwise: number, least: number, most: number): number => {
    const text = metadataItem(profile.metadata, key);
    if (text === undefined || text === "") return otherwise;
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    refuse("PL302", `metadata item ${key} must be a whole number from ${least} to ${most}.`);
    return otherwise;
  };
  const written = metadataItem(profile.metadata, "Operation");
  const operation = (["GenerateCode", "VerifyCode"] as const).find(
    (name) => name.toLowerCase() === written?.toLowerCase(),
  );
  if (operation === undefined) {
    refuse(
      written === undefined ? "PL303" : "PL302",
      "metadata item Operation must be one of GenerateCode, VerifyCode.",
    );
    return { diagnostics };
  }
  for (const name of neededInputs[operation])
    if (!takes(profile, name))
      refuse("VB116", `${operation} needs an input claim with PartnerClaimType '${name}'.`);
  if (operation === "VerifyCode")
    return diagnostics.length > 0 ? { diagnostics } : { metadata: { operation } };
  const characters = charactersOf(metadataItem(profile.metadata, "CharacterSet") ?? "0-9");
  if (characters === undefined || characters.length < fewestCharacters)
    refuse("PL302", `metadata item CharacterSet must stand for at least ${fewestCharacters} characters.`);
  const metadata: OneTimePasswordMetadata = {
    operation,
    lifetimeInSeconds: number("CodeExpirationInSeconds", 600, 60, 1200),
    length: number("CodeLength", 6, 1, 64),
    characters: characters ?? [],
    retries: number("NumRetryAttempts", 5, 1, 2147483647),
    generations: number("NumCodeGenerationAttempts", 10, 1, 2147483647),
    reuseSameCode: booleanItem(profile.metadata, "ReuseSameCode", false),
  };
  return diagnostics.length > 0 ? { diagnostics } : { metadata };
}

function takes({ inputClaims }: TechnicalProfile, partner: string): boolean {
  return inputClaims.some(
    ({ partnerClaimType, claimTypeReferenceId }) =>
      (partnerClaimType ?? claimTypeReferenceId).toLowerCase() === partner.toLowerCase(),
  );
}
