import type { OAuth2Provider } from "@vestibule/engine";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeCertificate } from "../keys/certificate-fixtures.ts";
import { createFederation } from "./federation.ts";
import { makeKey, startHostileProvider } from "./testing/hostile-provider.ts";
import { type Reply, ScriptedOAuth2 } from "./testing/oauth2-provider.ts";
import { refusedWith } from "./testing/round-trips.ts";

let idp: ScriptedOAuth2;
beforeEach(async () => {
  idp = await ScriptedOAuth2.start();
});
afterEach(() => idp.close());

const federation = createFederation({ allowInsecureHttp: true, now: Date.now });

async function begin(provider: OAuth2Provider, parameters: Record<string, string> = {}) {
  const begun = await federation.begin(provider, { state: "the-state", parameters });
  if (!("url" in begun)) throw new Error(JSON.stringify(begun));
  return begun;
}

async function run(changes: Partial<OAuth2Provider> = {}, answer: Record<string, string> = {}) {
  const provider = idp.profile(changes);
  const { saved } = await begin(provider);
  return federation.complete(provider, saved, { state: "the-state", code: "the-code", ...answer });
}

describe("sending the browser to an OAuth 2.0 provider", () => {
  it("keeps the endpoint's query and adds the request, without nonce or challenge", async () => {
    const provider = idp.profile({ authorizationParameters: { access_type: "offline", state: "evil" } });
    const { url } = await begin(provider, { prompt: "select_account", client_id: "evil" });
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      display: "page",
      access_type: "offline",
      prompt: "select_account",
      client_id: "our client",
      response_type: "code",
      redirect_uri: provider.redirectUri,
      scope: "email profile",
      state: "the-state",
    });
  });

  it.each(["javascript:alert(1)", "file:///etc/passwd", "nonsense"])("never to %s", async (address) => {
    const provider = idp.profile({ authorizationEndpoint: address });
    expect(await federation.begin(provider, { state: "s", parameters: {} })).toMatchObject(
      refusedWith("AADB2C90289"),
    );
  });
});

