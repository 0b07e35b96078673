import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAddress } from "./address.ts";
import { startTestServer, type TestServer } from "./server.fixture.ts";
import { testTenant } from "./tenants.fixture.ts";

describe("an address is taken apart", () => {
  test.each([
    [
      "/contoso.onmicrosoft.com/B2C_1A_susi/oauth2/v2.0/authorize?x=1",
      "",
      "B2C_1A_susi",
      "path",
      "oauth2/v2.0/authorize",
    ],
    [
      "//contoso.onmicrosoft.com//B2C_1A_susi/OAUTH2//v2.0/Authorize/",
      "",
      "B2C_1A_susi",
      "path",
      "oauth2/v2.0/authorize",
    ],
    ["/tfp/contoso.onmicrosoft.com/b2c_1_x/SelfAsserted", "tfp", "b2c_1_x", "path", "selfasserted"],
    ["/TE/contoso.onmicrosoft.com/b2c_1_x/oauth2/authresp", "te", "b2c_1_x", "path", "oauth2/authresp"],
    ["/contoso.onmicrosoft.com/oauth2/v2.0/token?p=B2C_1_x", "", "B2C_1_x", "query", "oauth2/v2.0/token"],
    [
      "/contoso.onmicrosoft.com/B2C_1_y/oauth2/v2.0/token?p=B2C_1_x",
      "",
      "B2C_1_y",
      "path",
      "oauth2/v2.0/token",
    ],
    ["/contoso.onmicrosoft.com/oauth2/authresp", "", undefined, "none", "oauth2/authresp"],
  ])("%s", (url, prefix, policySegment, policyFrom, rest) => {
    expect(parseAddress(url)).toEqual({
      prefix,
      tenantSegment: "contoso.onmicrosoft.com",
      ...(policySegment !== undefined && { policySegment }),
      policyFrom,
      rest,
    });
  });

  test.each([
    "/",
    "/tfp",
    "/contoso/B2C_1_x%2fy/oauth2/v2.0/token",
    "/contoso/B2C_1_x%5cy/oauth2/v2.0/token",
    "/contoso/B2C_1_x%00/oauth2/v2.0/token",
    "/contoso/B2C_1_x%252f/oauth2/v2.0/token",
    "/contoso/../oauth2/v2.0/token",
    "/contoso/%2e%2e/oauth2/v2.0/token",
    "/contoso/B2C_1_x/./oauth2/v2.0/token",
    "/contoso/B2C_1_%zz/oauth2/v2.0/token",
    "/contoso/B2C_2_x/oauth2/v2.0/token",
    `/contoso/B2C_1_${"x".repeat(129)}/oauth2/v2.0/token`,
  ])("%s is no address", (url) => {
    expect(parseAddress(url)).toBeUndefined();
  });
});

