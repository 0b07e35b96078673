import { SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  answered,
  authorize,
  base,
  codeFor,
  encode,
  type Fields,
  minimal,
  postToken,
  spaCode,
} from "./requests.fixture.ts";
import { startTestServer, type TestServer } from "./server.fixture.ts";
import { apiUri, clients, otherTenant, testTenant } from "./tenants.fixture.ts";

const start = 1_750_000_000;
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(() => {
  server.world.now = start * 1000;
  server.world.tenant = server.tenant;
  server.world.ended = { relyingParties: [], identityProviders: [] };
});
afterAll(() => server.close());

const strict = base.replace("susi", "strict");
const logout = (fields: Fields, path = base) =>
  fetch(`${server.url}${path}/logout?${encode(fields)}`, { redirect: "manual" });

/** The code of the error page; fails where anybody was signed out or sent away. */
async function refusal(fields: Fields, path = base): Promise<string> {
  const before = server.endedFor.length;
  const response = await logout(fields, path);
  expect([response.status, response.headers.get("location")]).toEqual([400, null]);
  expect(server.endedFor.length).toBe(before);
  return server.errors.at(-1)?.code ?? "";
}

/** Tokens of the single-page application. */
async function tokens(): Promise<Readonly<Record<string, unknown>>> {
  const code = await codeFor(server, { ...minimal.spa, scope: `openid offline_access ${apiUri}/read` });
  return (await postToken(server, spaCode(code))).body;
}

const sign = (claims: Readonly<Record<string, unknown>>, tenant = server.tenant) =>
  server.context.signing.sign(tenant, undefined, claims);

describe("signing out", () => {
  test("leads on to a registered address, with the state", async () => {
    const response = await logout({
      post_logout_redirect_uri: "https://app.example/cb2?a=b",
      state: "s & 1",
    });
    expect(response.headers.get("location")).toBe("https://app.example/cb2?a=b&state=s%20%26%201");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(server.endedFor.at(-1)).toBeUndefined();
  });

  test("works by POST and names the client to the session", async () => {
    const response = await fetch(`${server.url}${base}/logout`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: encode({ client_id: clients.web, post_logout_redirect_uri: "https://app.example/cb" }),
      redirect: "manual",
    });
    expect(response.headers.get("location")).toBe("https://app.example/cb");
    expect(server.endedFor.at(-1)).toBe(clients.web);
  });

  test("leads on to an address with letters that no header can hold", async () => {
    const response = await logout({ post_logout_redirect_uri: "https://app.example/zurück" });
    expect(response.headers.get("location")).toBe("https://app.example/zur%C3%BCck");
  });

  test("without an address ends at a page", async () => {
    const response = await logout({});
    expect([response.status, await response.text()]).toEqual([200, "<p>signed out</p>"]);
    expect(server.signedOut.at(-1)).not.toHaveProperty("continueTo");
  });

  test("tells the other applications of the session, not the one that began", async () => {
    server.world.ended = {
      relyingParties: [clients.web, clients.spa, clients.native, "gone"].map((clientId) => ({
        clientId,
        policyId: "x",
      })),
      identityProviders: [],
    };
    const response = await logout({
      client_id: clients.web,
      post_logout_redirect_uri: "https://app.example/cb",
    });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-security-policy")).toContain("frame-src https://spa.example");
    expect(server.signedOut.at(-1)).toMatchObject({
      frames: ["https://spa.example/signed-out"],
      continueTo: "https://app.example/cb",
    });
  });

  test("with an expired id token of yesterday is fine", async () => {
    const hint = String((await tokens()).id_token);
    server.world.now += (3600 + 86_400) * 1000;
    const response = await logout(
      { id_token_hint: hint, post_logout_redirect_uri: "https://spa.example/cb" },
      strict,
    );
    expect(response.headers.get("location")).toBe("https://spa.example/cb");
    expect(server.endedFor.at(-1)).toBe(clients.spa);
  });
});

