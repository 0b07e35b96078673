import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** JSON of a document of the tenant's folder. */
export type Document = Readonly<Record<string, unknown>>;

export interface TenantChanges {
  readonly tenant?: Document;
  /** By file name without `.json`: written beside those below. */
  readonly flows?: Readonly<Record<string, Document>>;
  readonly connectors?: Readonly<Record<string, Document>>;
  readonly applications?: readonly Document[];
  readonly accounts?: readonly Document[];
  /** Other files by path below the tenant's folder. */
  readonly files?: Readonly<Record<string, string>>;
}

export const tenantId = "aaaaaaaa-0000-4000-8000-000000000001";
/** The extensions application's id as it stands in attribute names. */
const extensionsAppId = "cccccccc000040008000000000000001";
export const long = (name: string) => `extension_${extensionsAppId}_${name}`;
export const confidentialClient = {
  id: "bbbbbbbb-0000-4000-8000-000000000002",
  secret: "Secret-of-the-application-2f6a",
};
export const publicClientId = "bbbbbbbb-0000-4000-8000-000000000001";
export const secondClient = "bbbbbbbb-0000-4000-8000-000000000005";
export const connectorPassword = "Secret-of-the-connector-77c1";
export const demo = { email: "demo@contoso.example", password: "Passw0rd!demo" };

const attribute = (id: string, dataType: string) => ({ id, displayName: id.slice(10), dataType });

const attributes = [
  attribute("extension_Tier", "int64"),
  attribute("extension_News", "boolean"),
  attribute("extension_InviteCode", "string"),
  attribute("extension_Pers", "string"),
  attribute("extension_Ticket", "string"),
  attribute("extension_Unclaimed", "string"),
  attribute("extension_Roles", "string"),
];

const textBox = (id: string, more: Document = {}) => ({
  id,
  userInputType: "textBox",
  isOptional: true,
  ...more,
});

/** What the sign-up page of every flow here collects, unless a test says otherwise. */
export const collected: readonly Document[] = [
  { id: "email", isOptional: false, requiresVerification: false, userInputType: "emailBox" },
  textBox("displayName"),
  textBox("givenName"),
  textBox("surname"),
  textBox("jobTitle"),
  textBox("city"),
  textBox("extension_Tier"),
  {
    id: "extension_News",
    isOptional: true,
    userInputType: "radioSingleSelect",
    userAttributeValues: [
      { name: "Yes", value: "true" },
      { name: "No", value: "false" },
    ],
  },
  textBox("extension_InviteCode"),
  textBox("extension_Pers"),
];

export const claimed: readonly string[] = [
  "displayName",
  "givenName",
  "surname",
  "emails",
  "objectId",
  "identityProvider",
  "newUser",
  "jobTitle",
  "city",
  "extension_Tier",
  "extension_News",
  "extension_InviteCode",
  "extension_Pers",
  "extension_Ticket",
  "extension_Roles",
];

/** A flow for signing up and in, with the sample provider, without connectors. */
export function flow(id: string, changes: Document = {}): Document {
  return {
    id,
    userFlowType: "signUpOrSignIn",
    userFlowTypeVersion: 3,
    authenticationMethods: "emailWithPassword",
    userFlowIdentityProviders: ["OIDC-V1-SampleSocial"],
    userAttributeAssignments: collected,
    applicationClaims: claimed,
    passwordComplexityConfiguration: { complexityLevel: "strong", isSelfServicePasswordResetAllowed: true },
    ...changes,
  };
}

export function bound(connectors: {
  readonly one?: string;
  readonly two?: string;
  readonly three?: string;
}): Document {
  const reference = (id: string | undefined) => (id === undefined ? null : { id });
  return {
    apiConnectorConfiguration: {
      postFederationSignup: reference(connectors.one),
      postAttributeCollection: reference(connectors.two),
      preTokenIssuance: reference(connectors.three),
    },
  };
}

export function connector(id: string, targetUrl: string, changes: Document = {}): Document {
  return {
    "@odata.type": "#microsoft.graph.identityApiConnector",
    id,
    displayName: `Connector ${id}`,
    targetUrl,
    authenticationConfiguration: {
      "@odata.type": "#microsoft.graph.basicAuthentication",
      username: "connector",
      password: connectorPassword,
    },
    tries: 2,
    timeoutInMilliseconds: 2000,
    ...changes,
  };
}

/** Writes a tenant's folder with connectors `one`, `two`, `three` at those paths of the API. */
export async function writeTenant(
  directory: string,
  apiUrl: string,
  socialUrl: string,
  changes: TenantChanges,
): Promise<void> {
  const documents: Record<string, unknown> = {
    "tenant.json": {
      id: tenantId,
      displayName: "Contoso",
      defaultDomain: "contoso.onmicrosoft.com",
      domains: ["contoso.onmicrosoft.com"],
      extensionsAppId: "cccccccc-0000-4000-8000-000000000001",
      ...changes.tenant,
    },
    "userFlowAttributes.json": attributes,
    "applications.json": [...applications, ...(changes.applications ?? [])],
    "accounts.json": [demoAccount, ...(changes.accounts ?? [])],
    "identityProviders/SampleSocial.json": {
      id: "OIDC-V1-SampleSocial",
      displayName: "Sample social",
      clientId: "sample-tenant",
      clientSecret: "sample-social-secret",
      metadataUrl: `${socialUrl}/.well-known/openid-configuration`,
      scope: "openid profile email",
      responseMode: "form_post",
      domainHint: "social.example",
    },
  };
  const connectors = {
    ...Object.fromEntries(["one", "two", "three"].map((id) => [id, connector(id, `${apiUrl}/${id}`)])),
    ...changes.connectors,
  };
  for (const [id, document] of Object.entries(connectors)) documents[`apiConnectors/${id}.json`] = document;
  const flows = {
    B2C_1_susi: flow("B2C_1_susi", bound({ one: "one", two: "two", three: "three" })),
    B2C_1_plain: flow("B2C_1_plain"),
    ...changes.flows,
  };
  for (const [id, document] of Object.entries(flows)) documents[`userFlows/${id}.json`] = document;
  for (const folder of ["userFlows", "apiConnectors", "identityProviders", "secrets"])
    await mkdir(join(directory, folder), { recursive: true });
  for (const [path, document] of Object.entries(documents))
    await writeFile(join(directory, path), JSON.stringify(document, null, 2));
  for (const [path, text] of Object.entries(changes.files ?? {})) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
}

const applications: readonly Document[] = [
  {
    appId: "bbbbbbbb-0000-4000-8000-000000000001",
    displayName: "Public application",
    publicClient: { redirectUris: ["http://localhost:9/cb"] },
  },
  {
    appId: confidentialClient.id,
    displayName: "Web application",
    web: { redirectUris: ["http://localhost:9/cb"] },
    passwordCredentials: [{ displayName: "Secret", secretText: confidentialClient.secret }],
  },
  {
    appId: secondClient,
    displayName: "Second public application",
    publicClient: { redirectUris: ["http://localhost:9/cb"] },
  },
];

export function account(email: string, password: string, changes: Document = {}): Document {
  return {
    identities: [{ signInType: "emailAddress", issuerAssignedId: email }],
    accountEnabled: true,
    passwordProfile: { password, forceChangePasswordNextSignIn: false },
    passwordPolicies: "DisablePasswordExpiration",
    attributes: { displayName: "Demo Person", givenName: "Demo", surname: "Person" },
    ...changes,
  };
}

const demoAccount = account(demo.email, demo.password);
