import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  base,
  claimsOf,
  codeFor,
  minimal,
  postToken,
  spaCode,
  verifier,
  webCode,
} from "./requests.fixture.ts";
import { startTestServer, type TestServer } from "./server.fixture.ts";
import { apiUri, clients, issuer, testTenant, webSecret } from "./tenants.fixture.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(() => {
  server.world.now = 1_750_000_000_000;
  server.world.outcome = {};
  server.world.tenant = server.tenant;
});
afterAll(() => server.close());

describe("a code is redeemed", () => {
  test("by a web application with its secret in the body", async () => {
    const answer = await postToken(server, webCode(await codeFor(server, minimal.web)));
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("pragma")).toBe("no-cache");
    expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(Object.keys(answer.body)).toEqual([
      "id_token",
      "token_type",
      "not_before",
      "id_token_expires_in",
      "profile_info",
      "scope",
    ]);
    expect(answer.body).toMatchObject({
      token_type: "Bearer",
      not_before: 1_750_000_000,
      id_token_expires_in: 3600,
      scope: "",
    });
    expect(JSON.parse(Buffer.from(String(answer.body.profile_info), "base64url").toString())).toEqual({
      ver: "1.0",
      tid: testTenant().id,
      sub: null,
      name: "Ada",
      preferred_username: null,
      idp: "facebook.com",
    });
  });

  test("with the secret in a Basic header, form-encoded", async () => {
    const fields = webCode(await codeFor(server, minimal.web), {
      client_id: undefined,
      client_secret: undefined,
    });
    const credentials = `${clients.web}:${encodeURIComponent(webSecret).replaceAll("%20", "+")}`;
    const headers = { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
    expect((await postToken(server, fields, { headers })).status).toBe(200);
  });

  test("with an older secret that is still registered", async () => {
    const fields = webCode(await codeFor(server, minimal.web), { client_secret: "old" });
    expect((await postToken(server, fields)).status).toBe(200);
  });

  test("all members, in the order of the service", async () => {
    const scope = `openid offline_access ${apiUri}/read`;
    const code = await codeFor(server, { ...minimal.web, scope });
    const answer = await postToken(server, webCode(code, { client_info: "1" }));
    expect(Object.keys(answer.body)).toEqual([
      "access_token",
      "id_token",
      "token_type",
      "not_before",
      "expires_in",
      "expires_on",
      "resource",
      "client_info",
      "scope",
      "refresh_token",
      "refresh_token_expires_in",
    ]);
    expect(answer.body).toMatchObject({
      resource: clients.api,
      scope: `${apiUri}/read`,
      refresh_token_expires_in: 1_209_600,
    });
  });

  test("only the granted one of two scopes goes into the token", async () => {
    const code = await codeFor(server, { ...minimal.web, scope: `openid ${apiUri}/write ${apiUri}/READ` });
    const { body } = await postToken(server, webCode(code));
    expect([claimsOf(body.access_token).scp, body.scope]).toEqual(["read", `${apiUri}/read`]);
  });

  test(".default gives everything that was granted", async () => {
    const code = await codeFor(server, { ...minimal.spa, scope: `openid ${apiUri}/.default` });
    const { body } = await postToken(server, spaCode(code));
    expect(claimsOf(body.access_token).scp).toBe("read write");
  });

  test("a scope first asked for here is honoured", async () => {
    const code = await codeFor(server, minimal.web);
    const { body } = await postToken(
      server,
      webCode(code, { scope: `openid ${clients.web} offline_access` }),
    );
    expect(claimsOf(body.access_token).aud).toBe(clients.web);
    expect(body.refresh_token).toEqual(expect.any(String));
  });

  test("a scope first asked for here is refused where it was not granted", async () => {
    const code = await codeFor(server, minimal.web);
    const answer = await postToken(server, webCode(code, { scope: `${apiUri}/write` }));
    expect(answer.problem).toBe("AADB2C90205 unauthorized_client");
  });

  test("numbers become text for policies that say so", async () => {
    server.world.outcome = { issuer: { ...issuer, jsonNumbers: false } };
    const { body } = await postToken(server, webCode(await codeFor(server, minimal.web)));
    expect([body.not_before, body.id_token_expires_in]).toEqual(["1750000000", "3600"]);
  });

  test("the switch gives an access token where nothing was asked for", async () => {
    server.world.tenant = testTenant({ changed: { alwaysIssueAccessToken: true } });
    const { body } = await postToken(server, webCode(await codeFor(server, minimal.web)));
    expect(claimsOf(body.access_token).aud).toBe(clients.web);
    expect(body.scope).toBe(clients.web);
  });

  test("tracing parameters in the query are no matter", async () => {
    const code = await codeFor(server, minimal.web);
    const response = await fetch(`${server.url}${base}/token?client-request-id=x`, {
      method: "POST",
      body: new URLSearchParams(webCode(code) as Record<string, string>),
    });
    expect(response.status).toBe(200);
  });

  test("by a native application on another loopback port", async () => {
    const code = await codeFor(server, minimal.native);
    const fields = spaCode(code, { client_id: clients.native, redirect_uri: "http://localhost:51234" });
    expect((await postToken(server, fields)).status).toBe(200);
  });
});

