import type { ClaimReference } from "./model.ts";
import type { SourcePosition } from "./source-position.ts";

export type SingleSignOnScope = "Tenant" | "Application" | "Policy" | "Suppressed" | "TrustFramework";

export interface UserJourneyBehaviors {
  readonly singleSignOn?: {
    readonly scope: SingleSignOnScope;
    readonly keepAliveInDays?: number;
    readonly enforceIdTokenHintOnLogout?: boolean;
  };
  readonly sessionExpiryType?: "Rolling" | "Absolute";
  readonly sessionExpiryInSeconds?: number;
  readonly scriptExecution?: "Allow" | "Disallow";
  readonly contentDefinitionParameters?: Readonly<Record<string, string>>;
  readonly onErrorMode?: "ReturnToRequestor" | "DisplayInService";
  /** Origins that may frame the pages. */
  readonly journeyFraming?: { readonly enabled: boolean; readonly sources: readonly string[] };
  readonly journeyInsights?: {
    readonly instrumentationKey: string;
    readonly developerMode: boolean;
    readonly clientEnabled: boolean;
    readonly serverEnabled: boolean;
    readonly telemetryVersion?: string;
  };
}

/**
 * Claims that only the token issuer sets; a policy's claim of such a name is not issued. `sub`, `acr`, `tfp` and
 * `auth_time` may be the policy's own. Source: protocol.md 6.4.
 */
export const reservedTokenClaims: ReadonlySet<string> = new Set([
  "iss",
  "aud",
  "exp",
  "nbf",
  "iat",
  "nonce",
  "azp",
  "scp",
  "ver",
  "at_hash",
  "c_hash",
]);

/** Which output claim is the token's subject. Source: policy-language.md 8.5. */
export interface SubjectNamingInfo {
  readonly claimType: string;
  readonly format?: string;
  readonly nameQualifier?: string;
  readonly spNameQualifier?: string;
  readonly spProvidedId?: string;
  /** The subject is not repeated as a claim. */
  readonly excludeAsClaim?: boolean;
}

export interface RelyingParty {
  readonly at?: SourcePosition;
  readonly defaultUserJourney: string;
  /** Endpoint id (`Token`, `UserInfo`) → journey id. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly behaviors: UserJourneyBehaviors;
  readonly technicalProfile: {
    readonly id: string;
    readonly protocol: "OpenIdConnect" | "SAML2";
    readonly metadata: Readonly<Record<string, string>>;
    readonly inputClaims: readonly ClaimReference[];
    readonly outputClaims: readonly ClaimReference[];
    readonly cryptographicKeys?: readonly { readonly id: string; readonly storageReferenceId: string }[];
    readonly displayName?: string;
    readonly description?: string;
    readonly subjectNamingInfo?: SubjectNamingInfo;
  };
}
