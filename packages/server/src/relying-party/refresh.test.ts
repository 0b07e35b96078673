import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  base,
  claimsOf,
  codeFor,
  type Fields,
  minimal,
  postToken,
  spaCode,
  type TokenAnswer,
  webCode,
} from "./requests.fixture.ts";
import { startTestServer, type TestServer } from "./server.fixture.ts";
import { apiUri, clients, issuer, otherApiUri, testTenant, webSecret } from "./tenants.fixture.ts";

const start = 1_750_000_000;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(() => {
  server.world.now = start * 1000;
  server.world.outcome = {};
  server.world.tenant = server.tenant;
});
afterAll(() => server.close());

const after = (seconds: number) => {
  server.world.now = (start + seconds) * 1000;
};

async function webGrant(scope = `openid offline_access ${apiUri}/read`, path = base): Promise<TokenAnswer> {
  return postToken(server, webCode(await codeFor(server, { ...minimal.web, scope, nonce: "n1" }, path)), {
    path,
  });
}

async function spaGrant(scope = "openid offline_access"): Promise<TokenAnswer> {
  return postToken(server, spaCode(await codeFor(server, { ...minimal.spa, scope })));
}

const refreshWeb = (token: unknown, more: Fields = {}, path = base) =>
  postToken(
    server,
    {
      grant_type: "refresh_token",
      client_id: clients.web,
      client_secret: webSecret,
      refresh_token: String(token),
      ...more,
    },
    { path },
  );

const refreshSpa = (token: unknown, more: Fields = {}) =>
  postToken(server, {
    grant_type: "refresh_token",
    client_id: clients.spa,
    refresh_token: String(token),
    ...more,
  });

/** A server with an account of its own, for tests that change the account. */
async function elsewhere() {
  const other = await startTestServer();
  const code = await codeFor(other, { ...minimal.web, scope: "openid offline_access" });
  const { body } = await postToken(other, webCode(code));
  const again = (grant: TokenAnswer["body"]) =>
    postToken(other, {
      grant_type: "refresh_token",
      client_id: clients.web,
      client_secret: webSecret,
      refresh_token: String(grant.refresh_token),
    });
  return { other, grant: body, again };
}

describe("a refresh token is redeemed", () => {
  test("for new tokens of the same sign-in", async () => {
    const first = await webGrant();
    after(1000);
    const second = await refreshWeb(first.body.refresh_token);
    expect(second.status).toBe(200);
    expect(Object.keys(second.body)).toEqual(Object.keys(first.body));
    expect(second.body.refresh_token).not.toBe(first.body.refresh_token);
    expect(claimsOf(second.body.id_token)).toMatchObject({
      auth_time: start,
      iat: start + 1000,
      sub: server.objectId,
      nonce: "n1",
      name: "Ada",
    });
    expect(claimsOf(second.body.access_token)).toMatchObject({ aud: clients.api, scp: "read" });
  });

  test("without what belongs to the first sign-in alone, in a user flow", async () => {
    const path = base.replace("B2C_1A_susi", "B2C_1_flow");
    server.world.outcome = {
      claims: { newUser: true, idp_access_token: "t", isForgotPassword: true, city: "Oslo" },
    };
    const first = await webGrant("openid offline_access", path);
    expect(claimsOf(first.body.id_token)).toMatchObject({ newUser: true, city: "Oslo" });
    const second = claimsOf((await refreshWeb(first.body.refresh_token, {}, path)).body.id_token);
    expect(second.city).toBe("Oslo");
    for (const name of ["newUser", "idp_access_token", "isForgotPassword"])
      expect(second).not.toHaveProperty(name);
  });

  test("nobody gets one who did not ask for offline_access", async () => {
    expect((await webGrant("openid")).body).not.toHaveProperty("refresh_token");
  });

  test("for more of the same API, as far as it was granted", async () => {
    const first = await spaGrant(`openid offline_access ${apiUri}/read`);
    const second = await refreshSpa(first.body.refresh_token, {
      scope: `openid ${apiUri}/read ${apiUri}/write`,
    });
    expect(second.body.scope).toBe(`${apiUri}/read ${apiUri}/write`);
  });

  test("for less: the next refresh still stands for everything", async () => {
    const first = await spaGrant(`openid offline_access ${apiUri}/read ${apiUri}/write`);
    const second = await refreshSpa(first.body.refresh_token, { scope: `${apiUri}/read` });
    expect([second.body.scope, "id_token" in second.body]).toEqual([`${apiUri}/read`, false]);
    const third = await refreshSpa(second.body.refresh_token);
    expect([third.body.scope, "id_token" in third.body]).toEqual([`${apiUri}/read ${apiUri}/write`, true]);
  });

  test("a permission that was taken away is gone with the next token", async () => {
    const first = await webGrant();
    server.world.tenant = {
      ...server.tenant,
      applications: server.tenant.applications.map((one) => ({ ...one, grantedScopes: {} })),
    };
    expect((await refreshWeb(first.body.refresh_token)).problem).toBe("AADB2C90205 unauthorized_client");
  });
});

