import type { Diagnostic, Policy, TechnicalProfile } from "@vestibule/policy";
import { booleanItem, metadataItem } from "../claims/mapping.ts";
import { controlKinds } from "../controls/index.ts";
import type { TokenIssuer } from "../journey/outcome.ts";
import { aadSsprProfile } from "../profiles/aad-sspr/aad-sspr.ts";
import { applicationInsightsProfile } from "../profiles/application-insights.ts";
import { azureMfaProfile } from "../profiles/azure-mfa/azure-mfa.ts";
import { bearerTokenProfile } from "../profiles/bearer-token.ts";
import { claimsTransformationProfile } from "../profiles/claims-transformation.ts";
import { directoryProfile } from "../profiles/directory/directory.ts";
import { readHintMetadata } from "../profiles/id-token-hint.ts";
import type { IdentityProviderMetadata, MissingItem } from "../profiles/identity-provider/common.ts";
import { faultyMatch } from "../profiles/identity-provider/error-handlers.ts";
import { readOAuth2 } from "../profiles/identity-provider/oauth2.ts";
import {
  readOpenIdConnect,
  type UnsupportedResponse,
} from "../profiles/identity-provider/open-id-connect.ts";
import { isPasswordGrant, loginNonInteractiveProfile } from "../profiles/login-non-interactive.ts";
import { oneTimePasswordProfile } from "../profiles/one-time-password/one-time-password.ts";
import { readPhoneFactorMetadata } from "../profiles/phone-factor/metadata.ts";
import type { ServerProfileKind } from "../profiles/profile.ts";
import { restfulProfile } from "../profiles/restful/index.ts";
import { readSelfAssertedMetadata } from "../profiles/self-asserted/metadata.ts";
import { tokenRequestSetupProfile } from "../profiles/token-request-setup.ts";
import { userJourneyContextProfile } from "../profiles/user-journey-context.ts";
import type { CompiledProfile, SessionProvider } from "./compiled-profile.ts";
import { rolesOf } from "./roles.ts";

type Reading =
  | CompiledProfile
  | { readonly kind: "diagnostics"; readonly diagnostics: readonly Diagnostic[] };
type Reader = (profile: TechnicalProfile, policy: Policy) => Reading;

/** Handler class of a Proprietary profile → how it is read. Source: technical-profiles.md 1.1. */
const handlers: Readonly<Record<string, Reader>> = {
  "web.tpengine.providers.selfassertedattributeprovider": (profile) => ({
    kind: "selfAsserted",
    profile,
    metadata: readSelfAssertedMetadata(profile),
  }),
  "web.tpengine.providers.phonefactorprotocolprovider": readPhoneFactor,
  "web.tpengine.providers.azuremfaprotocolprovider": server(azureMfaProfile),
  "web.tpengine.providers.azureactivedirectoryprovider": server(directoryProfile),
  "web.tpengine.providers.restfulprovider": server(restfulProfile),
  "web.tpengine.providers.claimstransformationprotocolprovider": server(claimsTransformationProfile),
  "web.tpengine.providers.onetimepasswordprotocolprovider": server(oneTimePasswordProfile),
  "web.tpengine.providers.aadssprprotocolprovider": server(aadSsprProfile),
  "web.tpengine.providers.userjourneycontextprovider": server(userJourneyContextProfile),
  "web.tpengine.providers.insights.azureapplicationinsightsprovider": server(applicationInsightsProfile),
  "web.tpengine.sso.noopssosessionprovider": session("Noop"),
  "web.tpengine.sso.defaultssosessionprovider": session("Default"),
  "web.tpengine.sso.externalloginssosessionprovider": session("ExternalLogin"),
  "web.tpengine.sso.oauthssosessionprovider": session("OAuth"),
  // Without a SAML party it does what the OAuth provider does: it skips nothing and lets a sign-out go on.
  "web.tpengine.sso.samlssosessionprovider": session("OAuth"),
};

/** Handlers that run, in lower case. */
export const handlerNames: readonly string[] = Object.keys(handlers);

/** Picks the implementation of a technical profile and reads its metadata. */
export function readProfile(profile: TechnicalProfile, policy: Policy): Reading {
  switch (profile.protocol.name) {
    case "Proprietary": {
      const handler = (profile.protocol.handler ?? "").split(",")[0]?.trim().toLowerCase() ?? "";
      const reader = Object.hasOwn(handlers, handler) ? handlers[handler] : undefined;
      return reader
        ? reader(profile, policy)
        : notSupported(profile, `handler '${profile.protocol.handler ?? ""}'`);
    }
    case "OpenIdConnect":
      if (profile.outputTokenFormat === "JWT" && rolesOf(profile, policy).issues) return readIssuer(profile);
      return isPasswordGrant(profile)
        ? server(loginNonInteractiveProfile)(profile, policy)
        : readIdentityProvider(profile, readOpenIdConnect(profile, policy));
    case "OAuth2":
      return isErrorIssuer(profile)
        ? { kind: "errorIssuer", profile }
        : readIdentityProvider(profile, readOAuth2(profile));
    case "None":
      return readHelper(profile, policy);
    default:
      return notSupported(profile, `protocol '${profile.protocol.name}'`);
  }
}

function server<Metadata>(kind: ServerProfileKind<Metadata>): Reader {
  return (profile, policy) => {
    const reading = kind.readMetadata(profile, policy);
    if ("diagnostics" in reading) return { kind: "diagnostics", diagnostics: reading.diagnostics };
    return {
      kind: "server",
      handler: kind.kind,
      profile,
      run: (context) => kind.run({ ...context, metadata: reading.metadata }),
    };
  };
}

function session(provider: SessionProvider): Reader {
  return (profile) => ({ kind: "session", profile, provider });
}

