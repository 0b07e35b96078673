import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answered, authorize, base, encode, type Fields, minimal } from "./requests.fixture.ts";
import { startTestServer, type TestServer } from "./server.fixture.ts";
import { apiUri, clients, otherApiUri } from "./tenants.fixture.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** The code of the error page; fails where the browser was sent anywhere. */
async function pageError(fields: Fields): Promise<string> {
  const response = await authorize(server, fields);
  expect(response.headers.get("location")).toBeNull();
  expect(response.status).toBe(400);
  return server.errors.at(-1)?.code ?? "";
}

test("a policy that shows errors itself shows those of the request, once it is known whose it is", async () => {
  const shown = "/contoso.onmicrosoft.com/B2C_1A_shown/oauth2/v2.0";
  const response = await authorize(server, { ...minimal.web, prompt: "sometimes" }, shown);
  expect([response.status, response.headers.get("location")]).toEqual([400, null]);
  expect(server.errors.at(-1)?.code).toBe("AADB2C90043");
  expect((await authorize(server, minimal.web, shown)).headers.get("location")).toContain("code=");
});

/** Error and code that the application got. */
async function sentError(fields: Fields): Promise<string> {
  const response = await authorize(server, fields);
  expect(response.status).toBe(302);
  const answer = answered(response);
  return `${answer.get("error")} ${answer.get("error_description")?.split(":")[0]}`;
}

describe("before the redirect URI is known to be registered, only the error page", () => {
  test.each([
    ["no client id", { client_id: undefined }, "AADB2C90008"],
    ["an unknown client", { client_id: "nobody" }, "AADB2C90018"],
    ["a client of another tenant", { client_id: clients.foreign }, "AADB2C90018"],
    ["a disabled client", { client_id: clients.disabled }, "AADB2C90092"],
    ["a client without redirect URIs", { client_id: clients.withoutUri }, "AADB2C90007"],
    ["an unregistered redirect URI", { redirect_uri: "https://evil.example/cb" }, "AADB2C90006"],
    ["no redirect URI where two are registered", { redirect_uri: undefined }, "AADB2C90083"],
    ["markup in the state", { state: "<script>" }, "AADB2C90122"],
    ["a state longer than 8 KB", { state: "x".repeat(8193) }, "AADB2C90122"],
    ["a character reference in the nonce", { nonce: "&#60;" }, "AADB2C90122"],
  ])("%s", async (_, change, code) => {
    expect(await pageError({ ...minimal.web, ...change })).toBe(code);
  });

  test("a repeated protocol parameter", async () => {
    const query = `${encode(minimal.web)}&client_id=${clients.spa}`;
    const response = await fetch(`${server.url}${base}/authorize?${query}`, { redirect: "manual" });
    expect([response.status, server.errors.at(-1)?.code]).toEqual([400, "AADB2C90122"]);
  });

  test("a query longer than 16 KB", async () => {
    expect(await pageError({ ...minimal.web, clutter: "x".repeat(17_000) })).toBe("AADB2C90122");
  });
});

