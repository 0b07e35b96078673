import { afterEach, beforeEach, expect, test } from "vitest";
import { claimsOf, codeFor, minimal, postToken, spaCode } from "./requests.fixture.ts";
import { startTestServer, type TestServer } from "./server.fixture.ts";
import { clients, testTenant } from "./tenants.fixture.ts";

/** The switch `advertiseUserInfo` of protocol.md 13; journeys for it are tested in e2e/relying-party. */

let server: TestServer;
afterEach(() => server.close());
beforeEach(async () => {
  server = await startTestServer(testTenant({ changed: { advertiseUserInfo: true } }));
});

const path = "/contoso.onmicrosoft.com/B2C_1A_susi";
const ask = (bearer: string) =>
  fetch(`${server.url}${path}/openid/v2.0/userinfo`, { headers: { authorization: `Bearer ${bearer}` } });

async function tokens() {
  const code = await codeFor(server, { ...minimal.spa, scope: `openid ${clients.spa}`, nonce: "n" });
  return (await postToken(server, spaCode(code))).body;
}

test("the metadata names the endpoint, and it tells the policy's claims and none of the issuer's", async () => {
  const metadata = await fetch(`${server.url}${path}/v2.0/.well-known/openid-configuration`);
  expect(await metadata.json()).toMatchObject({
    userinfo_endpoint: `${server.url}${path.toLowerCase()}/openid/v2.0/userinfo`,
  });
  const { access_token, id_token } = await tokens();
  for (const bearer of [access_token, id_token]) {
    const response = await ask(String(bearer));
    expect(await response.json()).toEqual({ sub: server.objectId, name: "Ada", idp: "facebook.com" });
  }
});

test("a token is refused when it has expired, and when its account is switched off", async () => {
  const { access_token } = await tokens();
  expect(claimsOf(access_token).sub).toBe(server.objectId);
  const directory = server.store.directory(server.tenant);
  await directory.change(server.objectId, { accountEnabled: false });
  expect((await ask(String(access_token))).headers.get("www-authenticate")).toContain("AADB2C90128");
  await directory.change(server.objectId, { accountEnabled: true });
  server.world.now += 3_901_000;
  const late = await ask(String(access_token));
  expect([late.status, late.headers.get("www-authenticate")]).toEqual([
    401,
    'Bearer error="invalid_token", error_description="AADB2C90235"',
  ]);
});

test("without the switch there is no endpoint", async () => {
  server.world.tenant = testTenant();
  expect((await ask("a.b.c")).status).toBe(404);
});
