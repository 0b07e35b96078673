import type { TechnicalProfile } from "@vestibule/policy";
import type { TokenIssuer } from "../journey/outcome.ts";
import type { HintMetadata } from "../profiles/id-token-hint.ts";
import type { IdentityProviderMetadata } from "../profiles/identity-provider/common.ts";
import type { PhoneFactorMetadata } from "../profiles/phone-factor/metadata.ts";
import type { ProfileContext, ProfileResult } from "../profiles/profile.ts";
import type { SelfAssertedMetadata } from "../profiles/self-asserted/metadata.ts";

/** A technical profile whose metadata was read into its type when the policy was compiled. */
export type CompiledProfile =
  | {
      readonly kind: "selfAsserted";
      readonly profile: TechnicalProfile;
      readonly metadata: SelfAssertedMetadata;
    }
  | {
      readonly kind: "phoneFactor";
      readonly profile: TechnicalProfile;
      readonly metadata: PhoneFactorMetadata;
    }
  | ServerProfile
  | {
      readonly kind: "identityProvider";
      readonly profile: TechnicalProfile;
      readonly metadata: IdentityProviderMetadata;
    }
  /** Reads what the application says of the person (`id_token_hint`). */
  | { readonly kind: "hint"; readonly profile: TechnicalProfile; readonly trust: HintMetadata }
  | { readonly kind: "issuer"; readonly profile: TechnicalProfile; readonly issuer: TokenIssuer }
  /** Answers the application with the policy's own error (`OAuth2Error`). */
  | { readonly kind: "errorIssuer"; readonly profile: TechnicalProfile }
  /** `JSON` (technical-profiles.md 20): the answer of the UserInfo endpoint. */
  | { readonly kind: "documentIssuer"; readonly profile: TechnicalProfile }
  | { readonly kind: "session"; readonly profile: TechnicalProfile; readonly provider: SessionProvider }
  /** Loaded with a diagnostic. It is never offered, and a journey that comes to it ends: it is not passed over. */
  | { readonly kind: "unsupported"; readonly profile: TechnicalProfile };

/** Runs without the browser. `run` already holds its typed metadata. */
export interface ServerProfile {
  readonly kind: "server";
  readonly handler: string;
  readonly profile: TechnicalProfile;
  run(context: Omit<ProfileContext<unknown>, "metadata">): Promise<ProfileResult>;
}

export type SessionProvider = "Noop" | "Default" | "ExternalLogin" | "OAuth";