describe("a refresh token is refused", () => {
  test.each([
    ["without secret", { client_secret: undefined }, 400, "AADB2C90079 invalid_request"],
    ["with a wrong secret", { client_secret: "wrong" }, 401, "AADB2C90081 invalid_client"],
    ["with a secret that ended", { client_secret: "expired" }, 401, "AADB2C90081 invalid_client"],
    ["with a secret that begins later", { client_secret: "future" }, 401, "AADB2C90081 invalid_client"],
    [
      "to another client",
      { client_id: clients.spa, client_secret: undefined },
      400,
      "AADB2C90279 invalid_grant",
    ],
    ["for another API", { scope: `${otherApiUri}/read` }, 400, "AADB2C90117 invalid_scope"],
    [
      "for a scope that was not granted",
      { scope: `${apiUri}/write` },
      400,
      "AADB2C90205 unauthorized_client",
    ],
    ["where it is missing", { refresh_token: undefined }, 400, "AADB2C90083 invalid_request"],
    ["where nobody issued it", { refresh_token: "x".repeat(43) }, 400, "AADB2C90088 invalid_grant"],
  ])("%s", async (_, change, status, problem) => {
    const first = await webGrant();
    const answer = await refreshWeb(first.body.refresh_token, change);
    expect([answer.status, answer.problem]).toEqual([status, problem]);
  });

  test("at another policy and at another tenant", async () => {
    const { refresh_token } = (await webGrant()).body;
    const elsewhere = await refreshWeb(refresh_token, {}, base.replace("susi", "edit"));
    expect(elsewhere.problem).toBe("AADB2C90088 invalid_grant");
    const abroad = await refreshWeb(
      refresh_token,
      { client_id: clients.foreign },
      base.replace("contoso", "fabrikam"),
    );
    expect(abroad.problem).toBe("AADB2C90088 invalid_grant");
  });

  test("with any byte of it changed, cut or added", async () => {
    const token = String((await spaGrant()).body.refresh_token);
    for (let index = 0; index < token.length; index++) {
      const flipped = token.slice(0, index) + (token[index] === "A" ? "B" : "A") + token.slice(index + 1);
      expect((await refreshSpa(flipped)).problem).toBe("AADB2C90088 invalid_grant");
    }
    for (const altered of [token.slice(0, -1), `${token}A`, token.toLowerCase()]) {
      expect((await refreshSpa(altered)).problem).toBe("AADB2C90088 invalid_grant");
    }
    expect((await refreshSpa(token)).status).toBe(200);
  });

  test("after a password reset, give or take five minutes, however often it was renewed", async () => {
    const { other, grant, again } = await elsewhere();
    const reset = () =>
      other.store.directory(other.tenant).change(other.objectId, { password: `Passw0rd!${other.world.now}` });
    other.world.now = (start + 300) * 1000;
    const second = await again(grant);
    await reset();
    const third = await again(second.body);
    expect(third.status).toBe(200);
    other.world.now = (start + 301) * 1000;
    await reset();
    expect((await again(third.body)).problem).toBe("AADB2C90129 invalid_grant");
    await other.close();
  });

  test("when the account is disabled or gone", async () => {
    const { other, grant, again } = await elsewhere();
    const directory = other.store.directory(other.tenant);
    await directory.change(other.objectId, { accountEnabled: false });
    expect((await again(grant)).problem).toBe("AADB2C90128 invalid_grant");
    await directory.change(other.objectId, { accountEnabled: true });
    expect((await again(grant)).status).toBe(200);
    await directory.remove(other.objectId);
    expect((await again(grant)).problem).toBe("AADB2C90128 invalid_grant");
    await other.close();
  });

  test("when it is older than its lifetime", async () => {
    const first = await webGrant();
    after(1_209_600);
    const answer = await refreshWeb(first.body.refresh_token);
    expect(answer.problem).toBe("AADB2C90080 invalid_grant");
    expect(answer.body.error_description).toContain(`Grant expiration time: ${start + 1_209_600}`);
  });

  test("when the sliding window is over, though it was renewed in time", async () => {
    server.world.outcome = {
      issuer: { ...issuer, refreshTokenLifetime: 86_400, rollingRefreshTokenLifetime: 100_000 },
    };
    const first = await webGrant();
    after(80_000);
    const second = await refreshWeb(first.body.refresh_token);
    expect(second.body.refresh_token_expires_in).toBe(20_000);
    after(100_000);
    const answer = await refreshWeb(second.body.refresh_token);
    expect(answer.problem).toBe("AADB2C90080 invalid_grant");
    expect(answer.body.error_description).toContain(
      `Grant sliding window expiration time: ${start + 100_000}`,
    );
  });

  test("a window without end has none", async () => {
    server.world.outcome = {
      issuer: { ...issuer, rollingRefreshTokenLifetime: 1_209_600, allowInfiniteRollingRefreshToken: true },
    };
    const first = await webGrant();
    after(1_209_000);
    expect((await refreshWeb(first.body.refresh_token)).body.refresh_token_expires_in).toBe(1_209_600);
  });

  test("when the policy's refresh journey does not exist", async () => {
    const path = base.replace("susi", "broken");
    const first = await webGrant("openid offline_access", path);
    const answer = await refreshWeb(first.body.refresh_token, {}, path);
    expect(answer.problem).toBe("AADB2C90288 invalid_grant");
  });
});

