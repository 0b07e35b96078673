import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatDiagnostic } from "@vestibule/policy";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readTenant } from "./read-tenant.ts";

const sample = fileURLToPath(new URL("../../../../examples/sample-tenant", import.meta.url));

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "tenant-"));
  await cp(sample, directory, { recursive: true });
});

afterEach(() => rm(directory, { recursive: true, force: true }));

/** Changes one file of the copied sample tenant, and reads it. */
async function readWith(
  file: string,
  change: (text: string) => string,
  mode: "development" | "production" = "development",
) {
  const path = join(directory, file);
  await writeFile(path, change(await readFile(path, "utf8").catch(() => "")));
  return readTenant(directory, { mode });
}

const replacing = (from: string, to: string) => (text: string) => {
  expect(text).toContain(from);
  return text.replace(from, to);
};

const errors = (reading: Awaited<ReturnType<typeof readTenant>>) =>
  reading.diagnostics.filter(({ severity }) => severity === "error");

describe("the sample tenant", () => {
  it("is read without a remark", async () => {
    const { diagnostics } = await readTenant(sample, { mode: "development" });
    expect(diagnostics.map(formatDiagnostic)).toEqual([]);
  });

  it("has the names that scripts rely on", async () => {
    const { tenant } = await readTenant(sample, { mode: "development" });
    expect(tenant?.id).toBe("aaaaaaaa-0000-4000-8000-000000000001");
    expect(tenant?.defaultDomain).toBe("contoso.onmicrosoft.com");
    expect([...(tenant?.policies.keys() ?? [])].sort()).toEqual([
      "b2c_1_edit",
      "b2c_1_reset",
      "b2c_1_signin",
      "b2c_1_signup",
      "b2c_1_signup_signin",
    ]);
    const uris = [
      "http://localhost:4480/app/callback",
      "https://localhost:4443/app/callback",
      "http://localhost:9/cb",
    ];
    const [open, confidential] = tenant?.applications ?? [];
    expect(open?.clientId).toBe("bbbbbbbb-0000-4000-8000-000000000001");
    expect(open?.redirectUris).toEqual([
      { uri: uris[0], type: "spa" },
      { uri: uris[1], type: "spa" },
      { uri: uris[2], type: "native" },
    ]);
    expect(confidential?.clientId).toBe("bbbbbbbb-0000-4000-8000-000000000002");
    expect(confidential?.redirectUris).toEqual(uris.map((uri) => ({ uri, type: "web" })));
    expect(tenant?.keyContainers.get(confidential?.secrets[0]?.storageReference ?? "")).toEqual({
      kind: "inline",
      value: "sample-secret",
    });
    expect(open?.grantedScopes).toEqual({ "bbbbbbbb-0000-4000-8000-000000000003": ["points.read"] });
  });

  it("binds a connector at each of the three steps", async () => {
    const { tenant } = await readTenant(sample, { mode: "development" });
    const profiles = tenant?.policies.get("b2c_1_signup_signin")?.program.policy.technicalProfiles;
    const urls = ["PreSelfAssertedRestful", "PreUserWriteRestful", "PreSendClaimsRestful"].map(
      (id) => profiles?.get(id)?.metadata.ServiceUrl,
    );
    expect(urls).toEqual(
      ["after-federating", "before-creating", "before-token"].map((path) => `http://localhost:4481/${path}`),
    );
    expect(tenant?.keyContainers.get("Connector_before-token_Password")).toEqual({
      kind: "inline",
      value: "sample-password",
    });
  });

  it("brings its demonstration account, with the address as sign-in name", async () => {
    const { tenant } = await readTenant(sample, { mode: "development" });
    expect(tenant?.seedAccounts).toMatchObject([
      {
        identities: [
          {
            signInType: "emailAddress",
            issuer: "contoso.onmicrosoft.com",
            issuerAssignedId: "demo@contoso.example",
          },
        ],
        password: "Passw0rd!demo",
        attributes: { displayName: "Demo Person" },
      },
    ]);
  });
});

