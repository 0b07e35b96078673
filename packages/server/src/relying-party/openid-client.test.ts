import * as client from "openid-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./server.fixture.ts";
import { apiUri, clients, testPolicy, testTenant, webSecret } from "./tenants.fixture.ts";

/** A certified client against this room: protocol.md 12.2 and C247. */

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(
    testTenant({ policies: new Map([["b2c_1a_susi", testPolicy("B2C_1A_susi")]]) }),
  );
  // It compares the tokens with the clock on the wall.
  server.world.now = Date.now();
});
afterAll(() => server.close());

const configuration = (clientId: string, authentication: client.ClientAuth) =>
  client.discovery(
    new URL(`${server.url}/contoso.onmicrosoft.com/B2C_1A_susi/v2.0/.well-known/openid-configuration`),
    clientId,
    undefined,
    authentication,
    { execute: [client.allowInsecureRequests] },
  );

async function signIn(config: client.Configuration, redirectUri: string, scope: string) {
  const verifier = client.randomPKCECodeVerifier();
  const nonce = client.randomNonce();
  const state = client.randomState();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    nonce,
    state,
  });
  const response = await fetch(url, { redirect: "manual" });
  return client.authorizationCodeGrant(config, new URL(response.headers.get("location") ?? ""), {
    pkceCodeVerifier: verifier,
    expectedNonce: nonce,
    expectedState: state,
  });
}

test.each([
  ["client_secret_post", client.ClientSecretPost(webSecret)],
  ["client_secret_basic", client.ClientSecretBasic(webSecret)],
])("signs in, renews and signs out with %s", async (_, authentication) => {
  const config = await configuration(clients.web, authentication);
  expect(config.serverMetadata().supportsPKCE()).toBe(true);
  const tokens = await signIn(config, "https://app.example/cb", `openid offline_access ${apiUri}/read`);
  expect(tokens.claims()).toMatchObject({ sub: server.objectId, aud: clients.web, acr: "b2c_1a_susi" });
  const renewed = await client.refreshTokenGrant(config, tokens.refresh_token ?? "");
  expect(renewed.claims()?.sub).toBe(server.objectId);

  const out = client.buildEndSessionUrl(config, {
    post_logout_redirect_uri: "https://app.example/cb",
    id_token_hint: renewed.id_token ?? "",
  });
  const response = await fetch(out, { redirect: "manual" });
  expect(response.headers.get("location")).toBe("https://app.example/cb");
});

test("signs in as a public client", async () => {
  const config = await configuration(clients.spa, client.None());
  const tokens = await signIn(config, "https://spa.example/cb", `openid ${clients.spa}`);
  expect(tokens.claims()?.name).toBe("Ada");
});

test("reports an error with B2C's code in front", async () => {
  const config = await configuration(clients.spa, client.None());
  const failed = signIn(config, "https://spa.example/cb", "openid User.Read");
  await expect(failed).rejects.toMatchObject({
    error: "invalid_scope",
    error_description: expect.stringMatching(/^AADB2C90117: /),
  });
});

/** The answer as a browser's page sees it. */
async function frontChannel(config: client.Configuration, parameters: Record<string, string>): Promise<URL> {
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: "https://implicit.example/cb",
    scope: "openid",
    ...parameters,
  });
  const response = await fetch(url, { redirect: "manual" });
  return new URL(response.headers.get("location") ?? "");
}

test("the implicit flow: the client accepts the id token of the fragment", async () => {
  const config = await configuration(clients.implicit, client.None());
  client.useIdTokenResponseType(config);
  const nonce = client.randomNonce();
  const state = client.randomState();
  const answer = await frontChannel(config, { nonce, state });
  expect(answer.search).toBe("");
  const claims = await client.implicitAuthentication(config, answer, nonce, { expectedState: state });
  expect(claims).toMatchObject({ sub: server.objectId, aud: clients.implicit });
  await expect(client.implicitAuthentication(config, answer, "another nonce")).rejects.toThrow();
});

test("the hybrid flow: the client accepts the id token, its c_hash, and the code", async () => {
  const config = await configuration(clients.implicit, client.ClientSecretPost(webSecret));
  client.useCodeIdTokenResponseType(config);
  const nonce = client.randomNonce();
  const verifier = client.randomPKCECodeVerifier();
  const answer = await frontChannel(config, {
    nonce,
    scope: `openid ${clients.implicit}`,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  const tokens = await client.authorizationCodeGrant(config, answer, {
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
  });
  expect(tokens.claims()?.nonce).toBe(nonce);
});
