import type { TechnicalProfile } from "@vestibule/policy";
import { claim, constant, proprietary, technicalProfile } from "./blocks.ts";
import { keptClaim, returnedClaims } from "./connector-profiles.ts";
import type { Scope } from "./scope.ts";

// Profiles that neither show a page nor read the directory: the password check, sessions, the issuer, the refresh.

const signInTypes = {
  email: "emailAddress",
  userName: "userName",
  emailOrUserName: "emailAddress,userName",
} as const;

/** The password check of a flow without a page: what the token request carries (user-flows.md 4.11). */
export const passwordGrant = "ResourceOwnerPasswordCredentials-OAUTH2";

export function passwordCheck(scope: Scope): TechnicalProfile {
  const types = signInTypes[scope.localIdentity ?? "email"];
  const headless = scope.flow.userFlowType === "resourceOwner";
  const sent = (resolver: string) => ({
    required: true,
    ...(headless && { defaultValue: `{OIDC:${resolver}}` }),
  });
  return technicalProfile(
    headless ? passwordGrant : "login-NonInteractive",
    { name: "OpenIdConnect" },
    {
      displayName: "Local Account SignIn",
      metadata: {
        ProviderName: "https://sts.windows.net/",
        METADATA: "https://login.microsoftonline.com/{tenant}/.well-known/openid-configuration",
        authorization_endpoint: "https://login.microsoftonline.com/{tenant}/oauth2/token",
        response_types: "id_token",
        response_mode: "query",
        scope: "email openid",
        grant_type: "password",
        UsePolicyInRedirectUri: "false",
        HttpBinding: "POST",
        // user-flows.md 14: accounts that have a user principal name only sign in with it wherever a name is asked.
        "vestibule.signInTypes": `${types},userPrincipalName`,
      },
      inputClaims: [
        claim(scope.signInClaim, "username", sent("Username")),
        claim("password", "password", sent("Password")),
        constant("grant_type", "password"),
        constant("scope", "openid"),
        claim("nca", "nca", { defaultValue: "1" }),
        ...(scope.forcedReset
          ? [
              claim("continueOnPasswordExpiration", undefined, { defaultValue: "true" }),
              // On the page that changes an expired password: the new one must differ from the one that is checked.
              claim("newPassword", "vestibule.newPassword"),
            ]
          : []),
      ],
      outputClaims: [
        claim("objectId", "oid"),
        claim("tenantId", "tid"),
        claim("userPrincipalName", "upn"),
        claim("authenticationSource", undefined, { defaultValue: "localAccountAuthentication" }),
        ...(scope.forcedReset ? [claim("forceChangePasswordNextLogin", "passwordExpired")] : []),
      ],
    },
  );
}

/** The link "Forgot your password?" leads here where the flow resets passwords itself (journeys.md 12.1). */
export function forgotPassword(): TechnicalProfile {
  return technicalProfile("ForgotPassword", proprietary("claimsTransformation"), {
    displayName: "Forgot your password?",
    outputClaims: [constant("isForgotPassword", "true")],
    useTechnicalProfileForSessionManagement: "SM-Noop",
  });
}

export function sessionProfiles(): TechnicalProfile[] {
  const signedIn = {
    displayName: "Session Management Provider",
    persistedClaims: [
      claim("objectId"),
      claim("signInName"),
      claim("authenticationSource"),
      claim("identityProvider"),
      // `newUser` is left out on purpose: a later sign-in of the session would claim it again (user-flows.md 14).
      claim("executed-SelfAsserted-Input"),
    ],
    outputClaims: [claim("objectIdFromSession", undefined, { defaultValue: "true" })],
  };
  return [
    technicalProfile("SM-Noop", proprietary("noopSession"), {
      displayName: "Noop Session Management Provider",
    }),
    technicalProfile("SM-AAD", proprietary("defaultSession"), signedIn),
    technicalProfile("SM-SocialSignup", proprietary("defaultSession"), signedIn),
    technicalProfile("SM-SocialLogin", proprietary("externalLoginSession"), {
      displayName: "Session Management Provider",
      // `idp` must be known on a single sign-on too, where the provider is not asked again.
      persistedClaims: [
        claim("alternativeSecurityId"),
        claim("identityProvider"),
        claim("authenticationSource"),
      ],
    }),
    technicalProfile("SM-jwt-issuer", proprietary("oauthSession"), {
      displayName: "Session Management Provider",
    }),
  ];
}