/**
 * A part of a profile that this server does not have, whatever the profile's kind. A page without its display control
 * would be something else than its author wrote.
 */
export function unsupportedPart(
  profile: TechnicalProfile,
  policy: Policy,
): Extract<Reading, { kind: "diagnostics" }> | undefined {
  for (const claim of profile.displayClaims) {
    if (claim.kind !== "control") continue;
    const control = policy.displayControls?.get(claim.displayControlReferenceId);
    if (control && !controlKinds[control.userInterfaceControlType])
      return notSupported(profile, `the ${control.userInterfaceControlType} '${control.id}'`);
  }
  return undefined;
}

/** A warning: the policy's other journeys run, and one that comes here ends with an error. */
function notSupported(profile: TechnicalProfile, what: string): Extract<Reading, { kind: "diagnostics" }> {
  const message = `Technical profile '${profile.id}' uses ${what}, which is not supported yet: it is not offered, and a journey that needs it ends with an error.`;
  return {
    kind: "diagnostics",
    diagnostics: [{ code: "VB101", severity: "warning", message, ...(profile.at && { at: profile.at }) }],
  };
}

/** `Protocol None`: its format says that it is an issuer, and of which kind; else what it is used for says what it is. */
function readHelper(profile: TechnicalProfile, policy: Policy): Reading {
  if (isErrorIssuer(profile)) return { kind: "errorIssuer", profile };
  if (profile.outputTokenFormat === "JSON") return { kind: "documentIssuer", profile };
  if (profile.outputTokenFormat === "SAML2") return notSupported(profile, "the token format 'SAML2'");
  const { issues, readsHint, authorizes } = rolesOf(profile, policy);
  // `JWT` as the format alone says nothing: published profiles of other kinds carry it (1.1).
  if (issues && profile.outputTokenFormat === "JWT") return readIssuer(profile);
  if (readsHint) return readHint(profile);
  if (authorizes) return server(bearerTokenProfile)(profile, policy);
  return server(tokenRequestSetupProfile)(profile, policy);
}

function isErrorIssuer({ outputTokenFormat }: TechnicalProfile): boolean {
  return outputTokenFormat === "OAuth2Error";
}

function readIssuer(profile: TechnicalProfile): Reading {
  const seconds = (key: string, otherwise: number) =>
    Number(metadataItem(profile.metadata, key) ?? otherwise);
  const issuer: TokenIssuer = {
    technicalProfile: profile.id,
    ...signingKey(profile),
    accessTokenLifetime: seconds("token_lifetime_secs", 3600),
    idTokenLifetime: seconds("id_token_lifetime_secs", 3600),
    refreshTokenLifetime: seconds("refresh_token_lifetime_secs", 1209600),
    rollingRefreshTokenLifetime: seconds("rolling_refresh_token_lifetime_secs", 7776000),
    allowInfiniteRollingRefreshToken: booleanItem(
      profile.metadata,
      "allow_infinite_rolling_refresh_token",
      false,
    ),
    issuanceClaimPattern:
      metadataItem(profile.metadata, "IssuanceClaimPattern") === "AuthorityWithTfp"
        ? "AuthorityWithTfp"
        : "AuthorityAndTenantGuid",
    acr: metadataItem(profile.metadata, "AuthenticationContextReferenceClaimPattern") !== "None",
    jsonNumbers: booleanItem(profile.metadata, "SendTokenResponseBodyWithJsonNumbers", true),
  };
  return { kind: "issuer", profile, issuer };
}

function signingKey(profile: TechnicalProfile): { signingKeyContainer?: string } {
  const key = profile.cryptographicKeys.find(({ id }) => id === "issuer_secret");
  return key ? { signingKeyContainer: key.storageReferenceId } : {};
}

function readPhoneFactor(profile: TechnicalProfile): Reading {
  if (booleanItem(profile.metadata, "setting.enableCaptchaChallenge", false))
    return notSupported(profile, "a CAPTCHA");
  const reading = readPhoneFactorMetadata(profile);
  return "diagnostics" in reading
    ? { kind: "diagnostics", diagnostics: reading.diagnostics }
    : { kind: "phoneFactor", profile, metadata: reading.metadata };
}

function readIdentityProvider(
  profile: TechnicalProfile,
  reading: IdentityProviderMetadata | MissingItem | UnsupportedResponse,
): Reading {
  if ("unsupported" in reading) return notSupported(profile, reading.unsupported);
  if ("missing" in reading)
    return refused(
      profile,
      "AADB2C90023",
      `Profile '${profile.id}' does not contain the required metadata key '${reading.missing}'.`,
    );
  for (const { responseMatch } of reading.errorHandlers) {
    const fault = faultyMatch(responseMatch);
    if (fault !== undefined)
      return refused(
        profile,
        "PL302",
        `An error handler of profile '${profile.id}' has a ResponseMatch that is no JSONPath: ${fault}`,
      );
  }
  return { kind: "identityProvider", profile, metadata: reading };
}

function readHint(profile: TechnicalProfile): Reading {
  const reading = readHintMetadata(profile);
  if (!("missing" in reading)) return { kind: "hint", profile, trust: reading };
  return reading.missing === "client_secret"
    ? refused(
        profile,
        "AADB2C90025",
        `Profile '${profile.id}' reads a hint without METADATA and does not contain the required cryptographic key 'client_secret'.`,
      )
    : refused(
        profile,
        "AADB2C90023",
        `Profile '${profile.id}' does not contain the required metadata key '${reading.missing}'.`,
      );
}

function refused(profile: TechnicalProfile, code: string, message: string): Reading {
  return {
    kind: "diagnostics",
    diagnostics: [{ code, severity: "error", message, ...(profile.at && { at: profile.at }) }],
  };
}