describe("production mode", () => {
  it("refuses every secret that is written in a file, and calls to localhost", async () => {
    const reading = await readTenant(sample, { mode: "production" });
    const codes = new Set(errors(reading).map(({ code }) => code));
    expect(codes).toEqual(new Set(["TN022", "TN040", "TN051"]));
    expect(reading.diagnostics.map(formatDiagnostic).join()).not.toMatch(/sample-secret|sample-password/);
    // User names are shown by Graph too.
    expect(errors(reading).filter(({ message }) => /username/.test(message))).toEqual([]);
    expect(reading.tenant?.seedAccounts).toBeUndefined();
    expect(reading.isWhole).toBe(false);
  });
});

describe("a wrong document names the file, the place and the nearest right value", () => {
  it.each([
    ["tenant.json", '"displayName"', '"displayNam"', "TN001", "displayNam", "displayName"],
    ["tenant.json", '"threshold": 10', '"threshold": 4', "TN004", "smartLockout.threshold", "5"],
    [
      "tenant.json",
      '"maxDurationInSeconds": 18000',
      '"maxDurationInSeconds": 30',
      "TN004",
      "smartLockout.maxDurationInSeconds",
      "60",
    ],
    ["tenant.json", '"contoso.svg"', '"../secret.png"', "TN002", "branding.bannerLogo", "banner.svg"],
    [
      "tenant.json",
      '"isPhoneOneTimePasswordAuthenticationEnabled": false',
      '"isPhoneOneTimePasswordAuthenticationEnabled": true',
      "TN190",
      "b2cAuthenticationMethodsPolicy.isPhoneOneTimePasswordAuthenticationEnabled",
      "false",
    ],
    [
      "applications.json",
      "http://localhost:9/cb",
      "http://app.example/cb",
      "TN030",
      "[0].publicClient.redirectUris[0]",
      "https",
    ],
    [
      "applications.json",
      '"https://localhost:4443/app/callback"]',
      '"https://*.example/cb"]',
      "TN030",
      "[0].spa.redirectUris[1]",
      "https",
    ],
    [
      "apiConnectors/before-token.json",
      "http://localhost:4481/before-token",
      "http://api.example/x",
      "TN051",
      "targetUrl",
      "localhost",
    ],
    [
      "apiConnectors/before-token.json",
      "http://localhost:4481/before-token",
      "https://a:b@api.example/x",
      "TN051",
      "targetUrl",
      "authenticationConfiguration",
    ],
    [
      "apiConnectors/before-token.json",
      "#microsoft.graph.basicAuthentication",
      "#microsoft.graph.basic",
      "TN050",
      "authenticationConfiguration",
      "basicAuthentication",
    ],
    [
      "apiConnectors/before-token.json",
      '"sample-password"',
      '"file:../../etc/passwd"',
      "TN020",
      "authenticationConfiguration.password",
      "secrets/api.txt",
    ],
    [
      "apiConnectors/before-token.json",
      '"sample-password"',
      '"file:nowhere.txt"',
      "TN021",
      "authenticationConfiguration.password",
      "folder",
    ],
    [
      "apiConnectors/before-token.json",
      '"sample-password"',
      '"env:NOT A NAME"',
      "TN020",
      "authenticationConfiguration.password",
      "env:",
    ],
    [
      "apiConnectors/before-token.json",
      '"sample-password"',
      '"******"',
      "TN020",
      "authenticationConfiguration.password",
      "env:",
    ],
    [
      "apiConnectors/before-token.json",
      '"sample-password"',
      '"env:VESTIBULE_MASTER_KEY"',
      "TN020",
      "authenticationConfiguration.password",
      "API_PASSWORD",
    ],
    [
      "apiConnectors/before-token.json",
      '"id": "before-token"',
      '"id": "before-creating"',
      "TN032",
      "id",
      "case",
    ],
    [
      "identityProviders/SampleSocial.json",
      "http://localhost:4482",
      "http://idp.example",
      "TN040",
      "metadataUrl",
      "localhost",
    ],
    [
      "identityProviders/SampleSocial.json",
      "openid profile email",
      "profile email",
      "TN041",
      "scope",
      "openid",
    ],
    [
      "userFlowAttributes.json",
      '"dataType": "int64"',
      '"dataType": "int46"',
      "TN002",
      "[3].dataType",
      "int64",
    ],
    [
      "userFlowAttributes.json",
      '"extension_PromotionCode"',
      '"extension_LoyaltyNumber"',
      "TN032",
      "[1].id",
      "Remove",
    ],
    [
      "accounts.json",
      "extension_LoyaltyNumber",
      "extension_Loyalty",
      "TN060",
      "[0].attributes.extension_Loyalty",
      "extension_",
    ],
  ])("%s: %s → %s", async (file, from, to, code, path, hint) => {
    const found = (await readWith(file, replacing(from, to))).diagnostics.find(
      (diagnostic) => diagnostic.code === code,
    );
    expect(found).toMatchObject({ severity: "error", path });
    expect(found?.at?.file).toContain(file);
    expect(found?.hint).toContain(hint);
  });

  it("points at the line and column of the value", async () => {
    const [found] = errors(await readWith("tenant.json", replacing('"threshold": 10', '"threshold": "10"')));
    expect(found).toMatchObject({ code: "TN002", at: { line: 12, column: 34 } });
  });

  it("says where JSON ends to be JSON, and that comments are not allowed", async () => {
    const [found] = errors(await readWith("tenant.json", (text) => `// a tenant\n${text}`));
    expect(found).toMatchObject({
      code: "TN003",
      at: { line: 1, column: 1 },
      hint: "Comments are not allowed here.",
    });
  });

  it("warns of an environment variable that is not set, without its value", async () => {
    const { diagnostics } = await readWith(
      "apiConnectors/before-token.json",
      replacing('"sample-password"', '"env:VESTIBULE_TEST_UNSET"'),
    );
    expect(diagnostics).toMatchObject([{ code: "TN021", severity: "warning" }]);
  });

  it("asks a provider for an id token without secret, and never in a query", async () => {
    const implicit = (responseMode: string) => (text: string) =>
      JSON.stringify({
        ...JSON.parse(text),
        clientSecret: undefined,
        responseType: "id_token",
        responseMode,
      });
    const good = await readWith("identityProviders/SampleSocial.json", implicit("form_post"));
    expect(good.diagnostics.map(({ code }) => code)).not.toContain("TN041");
    const profile = [...(good.tenant?.policies.values() ?? [])]
      .map(({ program }) => program.policy.technicalProfiles.get("OIDC-V1-SampleSocial"))
      .find((found) => found !== undefined);
    expect(profile?.metadata).toMatchObject({ response_types: "id_token", response_mode: "form_post" });
    expect(profile?.cryptographicKeys).toEqual([]);
    const bad = await readWith("identityProviders/SampleSocial.json", implicit("query"));
    expect(bad.diagnostics).toMatchObject([{ code: "TN041", severity: "error" }]);
  });

  it("names a type of identity provider that is not there yet", async () => {
    const { diagnostics } = await readWith(
      "identityProviders/SampleSocial.json",
      replacing("openIdConnectIdentityProvider", "socialIdentityProvider"),
    );
    expect(diagnostics.map(({ code }) => code)).toContain("TN190");
    // Flows that name it cannot run, and say so.
    expect(diagnostics.map(({ code }) => code)).toContain("UF142");
  });
});