const minute = 60;
const day = 86_400;

export function issuer({ flow }: Scope): TechnicalProfile {
  const {
    accessAndIdTokenLifetimeInMinutes: access,
    refreshTokenLifetimeInDays: refresh,
    rollingRefreshTokenLifetimeInDays: rolling,
  } = flow.tokenLifetimeConfiguration;
  const { isIssuerEntityUserFlow, claimTypeForUserFlowId } = flow.tokenClaimsConfiguration;
  return technicalProfile(
    "JwtIssuer",
    { name: "OpenIdConnect" },
    {
      displayName: "JWT Issuer",
      outputTokenFormat: "JWT",
      metadata: {
        client_id: "{service:te}",
        issuer_refresh_token_user_identity_claim_type: "objectId",
        SendTokenResponseBodyWithJsonNumbers: "true",
        token_lifetime_secs: String(access * minute),
        id_token_lifetime_secs: String(access * minute),
        refresh_token_lifetime_secs: String(refresh * day),
        ...(rolling === -1
          ? { allow_infinite_rolling_refresh_token: "true" }
          : { rolling_refresh_token_lifetime_secs: String(rolling * day) }),
        IssuanceClaimPattern: isIssuerEntityUserFlow ? "AuthorityWithTfp" : "AuthorityAndTenantGuid",
        ...(claimTypeForUserFlowId === "tfp" && { AuthenticationContextReferenceClaimPattern: "None" }),
      },
      // The containers that a tenant has by default, so that an ejected flow signs with the same keys.
      cryptographicKeys: [
        { id: "issuer_secret", storageReferenceId: "B2C_1A_TokenSigningKeyContainer" },
        { id: "issuer_refresh_token_key", storageReferenceId: "B2C_1A_TokenEncryptionKeyContainer" },
      ],
      useTechnicalProfileForSessionManagement: "SM-jwt-issuer",
    },
  );
}

/** What a refresh takes from the grant: it is not in the directory (user-flows.md 4.12). */
export function refreshSetup(scope: Scope): TechnicalProfile {
  return technicalProfile(
    "RefreshTokenReadAndSetup",
    { name: "None" },
    {
      displayName: "Trustframework Policy Engine Refresh Token Setup Technical Profile",
      outputClaims: [
        claim("objectId"),
        claim("refreshTokenIssuedOnDateTime"),
        claim("identityProvider"),
        claim("authenticationSource"),
        ...keptClaims(scope).map((claimType) => claim(keptClaim(claimType))),
      ],
    },
  );
}

/** Claims whose values of the first authentication a refresh repeats. */
export function keptClaims(scope: Scope): readonly string[] {
  return scope.connectors.preTokenIssuance.length > 0 ? returnedClaims(scope, "preTokenIssuance") : [];
}

export const restoreTransformation = (claimType: string) => `RestoreConnectorClaim-${claimType}`;

/** Puts the last connector's first values back over what was read. */
export function refreshRestore(scope: Scope): TechnicalProfile {
  return technicalProfile("RefreshTokenRestoreConnectorClaims", proprietary("claimsTransformation"), {
    displayName: "Values that the API gave at the first authentication",
    inputClaims: keptClaims(scope).map((claimType) => claim(keptClaim(claimType))),
    outputClaims: keptClaims(scope).map((claimType) => claim(claimType)),
    outputClaimsTransformations: keptClaims(scope).map(restoreTransformation),
    useTechnicalProfileForSessionManagement: "SM-Noop",
  });
}