describe("a code is refused", () => {
  const web = () => codeFor(server, minimal.web);
  const spa = () => codeFor(server, minimal.spa);

  test.each([
    [
      "without secret",
      async () => webCode(await web(), { client_secret: undefined }),
      400,
      "AADB2C90079 invalid_request",
    ],
    [
      "with a wrong secret",
      async () => webCode(await web(), { client_secret: "wrong" }),
      401,
      "AADB2C90081 invalid_client",
    ],
    [
      "with a secret of a single-page application",
      async () => spaCode(await spa(), { client_secret: webSecret }),
      400,
      "AADB2C90084 invalid_request",
    ],
    [
      "by another client",
      async () => spaCode(await web(), { redirect_uri: "https://app.example/cb" }),
      400,
      "AADB2C90279 invalid_grant",
    ],
    [
      "by an unknown client",
      async () => webCode(await web(), { client_id: "nobody" }),
      401,
      "AADB2C90018 invalid_client",
    ],
    [
      "by a disabled client",
      async () => webCode(await web(), { client_id: clients.disabled }),
      400,
      "AADB2C90092 unauthorized_client",
    ],
    [
      "by nobody",
      async () => webCode(await web(), { client_id: undefined }),
      400,
      "AADB2C90008 invalid_request",
    ],
    [
      "with another redirect URI",
      async () => webCode(await web(), { redirect_uri: "https://app.example/cb2?a=b" }),
      400,
      "AADB2C90006 invalid_grant",
    ],
    [
      "without redirect URI",
      async () => webCode(await web(), { redirect_uri: undefined }),
      400,
      "AADB2C90083 invalid_request",
    ],
    [
      "without verifier",
      async () => spaCode(await spa(), { code_verifier: undefined }),
      400,
      "AADB2C90183 invalid_request",
    ],
    [
      "with a malformed verifier",
      async () => spaCode(await spa(), { code_verifier: "short" }),
      400,
      "AADB2C90183 invalid_grant",
    ],
    [
      "with a verifier that nobody announced",
      async () => webCode(await web(), { code_verifier: verifier }),
      400,
      "AADB2C90183 invalid_grant",
    ],
    ["that nobody issued", async () => webCode("x".repeat(43)), 400, "AADB2C90088 invalid_grant"],
    ["that is longer than any", async () => webCode("x".repeat(10_000)), 400, "AADB2C90088 invalid_grant"],
    [
      "by client assertion",
      async () => webCode(await web(), { client_assertion_type: "jwt", client_assertion: "x" }),
      401,
      "AADB2C90016 invalid_client",
    ],
  ])("%s", async (_, fields, status, problem) => {
    const answer = await postToken(server, await fields());
    expect([answer.status, answer.problem]).toEqual([status, problem]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  test("at another policy, with both names", async () => {
    const answer = await postToken(server, webCode(await web()), { path: base.replace("susi", "edit") });
    expect(answer.problem).toBe("AADB2C90088 invalid_grant");
    expect(answer.body.error_description).toContain(
      "Actual Value : B2C_1A_edit and Expected Value : B2C_1A_susi",
    );
  });

  test("at another tenant", async () => {
    const fields = webCode(await web(), { client_id: clients.foreign });
    const answer = await postToken(server, fields, { path: base.replace("contoso", "fabrikam") });
    expect(answer.problem).toBe("AADB2C90088 invalid_grant");
  });

  test("at the addresses without v2.0, and the other way round", async () => {
    const versionless = base.replace("/v2.0", "");
    const there = await postToken(server, webCode(await web()), { path: versionless });
    expect(there.problem).toBe("AADB2C90087 invalid_grant");
    const code = await codeFor(server, minimal.web, versionless);
    expect((await postToken(server, webCode(code))).problem).toBe("AADB2C90087 invalid_grant");
    expect((await postToken(server, webCode(code), { path: versionless })).status).toBe(200);
  });

  test("after ten minutes, with three times", async () => {
    const code = await web();
    server.world.now += 600_000;
    const answer = await postToken(server, webCode(code));
    expect(answer.problem).toBe("AADB2C90080 invalid_grant");
    expect(answer.body.error_description).toContain(
      "Current time: 1750000600, Grant issued time: 1750000000, Grant expiration time: 1750000600",
    );
  });

  test("after a wrong verifier, even with the right one", async () => {
    const code = await spa();
    expect((await postToken(server, spaCode(code, { code_verifier: "w".repeat(43) }))).problem).toBe(
      "AADB2C90182 invalid_grant",
    );
    expect((await postToken(server, spaCode(code))).problem).toBe("AADB2C90080 invalid_grant");
  });

  test("a second time, and what the first time gave is revoked", async () => {
    const code = await spa();
    const first = await postToken(server, spaCode(code));
    expect((await postToken(server, spaCode(code))).problem).toBe("AADB2C90080 invalid_grant");
    const refresh = {
      grant_type: "refresh_token",
      client_id: clients.spa,
      refresh_token: String(first.body.refresh_token),
    };
    expect((await postToken(server, refresh)).problem).toBe("AADB2C90129 invalid_grant");
  });

  test("but a stranger who shows it does not spoil it", async () => {
    const code = await web();
    await postToken(server, spaCode(code, { redirect_uri: "https://app.example/cb" }));
    await postToken(server, webCode(code, { client_secret: "wrong" }));
    await postToken(server, webCode(code, { redirect_uri: "https://evil.example/" }));
    expect((await postToken(server, webCode(code))).status).toBe(200);
  });

  test("of many at once exactly one succeeds", async () => {
    const code = await spa();
    const answers = await Promise.all(Array.from({ length: 8 }, () => postToken(server, spaCode(code))));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test("with any byte of it changed, cut or added", async () => {
    const code = await spa();
    for (let index = 0; index < code.length; index++) {
      const other = code[index] === "A" ? "B" : "A";
      const flipped = code.slice(0, index) + other + code.slice(index + 1);
      expect((await postToken(server, spaCode(flipped))).status).toBe(400);
    }
    for (const altered of [code.slice(0, -1), `${code}A`, ` ${code}`, code.toUpperCase(), `${code}\0`]) {
      expect((await postToken(server, spaCode(altered))).status).toBe(400);
    }
    expect((await postToken(server, spaCode(code))).status).toBe(200);
  });

  test("a plain challenge holds where it is allowed and is refused where it is not", async () => {
    const fields = { ...minimal.web, code_challenge: verifier, code_challenge_method: "plain" };
    const code = await codeFor(server, fields);
    expect((await postToken(server, webCode(code, { code_verifier: verifier }))).status).toBe(200);
    server.world.tenant = testTenant({ changed: { allowPlainPkce: false } });
    await expect(codeFor(server, fields)).rejects.toThrow("no code");
  });
});

describe("the request itself", () => {
  test.each(["GET", "PUT", "DELETE", "PATCH"])("%s is answered with 405", async (method) => {
    const response = await fetch(`${server.url}${base}/token`, { method });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
    expect(((await response.json()) as { error_description: string }).error_description).toMatch(
      /^AADB2C90226/,
    );
  });

  test.each([
    [undefined, "AADB2C90083 invalid_request"],
    ["foo", "AADB2C90086 unsupported_grant_type"],
    ["urn:ietf:params:oauth:grant-type:jwt-bearer", "AADB2C90086 unsupported_grant_type"],
    ["client_credentials", "AADB2C90010 invalid_request"],
    ["password", "AADB2C90224 unauthorized_client"],
  ])("grant_type %s", async (grant_type, problem) => {
    expect((await postToken(server, webCode("x", { grant_type }))).problem).toBe(problem);
  });

  test.each([
    ["application/json", JSON.stringify({ grant_type: "authorization_code" })],
    ["text/plain", "grant_type=authorization_code"],
  ])("a body of type %s", async (type, body) => {
    const response = await fetch(`${server.url}${base}/token`, {
      method: "POST",
      headers: { "content-type": type },
      body,
    });
    expect([response.status, await response.json()]).toMatchObject([400, { error: "invalid_request" }]);
  });

  test("what stands in the query does not count", async () => {
    const query = new URLSearchParams(webCode(await codeFor(server, minimal.web)) as Record<string, string>);
    const response = await fetch(`${server.url}${base}/token?${query}`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "",
    });
    expect(response.status).toBe(400);
  });

  test("a repeated parameter is refused", async () => {
    const body = `${new URLSearchParams(webCode(await codeFor(server, minimal.web)) as Record<string, string>)}&client_id=x`;
    const response = await fetch(`${server.url}${base}/token`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body,
    });
    expect(await response.json()).toMatchObject({ error: "invalid_request" });
  });

  test("a megabyte is refused with 413", async () => {
    const answer = await postToken(server, webCode("x".repeat(1_000_000)));
    expect([answer.status, answer.body.error]).toEqual([413, "invalid_request"]);
  });

  test("a wrong secret by header is asked for again", async () => {
    const headers = { authorization: `Basic ${Buffer.from(`${clients.web}:wrong`).toString("base64")}` };
    const fields = webCode(await codeFor(server, minimal.web), {
      client_id: undefined,
      client_secret: undefined,
    });
    const answer = await postToken(server, fields, { headers });
    expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([
      401,
      expect.stringMatching(/^Basic /),
    ]);
  });
});
