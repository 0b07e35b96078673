import type { TechnicalProfile } from "@vestibule/policy";
import type { TokenIssuer } from "../journey/outcome.ts";
import type { ProfileContext, ProfileResult } from "../profiles/profile.ts";
import type { SelfAssertedMetadata } from "../profiles/self-asserted/metadata.ts";

/** A technical profile whose metadata was read into its type when the policy was compiled. */
export type CompiledProfile =
  | {
      readonly kind: "selfAsserted";
      readonly profile: TechnicalProfile;
      readonly metadata: SelfAssertedMetadata;
    }
  | ServerProfile
  | {
      readonly kind: "openIdConnect";
      readonly profile: TechnicalProfile;
      readonly metadata: OpenIdConnectMetadata;
    }
  | { readonly kind: "issuer"; readonly profile: TechnicalProfile; readonly issuer: TokenIssuer }
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

/** Source: technical-profiles.md 21.1. */
export interface OpenIdConnectMetadata {
  readonly metadata: string;
  readonly clientId: string;
  readonly clientSecretKey: string | undefined;
  readonly scope: string;
  readonly responseMode: "query" | "form_post";
  readonly tokenEndpointAuthMethod: "client_secret_post" | "client_secret_basic";
  readonly usePolicyInRedirectUri: boolean;
  readonly singleLogoutEnabled: boolean;
}