describe("redeeming a code", () => {
  const grant = {
    grant_type: "authorization_code",
    code: "the-code",
    redirect_uri: "https://login.contoso.example/contoso.onmicrosoft.com/oauth2/authresp",
    client_id: "our client",
    client_secret: "our: secret/+",
  };

  it("posts a form, and asks for claims with the token in the query", async () => {
    expect(await run()).toEqual({
      kind: "claims",
      claims: { id: "1001", name: "Fay Book", email: "fay@provider.example" },
      tokens: { accessToken: "an-access-token", tokenType: "Bearer", expiresIn: 3600 },
    });
    expect(idp.last("/token").method).toBe("POST");
    expect(Object.fromEntries(idp.last("/token").form)).toEqual(grant);
    expect(Object.fromEntries(idp.last("/me").query)).toEqual({
      fields: "id,name,email",
      access_token: "an-access-token",
    });
    expect(idp.last("/me").headers.authorization).toBeUndefined();
  });

  it("asks by GET where the profile says so (Facebook)", async () => {
    expect(await run({ httpBinding: "GET" })).toMatchObject({ kind: "claims" });
    expect(idp.last("/token").method).toBe("GET");
    expect(Object.fromEntries(idp.last("/token").query)).toEqual(grant);
  });

  it("reads a form-encoded answer, sends the token in a header and says who it is (GitHub)", async () => {
    idp.token = {
      type: "application/x-www-form-urlencoded",
      body: "access_token=gho_1&scope=read%3Auser%2Cuser%3Aemail&token_type=bearer",
    };
    idp.claims = { body: { id: 583231, login: "monalisa" } };
    const { accessTokenParameter: _, ...provider } = idp.profile({
      userAgent: "CPIM-Basic/contoso/B2C_1A_x",
    });
    const { saved } = await begin(provider);
    const answer = { state: "the-state", code: "the-code" };
    expect(await federation.complete(provider, saved, answer)).toMatchObject({
      claims: { id: 583231, login: "monalisa" },
      tokens: { accessToken: "gho_1", tokenType: "bearer" },
    });
    expect(idp.last("/me").headers).toMatchObject({
      authorization: "Bearer gho_1",
      "user-agent": "CPIM-Basic/contoso/B2C_1A_x",
    });
    expect(idp.last("/me").query.has("access_token")).toBe(false);
  });

  it("renames the client's parameters and repeats members of the token answer (WeChat)", async () => {
    idp.token = { body: { access_token: "t", openid: "o-1", unionid: "u-1", expires_in: "7200" } };
    idp.claims = { body: { errcode: 0, nickname: "Wei" } };
    const wechat = {
      httpBinding: "GET",
      clientIdParameter: "appid",
      clientSecretParameter: "secret",
      tokenAnswerClaims: ["openid", "unionid"],
      claimsRequestParameters: ["openid"],
      errorMember: "errcode",
    } as const;
    expect(await run(wechat)).toMatchObject({
      claims: { openid: "o-1", unionid: "u-1", nickname: "Wei" },
      tokens: { expiresIn: 7200 },
    });
    const { query } = idp.last("/token");
    expect([query.get("appid"), query.get("secret")]).toEqual(["our client", "our: secret/+"]);
    expect(query.has("client_id") || query.has("client_secret")).toBe(false);
    expect(idp.last("/me").query.get("openid")).toBe("o-1");
    const { url } = await begin(idp.profile(wechat));
    expect(new URL(url).searchParams.get("appid")).toBe("our client");
  });

  it("unwraps JSONP (QQ)", async () => {
    idp.token = { type: "text/plain", body: "access_token=t&expires_in=7776000" };
    idp.claims = { type: "text/html", body: 'callback( {"client_id":"our client","openid":"1"} );\n' };
    expect(await run({ errorMember: "error" })).toMatchObject({ claims: { openid: "1" } });
  });

  it("authenticates in the header for client_secret_basic (eBay)", async () => {
    await run({ tokenEndpointAuthMethod: "client_secret_basic" });
    const { headers, form } = idp.last("/token");
    expect(headers.authorization).toBe(
      `Basic ${Buffer.from("our+client:our%3A+secret%2F%2B").toString("base64")}`,
    );
    expect(form.has("client_secret")).toBe(false);
  });

  it("signs an assertion of five minutes for private_key_jwt, and sends no secret", async () => {
    const pair = makeCertificate("private_key_jwt");
    await run({
      tokenEndpointAuthMethod: "private_key_jwt",
      assertionKey: { ...pair, algorithm: "RS512" },
    });
    const { form } = idp.last("/token");
    const assertion = form.get("client_assertion") ?? "";
    expect(form.has("client_secret")).toBe(false);
    expect(decodeProtectedHeader(assertion)).toMatchObject({ alg: "RS512", kid: expect.any(String) });
    const claims = decodeJwt(assertion);
    expect(claims).toMatchObject({ iss: "our client", sub: "our client", aud: `${idp.url}/token` });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(300);
  });

  it("refuses private_key_jwt without a key instead of asking as nobody", async () => {
    expect(await run({ tokenEndpointAuthMethod: "private_key_jwt" })).toMatchObject(
      refusedWith("AADB2C90243"),
    );
    expect(idp.received).toHaveLength(0);
  });

  it("gives numbers that JavaScript cannot hold as their digits, so that two people never become one", async () => {
    idp.claims = { type: "application/json", body: '{"id":9007199254740993,"small":7}' };
    expect(await run()).toMatchObject({ claims: { id: "9007199254740993", small: 7 } });
  });
});