describe("rotation", () => {
  test("a single-page application's family dies 24 hours after the first issue", async () => {
    const first = await spaGrant();
    expect(first.body.refresh_token_expires_in).toBe(86_400);
    after(80_000);
    const second = await refreshSpa(first.body.refresh_token);
    expect(second.body.refresh_token_expires_in).toBe(6_400);
    after(86_401);
    expect((await refreshSpa(second.body.refresh_token)).problem).toBe("AADB2C90080 invalid_grant");
  });

  test("a public client's old token works for another minute", async () => {
    const first = await spaGrant();
    expect((await refreshSpa(first.body.refresh_token)).status).toBe(200);
    after(60);
    expect((await refreshSpa(first.body.refresh_token)).status).toBe(200);
  });

  test("after that its use ends the family", async () => {
    const first = await spaGrant();
    const second = await refreshSpa(first.body.refresh_token);
    after(61);
    expect((await refreshSpa(first.body.refresh_token)).problem).toBe("AADB2C90129 invalid_grant");
    expect((await refreshSpa(second.body.refresh_token)).problem).toBe("AADB2C90129 invalid_grant");
  });

  test("a confidential client's old token works till it expires, unless the tenant is strict", async () => {
    const first = await webGrant();
    await refreshWeb(first.body.refresh_token);
    after(86_400);
    expect((await refreshWeb(first.body.refresh_token)).status).toBe(200);
    server.world.tenant = testTenant({ changed: { strictRefreshRotation: true } });
    expect((await refreshWeb(first.body.refresh_token)).status).toBe(200);
    after(86_461);
    expect((await refreshWeb(first.body.refresh_token)).problem).toBe("AADB2C90129 invalid_grant");
  });
});
