import type { Diagnostic, TechnicalProfile } from "@vestibule/policy";
import { booleanItem, metadataItem } from "../../claims/mapping.ts";
import { withPrefix } from "../self-asserted/metadata.ts";

/** Metadata of the phone factor provider. Source: technical-profiles.md 9, pages.md 1.10 and 2.2. */
export interface PhoneFactorMetadata {
  readonly contentDefinitionReferenceId: string;
  /** Whether a person without a number on file may type one. */
  readonly manualEntryAllowed: boolean;
  readonly mode: "sms" | "phone" | "mixed";
  readonly showCancelButton: boolean;
  /** Wrong codes before the journey ends. */
  readonly retryLimit: number;
  /** `setting.X` items as `X`, with the defaults that the page reads. */
  readonly config: Readonly<Record<string, string>>;
}

const modes = ["sms", "phone", "mixed"] as const;
const defaults = {
  retryLimit: "3",
  pollIntervalInMilliseconds: "5000",
  pollLimit: "20",
  authenticationMode: "mixed",
  autodial: "false",
  enableCaptchaChallenge: "false",
};

export function readPhoneFactorMetadata(
  profile: TechnicalProfile,
): { readonly metadata: PhoneFactorMetadata } | { readonly diagnostics: readonly Diagnostic[] } {
  const { metadata } = profile;
  const contentDefinitionReferenceId = metadataItem(metadata, "ContentDefinitionReferenceId");
  const written = metadataItem(metadata, "setting.authenticationMode") ?? defaults.authenticationMode;
  const mode = modes.find((one) => one === written.toLowerCase());
  if (contentDefinitionReferenceId === undefined) {
    return refused(
      profile,
      "AADB2C90023",
      `Profile '${profile.id}' does not contain the required metadata key 'ContentDefinitionReferenceId'.`,
    );
  }
  if (mode === undefined) {
    return refused(
      profile,
      "PL302",
      `Technical profile '${profile.id}': metadata item setting.authenticationMode must be one of ${modes.join(", ")}.`,
    );
  }
  const retryLimit = Number(metadataItem(metadata, "setting.retryLimit") ?? defaults.retryLimit);
  return {
    metadata: {
      contentDefinitionReferenceId,
      manualEntryAllowed: booleanItem(metadata, "ManualPhoneNumberEntryAllowed", false),
      mode,
      showCancelButton: booleanItem(metadata, "setting.showCancelButton", true),
      retryLimit: Number.isInteger(retryLimit) && retryLimit > 0 ? retryLimit : Number(defaults.retryLimit),
      config: { ...defaults, ...withPrefix(metadata, "setting."), authenticationMode: mode },
    },
  };
}

function refused(profile: TechnicalProfile, code: string, message: string) {
  return {
    diagnostics: [{ code, severity: "error" as const, message, ...(profile.at && { at: profile.at }) }],
  };
}