describe("what the provider's endpoints say is wrong", () => {
  it.each<[string, Reply, object]>([
    [
      "an error, with its answer for the error handlers",
      { status: 400, body: { error: "invalid_grant", error_description: "used" } },
      {
        kind: "providerError",
        error: "invalid_grant",
        description: "used",
        answer: { error: "invalid_grant", error_description: "used" },
      },
    ],
    [
      "an error with status 200 (GitHub)",
      { body: "error=bad_verification_code&error_description=expired" },
      { kind: "providerError", error: "bad_verification_code", description: "expired" },
    ],
    [
      "an error that is an object (Facebook)",
      { status: 400, body: { error: { message: "This code has been used.", type: "OAuthException" } } },
      { kind: "providerError", error: "OAuthException", description: "This code has been used." },
    ],
    ["bad credentials", { status: 401, body: { error: "invalid_client" } }, refusedWith("AADB2C90243")],
    [
      "bad credentials (GitHub)",
      { body: { error: "incorrect_client_credentials" } },
      refusedWith("AADB2C90243"),
    ],
    ["no token", { body: { token_type: "Bearer" } }, refusedWith("AADB2C90273")],
    ["a token that is no text", { body: { access_token: { a: 1 } } }, refusedWith("AADB2C90273")],
    ["HTML", { type: "text/html", body: "<html>a=b</html>" }, refusedWith("AADB2C90273")],
    ["a list", { body: ["access_token"] }, refusedWith("AADB2C90273")],
    ["JSON a thousand levels deep", { body: '{"a":'.repeat(1000) }, refusedWith("AADB2C90273")],
    ["a redirect", { status: 302, body: "" }, refusedWith("AADB2C90273")],
    ["5xx", { status: 503, body: {} }, refusedWith("AADB2C90289")],
    ["too much", { body: "x".repeat(2_000_000) }, refusedWith("AADB2C90289")],
  ])("the token endpoint: %s", async (_what, reply, expected) => {
    idp.token = reply;
    expect(await run()).toMatchObject(expected);
    expect(idp.received.some(({ path }) => path === "/me")).toBe(false);
  });

  it.each<[string, Reply, object]>([
    ["4xx", { status: 403, body: "no" }, { kind: "providerError" }],
    [
      "an errcode with status 200",
      { body: { errcode: 40003, errmsg: "invalid openid" } },
      { kind: "providerError", error: "40003", description: "invalid openid" },
    ],
    ["nothing", { body: {} }, refusedWith("AADB2C90190")],
    ["no JSON", { body: "<p>" }, refusedWith("AADB2C90190")],
    ["5xx", { status: 500, body: {} }, refusedWith("AADB2C90289")],
  ])("the claims endpoint: %s", async (_what, reply, expected) => {
    idp.claims = reply;
    expect(await run({ errorMember: "errcode" })).toMatchObject(expected);
  });

  it.each([
    ["another state", { state: "another" }, refusedWith("AADB2C90273")],
    ["no code", { code: "" }, refusedWith("AADB2C90273")],
    [
      "an error of the provider",
      { error: "access_denied" },
      { kind: "providerError", error: "access_denied" },
    ],
    ["another state and an error", { state: "x", error: "access_denied" }, refusedWith("AADB2C90273")],
  ])("the browser: %s, and nothing is redeemed", async (_what, answer, expected) => {
    expect(await run({}, answer)).toMatchObject(expected);
    expect(idp.received).toHaveLength(0);
  });
});

describe("an id token beside the access token", () => {
  it("is not read where nothing says whose keys verify it", async () => {
    idp.token = { body: { access_token: "t", id_token: "a.b.c" } };
    expect(await run()).toMatchObject({ kind: "claims", claims: { id: "1001" } });
  });

  it("is verified with its issuer's keys where the profile accepts the issuer", async () => {
    const issuer = await startHostileProvider([await makeKey()]);
    try {
      const response = await fetch(`${issuer.url}/token`, { method: "POST" });
      const { id_token } = (await response.json()) as { id_token: string };
      idp.token = { body: { access_token: "t", id_token } };
      const trusting = { discoverByIssuer: true, issuerPrefixes: [`${issuer.url}/`, issuer.url] };
      // Nobody asked for it with our client id, so its audience is not ours.
      expect(await run(trusting)).toMatchObject(refusedWith("AADB2C90237"));
      issuer.claims = (claims) => ({ ...claims, aud: "our client" });
      const again = await fetch(`${issuer.url}/token`, { method: "POST" });
      idp.token = { body: { access_token: "t", ...((await again.json()) as object) } };
      expect(await run(trusting)).toMatchObject({
        claims: { id: "1001", sub: "subject-1", iss: issuer.url },
      });
      expect(await run({ ...trusting, issuerPrefixes: ["https://sts.example/"] })).toMatchObject(
        refusedWith("AADB2C90238"),
      );
    } finally {
      await issuer.close();
    }
  });
});
