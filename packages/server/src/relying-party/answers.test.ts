import { createHash } from "node:crypto";
import type { JourneyState } from "@vestibule/engine";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ApplicationAnswer, ServerContext } from "../context.ts";
import { KeyError } from "../keys/key-errors.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { createApplicationAnswers } from "./answers.ts";
import {
  answered,
  authorize,
  claimsOf,
  type Fields,
  minimal,
  postToken,
  spaCode,
} from "./requests.fixture.ts";
import { startTestServer, type TestServer } from "./server.fixture.ts";
import { apiUri, clients, issuer, testTenant } from "./tenants.fixture.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(() => {
  server.world.outcome = {};
  server.world.tenant = server.tenant;
});
afterAll(() => server.close());

const now = 1_750_000_000;
const names = (response: Response) => [...answered(response).keys()];
const leftHalf = (text: string) =>
  createHash("sha256").update(text).digest().subarray(0, 16).toString("base64url");

describe("the answer to the application", () => {
  test("code: state first, code last, in the query", async () => {
    const response = await authorize(server, { ...minimal.web, client_info: "1" });
    expect(response.headers.get("location")).toMatch(
      /^https:\/\/app\.example\/cb\?state=s1&client_info=[\w-]+&code=[\w-]{43}$/,
    );
    const info = answered(response).get("client_info") ?? "";
    expect(JSON.parse(Buffer.from(info, "base64url").toString())).toEqual({
      uid: `${server.objectId}-b2c_1a_susi`,
      utid: testTenant().id,
    });
  });

  test("no state asked, none answered", async () => {
    expect(names(await authorize(server, { ...minimal.web, state: undefined }))).toEqual(["code"]);
  });

  test.each(["ü & = ? # % +", "\u{1f600}", "a b", "x".repeat(8000)])(
    "the state comes back byte for byte",
    async (state) => {
      const response = await authorize(server, { ...minimal.web, state });
      expect(answered(response).get("state")).toBe(state);
    },
  );

  test("the redirect URI keeps its query", async () => {
    const response = await authorize(server, { ...minimal.web, redirect_uri: "https://app.example/cb2?a=b" });
    expect(response.headers.get("location")).toMatch(/^https:\/\/app\.example\/cb2\?a=b&state=s1&code=/);
  });

  test("hybrid: the hashes fit code and access token, and the code is last", async () => {
    const response = await authorize(server, {
      ...minimal.implicit,
      response_type: "id_token token code",
      scope: `openid ${apiUri}/read`,
    });
    expect(names(response)).toEqual([
      "state",
      "id_token",
      "access_token",
      "token_type",
      "expires_in",
      "scope",
      "code",
    ]);
    const answer = answered(response);
    expect([answer.get("token_type"), answer.get("expires_in"), answer.get("scope")]).toEqual([
      "Bearer",
      "3600",
      `${apiUri}/read`,
    ]);
    expect(claimsOf(answer.get("id_token"))).toMatchObject({
      c_hash: leftHalf(answer.get("code") ?? ""),
      at_hash: leftHalf(answer.get("access_token") ?? ""),
      nonce: "n1",
    });
  });

  test("form_post carries the code before the tokens", async () => {
    const response = await authorize(server, {
      ...minimal.implicit,
      response_type: "code id_token",
      response_mode: "form_post",
    });
    const body = await response.text();
    expect([...body.matchAll(/id='(state|code|id_token)' value=/g)].map(([, name]) => name)).toEqual([
      "state",
      "code",
      "id_token",
    ]);
  });

  test("implicit gives no refresh token and stores no code", async () => {
    const response = await authorize(server, { ...minimal.implicit, scope: "openid offline_access" });
    expect(names(response)).toEqual(["state", "id_token"]);
  });

  test("an empty subject is an error and no token", async () => {
    server.world.outcome = { subject: "" };
    const response = await authorize(server, minimal.web);
    expect(answered(response).get("error_description")).toMatch(/^AADB2C90037: /);
    expect(answered(response).has("code")).toBe(false);
  });

  /** An answer made after something changed while the person was busy. */
  async function later(change: {
    readonly context?: Partial<ServerContext>;
    readonly tenant?: Partial<Tenant>;
    readonly fields: Fields;
  }): Promise<ApplicationAnswer> {
    await authorize(server, change.fields);
    const start = server.started.at(-1);
    if (!start) throw new Error("no journey");
    const answers = createApplicationAnswers({ ...server.context, ...change.context });
    const state = { id: crypto.randomUUID(), request: start.rpRequest, culture: start.culture };
    return answers.issued(
      { ...server.tenant, ...change.tenant },
      start.policy,
      state as unknown as JourneyState,
      {
        kind: "issued",
        issuer,
        claims: {},
        subject: server.objectId,
        authTime: now,
        grantClaims: {},
      },
    );
  }

  test.each(["id_token", "code id_token"])(
    "%s for an account that is switched off is refused before it leaves",
    async (response_type) => {
      const directory = server.store.directory(server.tenant);
      await directory.change(server.objectId, { accountEnabled: false });
      const response = await authorize(server, { ...minimal.implicit, response_type });
      await directory.change(server.objectId, { accountEnabled: true });
      expect(names(response)).toEqual(["error", "error_description", "state"]);
      expect(answered(response).get("error")).toBe("access_denied");
      expect(answered(response).get("error_description")).toMatch(/^AADB2C90111: /);
      const later = await authorize(server, { ...minimal.implicit, response_type });
      expect(names(later)).toContain("id_token");
    },
  );

  test("an application that was disabled meanwhile gets nothing", async () => {
    const applications = server.tenant.applications.map((one) => ({
      ...one,
      enabled: one.clientId !== clients.web,
    }));
    const answer = await later({ tenant: { applications }, fields: minimal.web });
    expect(answer.fields.map(([name]) => name)).toEqual(["error", "error_description", "state"]);
    expect(answer.fields[1]?.[1]).toMatch(/^AADB2C90092: /);
  });

  test("a container without a usable key is an error of the server", async () => {
    const sign = () => Promise.reject(new KeyError("AADB2C90019", "the container is empty"));
    const answer = await later({
      context: { signing: { ...server.context.signing, sign } },
      fields: minimal.implicit,
    });
    expect([answer.mode, answer.fields[0]]).toEqual(["fragment", ["error", "server_error"]]);
    expect(answer.fields[1]?.[1]).toMatch(/^AADB2C90019: /);
  });
});