describe("connectors", () => {
  const withAuthentication = async (authentication: object, more: object = {}) => {
    const document = {
      id: "before-token",
      displayName: "x",
      targetUrl: "https://api.example/x?code=abc",
      ...more,
      authenticationConfiguration: authentication,
    };
    const reading = await readWith("apiConnectors/before-token.json", () => JSON.stringify(document));
    return {
      reading,
      profile: reading.tenant?.policies
        .get("b2c_1_signup_signin")
        ?.program.policy.technicalProfiles.get("PreSendClaimsRestful"),
    };
  };

  it("keep an API key in the address, and their own time-outs", async () => {
    const { profile } = await withAuthentication(
      { "@odata.type": "microsoft.graph.basicAuthentication", username: "u", password: "p" },
      { timeoutInMilliseconds: 1500, tries: 1, preset: "strict" },
    );
    expect(profile?.metadata).toMatchObject({
      ServiceUrl: "https://api.example/x?code=abc",
      "vestibule.timeoutInMilliseconds": "1500",
      "vestibule.tries": "1",
      "vestibule.preset": "strict",
    });
  });

  it("present a certificate from a file, with its password", async () => {
    await writeFile(join(directory, "client.pfx"), "not read here");
    const { profile, reading } = await withAuthentication({
      "@odata.type": "#microsoft.graph.pkcs12Certificate",
      pkcs12Value: "file:client.pfx",
      password: "secret",
    });
    expect(profile?.metadata.AuthenticationType).toBe("ClientCertificate");
    expect(profile?.cryptographicKeys).toEqual([
      { id: "ClientCertificate", storageReferenceId: "Connector_before-token_Certificate" },
    ]);
    expect(reading.tenant?.keyContainers.get("Connector_before-token_Certificate")).toEqual({
      kind: "file",
      path: "client.pfx",
      passwordReference: "Connector_before-token_CertificatePassword",
    });
  });

  it("present a PEM certificate with its key", async () => {
    await writeFile(join(directory, "client.pem"), "not read here");
    const { profile } = await withAuthentication({
      "@odata.type": "#vestibule.pemCertificate",
      certificateAndPrivateKey: "file:client.pem",
    });
    expect(profile?.metadata.AuthenticationType).toBe("ClientCertificate");
  });

  it("send an API key in a header of their own", async () => {
    const { profile } = await withAuthentication({
      "@odata.type": "#vestibule.apiKeyHeader",
      headerName: "x-api-key",
      apiKey: "k",
    });
    expect(profile?.cryptographicKeys).toEqual([
      { id: "x-api-key", storageReferenceId: "Connector_before-token_ApiKey" },
    ]);
  });

  it("may go without authentication in development only", async () => {
    const unauthenticated = JSON.stringify({
      id: "before-token",
      displayName: "x",
      targetUrl: "https://api.example/x",
    });
    const development = await readWith("apiConnectors/before-token.json", () => unauthenticated);
    expect(errors(development)).toEqual([]);
    const production = await readWith("apiConnectors/before-token.json", () => unauthenticated, "production");
    expect(errors(production).map(({ code }) => code)).toContain("TN052");
  });
});