describe("an address after signing out is refused", () => {
  test.each([
    ["https://evil.example/", "AADB2C90287"],
    ["https://app.example/cb/", "AADB2C90287"],
    ["https://app.example@evil.example/cb", "AADB2C90067"],
    ["http://evil.example/", "AADB2C90067"],
    ["//evil.example/", "AADB2C90067"],
    ["javascript:alert(1)", "AADB2C90067"],
    ["data:text/html,x", "AADB2C90067"],
    ["msalother://auth", "AADB2C90067"],
    ["https:\\\\evil.example", "AADB2C90067"],
  ])("%s", async (uri, code) => {
    expect(await refusal({ post_logout_redirect_uri: uri })).toBe(code);
  });

  test("which belongs to another application than the one that is named", async () => {
    const fields = { client_id: clients.web, post_logout_redirect_uri: "https://spa.example/cb" };
    expect(await refusal(fields)).toBe("AADB2C90287");
  });

  test("but a native one that is registered is not", async () => {
    const response = await logout({ post_logout_redirect_uri: `msal${clients.native}://auth` });
    expect(response.headers.get("location")).toBe(`msal${clients.native}://auth`);
  });

  test("and the tenant's switch allows any https address, malformed ones never", async () => {
    server.world.tenant = testTenant({ changed: { allowAnyPostLogoutRedirect: true } });
    const response = await logout({ post_logout_redirect_uri: "https://elsewhere.example/" });
    expect(response.headers.get("location")).toBe("https://elsewhere.example/");
    expect(await refusal({ post_logout_redirect_uri: "javascript:alert(1)" })).toBe("AADB2C90067");
    // A policy that demands a hint demands it in full.
    const hint = String((await tokens()).id_token);
    const fields = { id_token_hint: hint, post_logout_redirect_uri: "https://elsewhere.example/" };
    expect(await refusal(fields, strict)).toBe("AADB2C90287");
  });
});

describe("where the policy demands an id token", () => {
  const own = () => ({
    iss: `https://login.example.com/${testTenant().id}/v2.0/`,
    aud: clients.spa,
    exp: start + 10,
    nbf: start - 10,
  });

  test.each<[string, () => Promise<string | undefined>, string]>([
    ["nothing", async () => undefined, "AADB2C90272"],
    ["rubbish", async () => "a.b.c", "AADB2C90233"],
    ["one of another tenant", () => sign({ ...own() }, otherTenant()), "AADB2C90233"],
    ["another issuer", () => sign({ ...own(), iss: `https://x/${otherTenant().id}/v2.0/` }), "AADB2C90232"],
    ["no issuer", () => sign({ ...own(), iss: undefined }), "AADB2C90232"],
    ["another audience", () => sign({ ...own(), aud: clients.foreign }), "AADB2C90209"],
    ["two audiences", () => sign({ ...own(), aud: [clients.spa, clients.web] }), "AADB2C90209"],
    ["no expiry", () => sign({ ...own(), exp: undefined }), "AADB2C90210"],
    ["no beginning", () => sign({ ...own(), nbf: undefined }), "AADB2C90210"],
    ["one that expired the day before", () => sign({ ...own(), exp: start - 86_401 }), "AADB2C90208"],
    ["one of tomorrow", () => sign({ ...own(), nbf: start + 301 }), "AADB2C90234"],
    ["an access token", async () => String((await tokens()).access_token), "AADB2C90210"],
    ["a refresh token", async () => String((await tokens()).refresh_token), "AADB2C90233"],
    ["a code", () => codeFor(server, minimal.spa), "AADB2C90233"],
    [
      "one signed with the public key as a secret",
      async () => {
        const keys = await (
          await fetch(`${server.url}/contoso.onmicrosoft.com/B2C_1A_susi/discovery/v2.0/keys`)
        ).text();
        return new SignJWT(own())
          .setProtectedHeader({ alg: "HS256", kid: JSON.parse(keys).keys[0].kid })
          .sign(Buffer.from(keys));
      },
      "AADB2C90233",
    ],
    [
      "one without signature",
      async () => {
        const encodePart = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");
        return `${encodePart({ alg: "none" })}.${encodePart(own())}.`;
      },
      "AADB2C90233",
    ],
  ])("%s is refused", async (_, hint, code) => {
    const fields = { id_token_hint: await hint(), post_logout_redirect_uri: "https://spa.example/cb" };
    expect(await refusal(fields, strict)).toBe(code);
  });

  test("an address of another application is refused", async () => {
    const hint = String((await tokens()).id_token);
    const fields = { id_token_hint: hint, post_logout_redirect_uri: "https://app.example/cb" };
    expect(await refusal(fields, strict)).toBe("AADB2C90287");
    expect(await refusal({ id_token_hint: hint, client_id: clients.web }, strict)).toBe("AADB2C90209");
  });

  test("an oversized one is refused before anything is computed", async () => {
    const padded = await sign({ ...own(), padding: "x".repeat(16_384) });
    const response = await fetch(`${server.url}${strict}/logout`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: encode({ id_token_hint: padded }),
    });
    expect([response.status, server.errors.at(-1)?.code]).toEqual([400, "AADB2C90210"]);
  });

  test("no byte of the hint may change", async () => {
    const hint = await sign(own());
    for (let index = 0; index < hint.length; index += 7) {
      const flipped = hint.slice(0, index) + (hint[index] === "A" ? "B" : "A") + hint.slice(index + 1);
      expect(await refusal({ id_token_hint: flipped }, strict)).toBe("AADB2C90233");
    }
    expect((await logout({ id_token_hint: hint }, strict)).status).toBe(200);
  });
});