describe("the tokens", () => {
  const tokensOf = async (
    outcome: TestServer["world"]["outcome"],
    scope = `openid ${apiUri}/read ${apiUri}/write`,
  ) => {
    server.world.outcome = outcome;
    const response = await authorize(server, { ...minimal.spa, scope, nonce: "n1" });
    const { body } = await postToken(server, spaCode(answered(response).get("code") ?? ""));
    return { id: claimsOf(body.id_token), access: claimsOf(body.access_token), body };
  };

  test("say what protocol.md 6.4 says", async () => {
    const { id, access } = await tokensOf({ claims: { name: "Ada", newUser: true, age: 36, tags: ["one"] } });
    const common = {
      ver: "1.0",
      iss: `${server.url}/${testTenant().id}/v2.0/`,
      sub: server.objectId,
      acr: "b2c_1a_susi",
      iat: now,
      nbf: now,
      exp: now + 3600,
      nonce: "n1",
      name: "Ada",
      newUser: true,
      age: 36,
      tags: ["one"],
    };
    expect(id).toEqual({ ...common, aud: clients.spa, auth_time: now, at_hash: expect.any(String) });
    expect(access).toEqual({ ...common, aud: clients.api, azp: clients.spa, scp: "read write" });
  });

  test("an issuer that names the policy comes with tid; without acr the policy names itself", async () => {
    const { id } = await tokensOf({
      issuer: { ...issuer, issuanceClaimPattern: "AuthorityWithTfp", acr: false },
      claims: { tfp: "B2C_1A_susi" },
    });
    expect(id).toMatchObject({
      iss: `${server.url}/tfp/${testTenant().id}/b2c_1a_susi/v2.0/`,
      tid: testTenant().id,
      tfp: "B2C_1A_susi",
    });
    expect(id).not.toHaveProperty("acr");
  });

  test("a policy cannot put out what only the issuer says", async () => {
    const forged = {
      iss: "x",
      aud: "x",
      exp: 1,
      nbf: 1,
      iat: 1,
      nonce: "x",
      azp: "x",
      scp: "x",
      ver: "x",
      at_hash: "x",
      c_hash: "x",
    };
    const { id, access } = await tokensOf({ claims: forged });
    for (const [name, value] of Object.entries(forged)) {
      expect(id[name]).not.toBe(value);
      expect(access[name]).not.toBe(value);
    }
    expect(id).not.toHaveProperty("azp");
  });

  test("a policy may say sub, acr, tfp and auth_time", async () => {
    const { id } = await tokensOf({ claims: { sub: "own", acr: "own", auth_time: 5 } });
    expect(id).toMatchObject({ sub: "own", acr: "own", auth_time: 5 });
  });

  test("lifetimes are the issuer's", async () => {
    const { id, access, body } = await tokensOf({
      issuer: { ...issuer, accessTokenLifetime: 300, idTokenLifetime: 900 },
    });
    expect([id.exp, access.exp, body.expires_in, body.expires_on]).toEqual([
      now + 900,
      now + 300,
      300,
      now + 300,
    ]);
  });

  test("the client's own access token has no scp", async () => {
    const { access, body } = await tokensOf({}, `openid ${clients.spa}`);
    expect(access).toMatchObject({ aud: clients.spa, azp: clients.spa });
    expect(access).not.toHaveProperty("scp");
    expect([body.scope, body.resource]).toEqual([clients.spa, clients.spa]);
  });
});
