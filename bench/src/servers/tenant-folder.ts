import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { client } from "../scene.ts";

/** Where the API behind the connectors is, and what it and its clients prove themselves with over TLS. */
export interface ConnectorApi {
  readonly url: string;
  readonly secureUrl: string;
  readonly certificate: string;
  readonly privateKey: string;
}

export const tenantId = "aaaaaaaa-0000-4000-8000-000000000001";
export const domain = "contoso.onmicrosoft.com";

/** Environment variable with the client's secret: a production server takes none out of a file. */
const secretVariable = "BENCH_CLIENT_SECRET";
const clientCertificate = "client.pem";

/** What is called over TLS, by the beginning of the connectors' names. */
const securePaths = { idle: "/connector", members: "/members" } as const;

/** A connector with all that can be switched on. */
const everything = {
  preset: "resilient",
  authenticationConfiguration: {
    "@odata.type": "#vestibule.pemCertificate",
    certificateAndPrivateKey: `file:${clientCertificate}`,
  },
  signature: {
    kind: "hmacSha256",
    key: "benchmark-key-0123456789",
    previousKey: "benchmark-key-of-last-year",
  },
  headers: [
    { name: "X-Region", value: "north" },
    { name: "X-Key", secret: "benchmark-secret" },
  ],
  correlationId: true,
  onFailure: "continue",
};

/**
 * Writes a tenant folder (user-flows.md 16): a sign-in flow, a sign-up flow, and where an API is given more with a
 * connector: as it comes, with everything switched on, two whose call the benchmark makes itself, and one to an API that
 * never answers. Nothing sends mail.
 */
export function writeTenantFolder(folder: string, api?: ConnectorApi): void {
  process.env[secretVariable] = client.secret;
  const write = (name: string, content: unknown) =>
    writeFileSync(join(folder, name), `${JSON.stringify(content, null, 2)}\n`);
  for (const name of ["userFlows", "apiConnectors"]) mkdirSync(join(folder, name), { recursive: true });
  write("tenant.json", {
    id: tenantId,
    displayName: "Contoso",
    defaultDomain: domain,
    domains: [domain],
    extensionsAppId: "aaaaaaaa-0000-4000-8000-000000000009",
  });
  write("applications.json", [
    {
      appId: client.id,
      displayName: "Benchmark",
      web: { redirectUris: [client.redirectUri] },
      passwordCredentials: [{ secretText: `env:${secretVariable}` }],
    },
  ]);
  const flow = (id: string, userFlowType: string, more: object) =>
    write(`userFlows/${id}.json`, {
      id,
      userFlowType,
      ...(userFlowType === "signIn" && {
        passwordComplexityConfiguration: { isSelfServicePasswordResetAllowed: false },
      }),
      ...more,
    });
  const email = {
    id: "email",
    displayName: "Email Address",
    isOptional: false,
    requiresVerification: false,
    userInputType: "emailBox",
    userAttributeValues: [],
  };
  flow("B2C_1_signin", "signIn", {});
  flow("B2C_1_signup", "signUp", { userAttributeAssignments: [email] });
  if (api === undefined) return;
  writeFileSync(join(folder, clientCertificate), `${api.certificate}${api.privateKey}`, { mode: 0o600 });
  const withConnector = (id: string, more: object) => {
    write(`apiConnectors/${id}.json`, {
      id,
      displayName: id,
      targetUrl: `${api.url}/connector`,
      authenticationConfiguration: null,
      ...more,
    });
    flow(`B2C_1_signup_${id}`, "signUp", {
      userAttributeAssignments: [email],
      apiConnectorConfiguration: { postAttributeCollection: { id } },
    });
  };
  withConnector("connector", {});
  withConnector("bare", { targetUrl: `${api.url}/connector?bare` });
  for (const [name, path] of Object.entries(securePaths)) {
    withConnector(`${name}Bare`, { targetUrl: `${api.secureUrl}${path}?${name}Bare` });
    withConnector(`${name}Everything`, {
      ...everything,
      targetUrl: `${api.secureUrl}${path}?${name}Everything`,
    });
  }
  withConnector("hanging", {
    targetUrl: `${api.url}/connector/hangs`,
    timeoutInMilliseconds: 60_000,
    tries: 1,
    // An open circuit would let everybody go at once.
    breakerFailures: 0,
  });
}