describe("identity providers of the session", () => {
  const ended = {
    relyingParties: [],
    identityProviders: [
      { technicalProfile: "Loud-OIDC", endSessionEndpoint: "https://idp.example/out?x=1" },
      { technicalProfile: "Quiet-OIDC", endSessionEndpoint: "https://quiet.example/out" },
      { technicalProfile: "Without", endSessionEndpoint: undefined },
      { technicalProfile: "Second", endSessionEndpoint: "https://second.example/out" },
    ].map(({ endSessionEndpoint, ...rest }) => ({
      ...rest,
      ...(endSessionEndpoint !== undefined && { endSessionEndpoint }),
    })),
  };

  test("are visited one after the other, and then the application", async () => {
    server.world.ended = ended;
    const first = await logout({ post_logout_redirect_uri: "https://app.example/cb", state: "s1" });
    const idp = new URL(first.headers.get("location") ?? "");
    expect(`${idp.origin}${idp.pathname}`).toBe("https://idp.example/out");
    expect(idp.searchParams.get("x")).toBe("1");
    const returnTo = `${server.url}/contoso.onmicrosoft.com/b2c_1a_susi/oauth2/v2.0/logout`;
    expect(idp.searchParams.get("post_logout_redirect_uri")).toBe(returnTo);
    expect(idp.searchParams.has("id_token_hint")).toBe(false);

    const before = server.endedFor.length;
    const second = await fetch(`${returnTo}?state=${idp.searchParams.get("state")}`, { redirect: "manual" });
    const other = new URL(second.headers.get("location") ?? "");
    expect(other.origin).toBe("https://second.example");
    const last = await fetch(`${returnTo}?state=${other.searchParams.get("state")}`, { redirect: "manual" });
    expect(last.headers.get("location")).toBe("https://app.example/cb?state=s1");
    expect(server.endedFor.length).toBe(before);
  });

  test("what they carry leads nowhere when it is old or another policy's", async () => {
    server.world.ended = ended;
    const first = await logout({ post_logout_redirect_uri: "https://app.example/cb" });
    const { state = "" } = Object.fromEntries(answered(first));
    const elsewhere = await logout({ state }, base.replace("susi", "edit"));
    expect([elsewhere.status, elsewhere.headers.get("location")]).toEqual([200, null]);
    server.world.now += 601_000;
    const late = await logout({ state });
    expect([late.status, late.headers.get("location")]).toEqual([200, null]);
  });

  test("what they carry is no token for anything else", async () => {
    server.world.ended = ended;
    const first = await logout({});
    const { state = "" } = Object.fromEntries(answered(first));
    expect(await refusal({ id_token_hint: state }, strict)).toBe("AADB2C90232");
    expect((await postToken(server, spaCode(state))).problem).toBe("AADB2C90088 invalid_grant");
    expect((await authorize(server, { ...minimal.spa, state })).status).toBe(302);
  });
});
