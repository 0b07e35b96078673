import type { Policy } from "@vestibule/policy";
import { compileUserFlow } from "../compile/compile.ts";
import { readUserFlow } from "../read.ts";
import type { ConnectorFacts, IdentityProviderFacts, TenantFacts } from "../tenant-facts.ts";

export const connector = (id: string, more: Partial<ConnectorFacts> = {}): ConnectorFacts => ({
  id,
  displayName: `${id} API`,
  targetUrl: `https://api.example/${id}`,
  authentication: { kind: "basic", usernameReference: `${id}-user`, passwordReference: `${id}-password` },
  ...more,
});

const provider = (id: string, more: Partial<IdentityProviderFacts> = {}): IdentityProviderFacts => ({
  id,
  displayName: "Partner",
  clientId: "client",
  clientSecretReference: `${id}-secret`,
  metadataUrl: "https://idp.example/.well-known/openid-configuration",
  scope: "openid profile email",
  responseMode: "form_post",
  domainHint: "partner.example",
  claimsMapping: {
    userId: "sub",
    displayName: "name",
    givenName: "given_name",
    surname: "family_name",
    email: "email",
  },
  ...more,
});

/** A tenant with one provider, three connectors and an attribute of each type. */
export const facts: TenantFacts = {
  tenantId: "aaaaaaaa-0000-4000-8000-000000000001",
  defaultDomain: "contoso.onmicrosoft.com",
  extensionsAppId: "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
  deploymentMode: "Development",
  authenticationMethods: { emailWithPassword: true, userName: true },
  isAgeGatingConfigured: false,
  customAttributes: [
    {
      name: "LoyaltyNumber",
      displayName: "Loyalty number",
      description: "On your card.",
      dataType: "string",
    },
    { name: "PromotionCode", displayName: "Promotion code", description: "", dataType: "string" },
    { name: "OptIn", displayName: "News", description: "", dataType: "boolean" },
    { name: "MemberSince", displayName: "Member since", description: "", dataType: "int64" },
    { name: "Birthday", displayName: "Birthday", description: "", dataType: "dateTime" },
    { name: "Interests", displayName: "Interests", description: "", dataType: "stringCollection" },
  ],
  identityProviders: [provider("OIDC-V1-Partner")],
  connectors: [connector("check"), connector("invite"), connector("enrich")],
  connectorSettings: {
    preset: "seed",
    strictAnswers: false,
    enforceBlockAtTokenStep: false,
    sendLocalIdentitiesAtSignup: false,
  },
};

/** The policy of a document that must compile. */
export function policyOf(document: object, more: Partial<TenantFacts> = {}): Policy {
  const reading = readUserFlow(
    JSON.stringify({ id: "B2C_1_flow", userFlowType: "signUpOrSignIn", ...document }),
    "flow.json",
  );
  const compiled = reading.document && compileUserFlow(reading.document, { ...facts, ...more });
  if (!compiled?.policy)
    throw new Error(JSON.stringify([...reading.diagnostics, ...(compiled?.diagnostics ?? [])]));
  return compiled.policy;
}
