import type { TechnicalProfile } from "@vestibule/policy";
import { booleanItem, metadataItem } from "../../claims/mapping.ts";

/** Metadata of the self-asserted provider. Source: technical-profiles.md 2.1. */
export interface SelfAssertedMetadata {
  readonly contentDefinitionReferenceId: string | undefined;
  readonly signUpTarget: string;
  readonly showSignupLink: boolean;
  readonly forgotPasswordLinkOverride: string | undefined;
  readonly enableRememberMe: boolean;
  readonly showContinueButton: boolean;
  readonly showCancelButton: boolean;
  /** Failed submissions against validation profiles before the journey ends. */
  readonly retryLimit: number;
  readonly enforceEmailVerification: boolean;
  readonly allowGenerationOfClaimsWithNullValues: boolean;
  /** Ours: an address that an identity provider gave needs no code while it is not edited (user-flows.md 8). */
  readonly acceptPrefilledAddress: boolean;
  /** Ours: the journey ends with this page (block page). */
  readonly terminal: boolean;
  /** `setting.X` items as `X`, for the page. */
  readonly config: Readonly<Record<string, string>>;
  /** `language.X` items as `X`. */
  readonly texts: Readonly<Record<string, string>>;
}

export function readSelfAssertedMetadata({ metadata }: TechnicalProfile): SelfAssertedMetadata {
  const retryLimit = Number(metadataItem(metadata, "setting.retryLimit") ?? 7);
  return {
    contentDefinitionReferenceId: metadataItem(metadata, "ContentDefinitionReferenceId"),
    signUpTarget: metadataItem(metadata, "SignUpTarget") ?? "SignUpWithLogonEmailExchange",
    showSignupLink: booleanItem(metadata, "setting.showSignupLink", true),
    forgotPasswordLinkOverride: metadataItem(metadata, "setting.forgotPasswordLinkOverride"),
    enableRememberMe: booleanItem(metadata, "setting.enableRememberMe", false),
    showContinueButton: booleanItem(metadata, "setting.showContinueButton", true),
    showCancelButton: booleanItem(metadata, "setting.showCancelButton", true),
    retryLimit: Number.isInteger(retryLimit) && retryLimit > 0 ? retryLimit : 7,
    enforceEmailVerification: booleanItem(metadata, "EnforceEmailVerification", true),
    allowGenerationOfClaimsWithNullValues: booleanItem(
      metadata,
      "AllowGenerationOfClaimsWithNullValues",
      false,
    ),
    acceptPrefilledAddress: booleanItem(metadata, "vestibule.acceptPrefilledAddress", false),
    terminal: booleanItem(metadata, "vestibule.terminal", false),
    config: withPrefix(metadata, "setting."),
    texts: withPrefix(metadata, "language."),
  };
}

/** The items whose key begins with `prefix` (lower case), without it. */
export function withPrefix(
  metadata: Readonly<Record<string, string>>,
  prefix: string,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [key, value] of Object.entries(metadata)) {
    const name = key.trim();
    if (name.toLowerCase().startsWith(prefix)) found[name.slice(prefix.length)] = value.trim();
  }
  return found;
}
