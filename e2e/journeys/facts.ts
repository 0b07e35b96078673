import type { TenantFacts } from "@vestibule/user-flows";

/** A tenant with one provider and one API, for journeys that run without a server. */
export const facts: TenantFacts = {
  tenantId: "aaaaaaaa-0000-4000-8000-000000000001",
  defaultDomain: "contoso.onmicrosoft.com",
  extensionsAppId: "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
  deploymentMode: "Development",
  authenticationMethods: { emailWithPassword: true, userName: true },
  isAgeGatingConfigured: false,
  customAttributes: [
    { name: "LoyaltyTier", displayName: "LoyaltyTier", description: "", dataType: "string" },
  ],
  identityProviders: [
    {
      id: "Social",
      displayName: "Sample social",
      clientId: "client",
      clientSecretReference: "B2C_1A_SocialSecret",
      metadataUrl: "https://idp.example/.well-known/openid-configuration",
      scope: "openid",
      responseMode: "query",
      claimsMapping: {
        userId: "sub",
        displayName: "name",
        givenName: "given_name",
        surname: "family_name",
        email: "email",
      },
    },
  ],
  connectors: [
    {
      id: "api",
      displayName: "API",
      targetUrl: "https://api.example/hook",
      authentication: { kind: "none" },
    },
  ],
  connectorSettings: {
    preset: "seed",
    strictAnswers: false,
    enforceBlockAtTokenStep: false,
    sendLocalIdentitiesAtSignup: false,
  },
};
