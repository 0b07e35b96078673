import type { Program, TokenIssuer } from "@vestibule/engine";
import { technicalProfile } from "@vestibule/engine/testing";
import { IdMap, type Policy } from "@vestibule/policy";
import { defaultSettings } from "../tenant/settings.fixture.ts";
import type { Application, Tenant, TenantPolicy, TenantSettings } from "../tenant/tenant.ts";

/** The fixture of protocol.md 15: two tenants, their policies and applications. For tests only. */
export const clients = {
  web: "10000000-0000-4000-8000-000000000001",
  spa: "10000000-0000-4000-8000-000000000002",
  native: "10000000-0000-4000-8000-000000000003",
  api: "10000000-0000-4000-8000-000000000004",
  otherApi: "10000000-0000-4000-8000-000000000005",
  disabled: "10000000-0000-4000-8000-000000000006",
  withoutUri: "10000000-0000-4000-8000-000000000007",
  implicit: "10000000-0000-4000-8000-000000000008",
  foreign: "20000000-0000-4000-8000-000000000001",
} as const;

export const webSecret = "web secret with : and % and é";
export const apiUri = "https://contoso.onmicrosoft.com/api";
export const otherApiUri = "https://contoso.onmicrosoft.com/api2";

const application = (clientId: string, more: Partial<Application>): Application => ({
  clientId,
  displayName: "An application",
  enabled: true,
  redirectUris: [],
  secrets: [],
  allowImplicit: false,
  allowPublicClient: false,
  identifierUris: [],
  exposedScopes: [],
  grantedScopes: {},
  exposedRoles: [],
  grantedRoles: {},
  ...more,
});

const applications: readonly Application[] = [
  application(clients.web, {
    redirectUris: [
      { uri: "https://app.example/cb", type: "web" },
      { uri: "https://app.example/cb2?a=b", type: "web" },
      { uri: "https://app.example/zurück", type: "web" },
    ],
    secrets: [
      { storageReference: "WebSecretOld" },
      { storageReference: "WebSecretExpired", endsAt: Date.UTC(2001, 0) },
      { storageReference: "WebSecretFuture", startsAt: Date.UTC(2901, 0) },
      { storageReference: "WebSecret", startsAt: Date.UTC(2001, 0), endsAt: Date.UTC(2901, 0) },
    ],
    logoutUrl: "https://app.example/signed-out",
    grantedScopes: { [clients.api]: ["read"] },
  }),
  application(clients.spa, {
    redirectUris: [{ uri: "https://spa.example/cb", type: "spa" }],
    logoutUrl: "https://spa.example/signed-out",
    grantedScopes: { [clients.api]: ["read", "write"], [clients.otherApi]: ["read"] },
  }),
  application(clients.native, {
    redirectUris: [
      { uri: `msal${clients.native}://auth`, type: "native" },
      { uri: "http://localhost", type: "native" },
    ],
    allowPublicClient: true,
  }),
  application(clients.api, { identifierUris: [apiUri], exposedScopes: ["read", "write"] }),
  application(clients.otherApi, { identifierUris: [otherApiUri], exposedScopes: ["read"] }),
  application(clients.disabled, {
    enabled: false,
    redirectUris: [{ uri: "https://disabled.example/cb", type: "web" }],
  }),
  application(clients.withoutUri, {}),
  application(clients.implicit, {
    redirectUris: [{ uri: "https://implicit.example/cb", type: "web" }],
    secrets: [{ storageReference: "WebSecret" }],
    allowImplicit: true,
    grantedScopes: { [clients.api]: ["read"] },
  }),
];

export const issuer: TokenIssuer = {
  technicalProfile: "JwtIssuer",
  accessTokenLifetime: 3600,
  idTokenLifetime: 3600,
  refreshTokenLifetime: 1_209_600,
  rollingRefreshTokenLifetime: 7_776_000,
  allowInfiniteRollingRefreshToken: false,
  issuanceClaimPattern: "AuthorityAndTenantGuid",
  acr: true,
  jsonNumbers: true,
};

const settings: TenantSettings = { ...defaultSettings, allowPlainPkce: true };

export interface PolicyOptions {
  readonly issuancePattern?: TokenIssuer["issuanceClaimPattern"];
  readonly enforceHint?: boolean;
  readonly tokenJourney?: string;
  readonly showsErrors?: boolean;
}