describe("afterwards the application hears of errors", () => {
  test.each([
    ["no response type", { response_type: undefined }, "invalid_request AADB2C90083"],
    ["an unknown response type", { response_type: "foo" }, "unsupported_response_type AADB2C90013"],
    [
      "a response type beside a known one",
      { response_type: "code foo" },
      "unsupported_response_type AADB2C90013",
    ],
    ["an unknown response mode", { response_mode: "foo" }, "invalid_request AADB2C90014"],
    [
      "implicit without permission",
      { response_type: "id_token", nonce: "n" },
      "unauthorized_client AADB2C90057",
    ],
    ["no scope", { scope: undefined }, "invalid_request AADB2C90010"],
    ["only offline_access", { scope: "offline_access" }, "invalid_request AADB2C90115"],
    ["a scope of Microsoft Graph", { scope: "openid User.Read" }, "invalid_scope AADB2C90117"],
    ["a scope that names no resource", { scope: "openid tasks" }, "invalid_scope AADB2C90055"],
    ["an illegal character in a scope", { scope: "openid é" }, "invalid_scope AADB2C99005"],
    ["scopes of two APIs", { scope: `${apiUri}/read ${otherApiUri}/read` }, "invalid_request AADB2C90146"],
    [
      "an API and the client itself",
      { scope: `${apiUri}/read ${clients.web}` },
      "invalid_request AADB2C90146",
    ],
    ["only a scope that was not granted", { scope: `${apiUri}/write` }, "unauthorized_client AADB2C90205"],
    ["an unknown prompt", { prompt: "foo" }, "invalid_request AADB2C90043"],
    ["a negative max_age", { max_age: "-1" }, "invalid_request AADB2C90120"],
    ["a max_age that is no number", { max_age: "abc" }, "invalid_request AADB2C90120"],
    ["an unknown challenge method", { code_challenge_method: "S512" }, "invalid_request AADB2C90184"],
    ["a short challenge", { code_challenge: "short" }, "invalid_request AADB2C90183"],
    ["a method without its challenge", { code_challenge_method: "S256" }, "invalid_request AADB2C90183"],
  ])("%s", async (_, change, expected) => {
    expect(await sentError({ ...minimal.web, ...change })).toBe(expected);
  });

  test.each([
    ["no challenge", { code_challenge: undefined, code_challenge_method: undefined }, "AADB2C99059"],
    ["a plain challenge", { code_challenge_method: "plain" }, "AADB2C90184"],
    ["a challenge without its method", { code_challenge_method: undefined }, "AADB2C90184"],
    ["a plus sign in the challenge", { code_challenge: `${"a".repeat(42)}+` }, "AADB2C90183"],
  ])("single-page application with %s", async (_, change, code) => {
    expect(await sentError({ ...minimal.spa, ...change })).toBe(`invalid_request ${code}`);
  });

  test.each([
    ["id_token without nonce", { nonce: undefined }, "invalid_request AADB2C90083"],
    ["id_token without openid", { scope: clients.implicit }, "invalid_request AADB2C90110"],
    ["id_token in a query", { response_mode: "query" }, "invalid_request AADB2C90014"],
    ["token without a resource", { response_type: "token" }, "invalid_scope AADB2C90055"],
  ])("%s, in the fragment", async (_, change, expected) => {
    const response = await authorize(server, { ...minimal.implicit, ...change });
    expect(response.headers.get("location")).toMatch(/^https:\/\/implicit\.example\/cb#error=/);
    expect(await sentError({ ...minimal.implicit, ...change })).toBe(expected);
  });

  test("the error has its three lines and the state behind it", async () => {
    const response = await authorize(server, { ...minimal.web, scope: undefined });
    const answer = answered(response);
    expect([...answer.keys()]).toEqual(["error", "error_description", "state"]);
    expect(answer.get("error_description")).toMatch(
      /^AADB2C90010: [^\r\n]+\r\nCorrelation ID: [0-9a-f-]{36}\r\nTimestamp: 2025-06-15 15:06:40Z\r\n$/,
    );
  });

  test("a line break in a parameter breaks no line of the answer", async () => {
    const response = await authorize(server, {
      ...minimal.web,
      scope: "openid",
      prompt: "x",
      state: "a\r\nSet-Cookie: b=c",
    });
    expect(response.headers.get("set-cookie")).toBeNull();
    expect(answered(response).get("state")).toBe("a\r\nSet-Cookie: b=c");
  });
});

describe("a valid request starts a journey", () => {
  test("by GET and by POST, with everything that was asked for", async () => {
    const fields = {
      ...minimal.web,
      nonce: "n1",
      prompt: "login",
      max_age: "0",
      login_hint: "ada@example.org",
      domain_hint: "facebook.com",
      client_info: "1",
      campaign: "spring",
    };
    await authorize(server, fields);
    const byGet = server.started.at(-1)?.rpRequest;
    await fetch(`${server.url}${base}/authorize`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: encode(fields),
      redirect: "manual",
    });
    expect(server.started.at(-1)?.rpRequest).toEqual(byGet);
    expect(byGet).toMatchObject({
      clientId: clients.web,
      redirectUri: "https://app.example/cb",
      redirectUriType: "web",
      responseType: ["code"],
      responseMode: "query",
      scope: ["openid"],
      nonce: "n1",
      prompt: "login",
      maxAge: 0,
      loginHint: "ada@example.org",
      domainHint: "facebook.com",
      clientInfo: true,
      origin: server.url,
      tenantSegment: "contoso.onmicrosoft.com",
    });
    expect(byGet?.parameters.campaign).toBe("spring");
  });

  test("200 unknown parameters are kept, of repeated ones the last", async () => {
    const clutter = Array.from({ length: 200 }, (_, index) => `k${index}=v${index}`).join("&");
    const url = `${server.url}${base}/authorize?${encode(minimal.web)}&${clutter}&k7=again`;
    expect((await fetch(url, { redirect: "manual" })).status).toBe(302);
    expect(server.started.at(-1)?.rpRequest.parameters).toMatchObject({ k7: "again", k199: "v199" });
  });

  test("request and request_uri are never fetched", async () => {
    const before = server.errors.length;
    const response = await authorize(server, {
      ...minimal.web,
      request_uri: `${server.url}/x`,
      request: "e30.e30.",
    });
    expect(response.status).toBe(302);
    expect(server.errors.length).toBe(before);
  });

  test("the only registered redirect URI need not be named", async () => {
    await authorize(server, { ...minimal.spa, redirect_uri: undefined });
    expect(server.started.at(-1)?.rpRequest.redirectUri).toBe("https://spa.example/cb");
  });

  test("forwarded headers of a stranger count for nothing", async () => {
    await fetch(`${server.url}${base}/authorize?${encode(minimal.web)}`, {
      redirect: "manual",
      headers: {
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "https",
        "x-forwarded-for": "6.6.6.6",
      },
    });
    const start = server.started.at(-1)?.rpRequest;
    expect([start?.origin, start?.ipAddress]).toEqual([server.url, "127.0.0.1"]);
  });

  test("a host header that is none is refused", async () => {
    const answer = await server.raw(`${base}/authorize?${encode(minimal.web)}`, {
      host: "evil.example/path",
    });
    expect(answer.status).toBe(400);
  });

  test("ui_locales comes before the browser's language", async () => {
    await authorize(server, { ...minimal.web, ui_locales: "fr de-AT en" });
    expect(server.started.at(-1)?.culture).toEqual({ tag: "de-AT", language: "de" });
  });
});