describe("addresses over the wire", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  const wellKnown = "v2.0/.well-known/openid-configuration";
  const document = async (path: string) =>
    (await fetch(server.url + path)).json() as Promise<Record<string, unknown>>;

  test("the metadata document names the lower-case policy, the tenant as asked, and no more than is there", async () => {
    const response = await fetch(`${server.url}/contoso.onmicrosoft.com/B2C_1A_Susi/${wellKnown}`);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
    const at = `${server.url}/contoso.onmicrosoft.com/b2c_1a_susi`;
    expect(await response.json()).toEqual({
      issuer: `${server.url}/${testTenant().id}/v2.0/`,
      authorization_endpoint: `${at}/oauth2/v2.0/authorize`,
      token_endpoint: `${at}/oauth2/v2.0/token`,
      end_session_endpoint: `${at}/oauth2/v2.0/logout`,
      jwks_uri: `${at}/discovery/v2.0/keys`,
      response_modes_supported: ["query", "fragment", "form_post"],
      response_types_supported: expect.arrayContaining(["code", "token id_token"]),
      scopes_supported: ["openid"],
      subject_types_supported: ["pairwise"],
      id_token_signing_alg_values_supported: ["RS256"],
      token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
      code_challenge_methods_supported: ["S256", "plain"],
      claims_supported: ["name", "sub", "iss", "iat", "exp", "aud", "acr", "nonce", "auth_time"],
    });
  });

  test("the tenant's GUID stays a GUID, with the same issuer", async () => {
    const { id } = testTenant();
    const found = await document(`/${id}/B2C_1A_susi/${wellKnown}`);
    expect(found).toMatchObject({
      issuer: `${server.url}/${id}/v2.0/`,
      token_endpoint: `${server.url}/${id}/b2c_1a_susi/oauth2/v2.0/token`,
    });
  });

  test("asked for by p, answered with p", async () => {
    const found = await document(`/contoso.onmicrosoft.com/${wellKnown}?p=B2C_1A_susi`);
    expect(found).toMatchObject({
      token_endpoint: `${server.url}/contoso.onmicrosoft.com/oauth2/v2.0/token?p=b2c_1a_susi`,
      jwks_uri: `${server.url}/contoso.onmicrosoft.com/discovery/v2.0/keys?p=b2c_1a_susi`,
    });
  });

  test.each(["tfp", "te"])("the prefix %s stays", async (prefix) => {
    const found = await document(`/${prefix}/contoso.onmicrosoft.com/B2C_1A_susi/${wellKnown}`);
    expect(found).toMatchObject({
      issuer: `${server.url}/${testTenant().id}/v2.0/`,
      token_endpoint: `${server.url}/${prefix}/contoso.onmicrosoft.com/b2c_1a_susi/oauth2/v2.0/token`,
    });
  });

  test("MSAL's document without v2.0 is there", async () => {
    const path = "/contoso.onmicrosoft.com/B2C_1A_susi";
    expect(await document(`${path}/.well-known/openid-configuration`)).toEqual(
      await document(`${path}/${wellKnown}`),
    );
  });

  test("an issuer with its policy has its document below it", async () => {
    const found = await document(`/contoso.onmicrosoft.com/B2C_1_flow/${wellKnown}`);
    const issuer = String(found.issuer);
    expect(issuer).toBe(`${server.url}/tfp/${testTenant().id}/b2c_1_flow/v2.0/`);
    const below = await fetch(`${issuer}.well-known/openid-configuration`);
    expect(await below.json()).toMatchObject({ issuer });
  });

  test.each([
    "/contoso.onmicrosoft.com/B2C_1A_nothing/v2.0/.well-known/openid-configuration",
    "/nobody.example/B2C_1A_susi/v2.0/.well-known/openid-configuration",
    "/contoso.onmicrosoft.com/B2C_1A_foreign/v2.0/.well-known/openid-configuration",
    "/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration",
    "/contoso.onmicrosoft.com/B2C_1A_nothing/discovery/v2.0/keys",
  ])("404 as JSON: %s", async (path) => {
    const response = await fetch(server.url + path);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      error: "invalid_request",
      error_description: expect.stringMatching(/^AADB2C90022: /),
    });
  });

  test("404 as a page for browsers", async () => {
    const response = await fetch(
      `${server.url}/contoso.onmicrosoft.com/B2C_1A_nothing/oauth2/v2.0/authorize`,
    );
    expect([response.status, server.errors.at(-1)?.code]).toEqual([404, "AADB2C90022"]);
  });

  test("the keys are public ones", async () => {
    const found = await document("/contoso.onmicrosoft.com/B2C_1A_susi/discovery/v2.0/keys");
    expect(found).toEqual({
      keys: [
        {
          kid: expect.any(String),
          nbf: 1_750_000_000,
          use: "sig",
          kty: "RSA",
          e: "AQAB",
          n: expect.any(String),
        },
      ],
    });
  });

  test.each([
    "/contoso.onmicrosoft.com/B2C_1A_susi%2f..%2fx/oauth2/v2.0/token",
    "/contoso.onmicrosoft.com/B2C_1A_susi/../../../etc/passwd",
    "/contoso.onmicrosoft.com/B2C_1A_susi%00/oauth2/v2.0/authorize",
    "/contoso.onmicrosoft.com/B2C_1A_susi/SelfAsserted",
  ])("%s is not this room's", async (path) => {
    expect(await server.raw(path)).toMatchObject({ body: "another room" });
  });
});
