import type { TechnicalProfile } from "@vestibule/policy";
import type { IdentityProviderFacts } from "../tenant-facts.ts";
import { claim, constant, technicalProfile } from "./blocks.ts";
import type { Scope } from "./scope.ts";

export const exchangeIdOf = (provider: IdentityProviderFacts) => `${provider.id}Exchange`;

/** An OpenID Connect provider as technical-profiles.md 21 describes it. */
export function openIdConnectProfile(scope: Scope, provider: IdentityProviderFacts): TechnicalProfile {
  const { claimsMapping: mapping } = provider;
  const wantsToken = scope.claimed.some(({ claimType }) => claimType === "identityProviderAccessToken");
  return technicalProfile(
    provider.id,
    { name: "OpenIdConnect" },
    {
      displayName: provider.displayName,
      metadata: {
        ProviderName: provider.displayName,
        METADATA: provider.metadataUrl,
        client_id: provider.clientId,
        response_types: provider.responseType ?? "code",
        response_mode: provider.responseMode,
        scope: provider.scope,
        HttpBinding: "POST",
        UsePolicyInRedirectUri: "false",
      },
      cryptographicKeys:
        provider.clientSecretReference === undefined
          ? []
          : [{ id: "client_secret", storageReferenceId: provider.clientSecretReference }],
      outputClaims: [
        claim("issuerUserId", mapping.userId),
        provider.issuer === undefined
          ? claim("identityProvider", "iss")
          : constant("identityProvider", provider.issuer),
        claim("email", mapping.email),
        claim("displayName", mapping.displayName),
        claim("givenName", mapping.givenName),
        claim("surname", mapping.surname),
        ...(wantsToken ? [claim("identityProviderAccessToken", "{oauth2:access_token}")] : []),
        constant("authenticationSource", "socialIdpAuthentication"),
      ],
      outputClaimsTransformations: [
        "CreateRandomUPNUserName",
        "CreateUserPrincipalName",
        "CreateAlternativeSecurityId",
      ],
      useTechnicalProfileForSessionManagement: "SM-SocialLogin",
    },
  );
}
