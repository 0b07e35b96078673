import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { authorize, base, codeFor, minimal, postToken, spaCode } from "./requests.fixture.ts";
import { startTestServer, type TestServer } from "./server.fixture.ts";
import { apiUri, clients, webSecret } from "./tenants.fixture.ts";

/** Every kind of token at every place that takes one: only its own place takes it. Security test 19. */

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const kinds = ["code", "refresh token", "id token", "access token"] as const;
type Kind = (typeof kinds)[number];

/** A fresh, unused token of that kind. */
async function make(kind: Kind): Promise<string> {
  const code = await codeFor(server, { ...minimal.spa, scope: `openid offline_access ${apiUri}/read` });
  if (kind === "code") return code;
  const { body } = await postToken(server, spaCode(code));
  const member = { "refresh token": "refresh_token", "id token": "id_token", "access token": "access_token" }[
    kind
  ];
  return String(body[member]);
}

const places: Readonly<Record<string, { readonly takes: Kind; try(token: string): Promise<boolean> }>> = {
  "code of the token endpoint": {
    takes: "code",
    try: async (token) => (await postToken(server, spaCode(token))).status === 200,
  },
  "refresh_token of the token endpoint": {
    takes: "refresh token",
    try: async (token) =>
      (await postToken(server, { grant_type: "refresh_token", client_id: clients.spa, refresh_token: token }))
        .status === 200,
  },
  "id_token_hint of the logout endpoint": {
    takes: "id token",
    try: async (token) => {
      const query = new URLSearchParams({
        id_token_hint: token,
        post_logout_redirect_uri: "https://spa.example/cb",
      });
      const response = await fetch(`${server.url}${base.replace("susi", "strict")}/logout?${query}`, {
        redirect: "manual",
      });
      return response.status === 302;
    },
  },
};

describe.each(Object.entries(places))("%s", (_, place) => {
  test.each(kinds)("and a %s", async (kind) => {
    expect(await place.try(await make(kind))).toBe(kind === place.takes);
  });

  test("and that of another tenant", async () => {
    const path = "/fabrikam.onmicrosoft.com/B2C_1A_susi/oauth2/v2.0";
    const response = await authorize(
      server,
      {
        ...minimal.web,
        client_id: clients.foreign,
        redirect_uri: "https://fabrikam.example/cb",
        scope: "openid offline_access",
      },
      path,
    );
    const code = new URL(response.headers.get("location") ?? "").searchParams.get("code") ?? "";
    const fields = {
      grant_type: "authorization_code",
      client_id: clients.foreign,
      client_secret: webSecret,
      redirect_uri: "https://fabrikam.example/cb",
      code,
    };
    expect(await place.try(code)).toBe(false);
    const { body } = await postToken(server, fields, { path });
    expect(body.id_token).toEqual(expect.any(String));
    for (const token of [body.id_token, body.refresh_token])
      expect(await place.try(String(token))).toBe(false);
  });
});

test("the operator finds each exchange in the audit log, without its secrets", async () => {
  const code = await make("code");
  server.world.now += 1000;
  await postToken(server, spaCode(code));
  server.world.now += 1000;
  await postToken(server, spaCode(code));
  const rows = await server.store.observations.listAudit(server.tenant.id, 2);
  expect(rows).toMatchObject([
    { activity: "Exchange token", result: "failure", reason: "AADB2C90080", clientId: clients.spa },
    { activity: "Exchange token", result: "success", policyId: "B2C_1A_susi" },
  ]);
  expect(JSON.stringify(rows)).not.toContain(code);
});

test("a token for an application never leads a sign-out on, whatever claims its policy gave it", async () => {
  server.world.outcome = {
    claims: {
      kind: "logout-continuation",
      policy: "b2c_1a_susi",
      providers: [],
      returnTo: "https://idp.example/",
      target: "https://evil.example/",
    },
  };
  for (const kind of ["id token", "access token"] as const) {
    const query = new URLSearchParams({ state: await make(kind) });
    const response = await fetch(`${server.url}${base}/logout?${query}`, { redirect: "manual" });
    expect(response.headers.get("location")).toBeNull();
  }
  server.world.outcome = {};
});