export function testPolicy(id: string, options: PolicyOptions = {}): TenantPolicy {
  const model: Policy = {
    policyId: id,
    tenantId: "contoso.onmicrosoft.com",
    deploymentMode: "Production",
    claimTypes: new IdMap([
      [
        "displayName",
        { id: "displayName", dataType: "string", defaultPartnerClaimTypes: { OpenIdConnect: "name" } },
      ],
    ]),
    predicates: new IdMap(),
    predicateValidations: new IdMap(),
    claimsTransformations: new IdMap(),
    contentDefinitions: new IdMap(),
    localization: {
      enabled: true,
      defaultLanguage: "en",
      supportedLanguages: ["en", "de", "pt-br"],
      resources: new IdMap(),
    },
    claimsProviders: [],
    technicalProfiles: IdMap.of([
      technicalProfile("JwtIssuer", { name: "None" }, {}),
      technicalProfile(
        "Quiet-OIDC",
        { name: "OpenIdConnect" },
        { metadata: { SingleLogoutEnabled: "false" } },
      ),
      technicalProfile("Loud-OIDC", { name: "OpenIdConnect" }, { metadata: { SingleLogoutEnabled: "true" } }),
    ]),
    userJourneys: new IdMap([
      [
        "Main",
        {
          id: "Main",
          orchestrationSteps: [
            {
              order: 1,
              type: "SendClaims",
              cpimIssuerTechnicalProfileReferenceId: "JwtIssuer",
              preconditions: [],
              claimsProviderSelections: [],
              claimsExchanges: [],
            },
          ],
        },
      ],
    ]),
    subJourneys: new IdMap(),
    relyingParty: {
      defaultUserJourney: "Main",
      endpoints: options.tokenJourney === undefined ? {} : { Token: options.tokenJourney },
      behaviors: {
        singleSignOn: { scope: "Tenant", enforceIdTokenHintOnLogout: options.enforceHint ?? false },
        ...(options.showsErrors && { onErrorMode: "DisplayInService" as const }),
      },
      technicalProfile: {
        id: "PolicyProfile",
        protocol: "OpenIdConnect",
        metadata: {},
        inputClaims: [],
        outputClaims: [
          { claimTypeReferenceId: "displayName" },
          { claimTypeReferenceId: "objectId", partnerClaimType: "sub" },
        ],
      },
    },
  };
  // The engine never runs here, so the model alone is enough of a program.
  const entry = {
    authorize: "Main",
    ...(options.tokenJourney !== undefined && { refresh: options.tokenJourney }),
  };
  const program = {
    policy: model,
    version: "1",
    entry,
    issuer: { ...issuer, ...(options.issuancePattern && { issuanceClaimPattern: options.issuancePattern }) },
  } as unknown as Program;
  return { id, kind: id.startsWith("B2C_1A") ? "customPolicy" : "userFlow", program, description: "" };
}

export function testTenant(
  more: Partial<Tenant> & { readonly changed?: Partial<TenantSettings> } = {},
): Tenant {
  const { changed, ...rest } = more;
  const policies = [
    testPolicy("B2C_1A_susi"),
    testPolicy("B2C_1A_edit"),
    testPolicy("B2C_1_flow", { issuancePattern: "AuthorityWithTfp" }),
    testPolicy("B2C_1A_strict", { enforceHint: true }),
    testPolicy("B2C_1A_broken", { tokenJourney: "Nowhere" }),
    testPolicy("B2C_1A_shown", { showsErrors: true }),
  ];
  return {
    id: "aaaaaaaa-0000-4000-8000-000000000001",
    displayName: "Contoso",
    defaultDomain: "contoso.onmicrosoft.com",
    domains: ["contoso.onmicrosoft.com"],
    extensionsAppId: "0".repeat(32),
    smartLockout: { threshold: 10, durationInSeconds: 60, maxDurationInSeconds: 3600 },
    passwordExpiryInDays: 90,
    branding: { tokens: {} },
    settings: { ...settings, ...changed },
    applications,
    customAttributes: [],
    connectors: [],
    policies: new Map(policies.map((policy) => [policy.id.toLowerCase(), policy])),
    keyContainers: new Map(),
    directory: "/nowhere",
    ...rest,
  };
}

export function otherTenant(): Tenant {
  return testTenant({
    id: "bbbbbbbb-0000-4000-8000-000000000002",
    displayName: "Fabrikam",
    defaultDomain: "fabrikam.onmicrosoft.com",
    domains: ["fabrikam.onmicrosoft.com"],
    applications: [
      application(clients.foreign, {
        redirectUris: [{ uri: "https://fabrikam.example/cb", type: "web" }],
        secrets: [{ storageReference: "WebSecret" }],
      }),
    ],
    policies: new Map([
      ["b2c_1a_susi", testPolicy("B2C_1A_susi")],
      ["b2c_1a_foreign", testPolicy("B2C_1A_foreign")],
    ]),
  });
}