describe("user flows", () => {
  it("that hold an error leave the others serving", async () => {
    const { tenant, diagnostics } = await readWith(
      "userFlows/B2C_1_reset.json",
      replacing("passwordReset", "passwordRest"),
    );
    expect(diagnostics).toMatchObject([
      { code: "UF002", path: "userFlowType", hint: "Did you mean 'passwordReset'?" },
    ]);
    expect(tenant?.policies.has("b2c_1_reset")).toBe(false);
    expect(tenant?.policies.size).toBe(4);
  });

  it("are refused where two have the same id", async () => {
    const { diagnostics } = await readWith(
      "userFlows/copy.json",
      () => '{"id":"b2c_1_RESET","userFlowType":"passwordReset"}',
    );
    expect(diagnostics).toMatchObject([{ code: "UF103", path: "id" }]);
  });

  it("take their texts from split language files, which win", async () => {
    const { mkdir } = await import("node:fs/promises");
    await mkdir(join(directory, "userFlows/B2C_1_reset/fr"), { recursive: true });
    const texts = {
      LocalizedStrings: [
        {
          ElementType: "UxElement",
          ElementId: null,
          StringId: "button_continue",
          Override: true,
          Value: "Suivant",
        },
      ],
    };
    const { tenant, diagnostics } = await readWith(
      "userFlows/B2C_1_reset/fr/localaccountpasswordreset.json",
      () => JSON.stringify(texts),
    );
    expect(diagnostics).toEqual([]);
    const policy = tenant?.policies.get("b2c_1_reset")?.program.policy;
    const resources = policy?.contentDefinitions.get("api.localaccountpasswordreset")?.localizedResources.fr;
    expect(policy?.localization.resources.get(resources ?? "")?.strings).toEqual([
      { elementType: "UxElement", stringId: "button_continue", value: "Suivant" },
    ]);
  });
});
