import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { tenantId } from "../connectors/documents.ts";
import type { World } from "../connectors/world.ts";
import { claimsOf, clients, passwordRequest, startPrograms, tenantDomain, token } from "./programs.ts";

const hintKey = "YS1zZWNyZXQtb2YtdGhlLXBhcnRuZXItbG9uZy1lbm91Z2gtZm9yLUhTMjU2";

let world: World;
let idToken: string;
beforeAll(async () => {
  world = await startPrograms();
  await world.server.context.store.policyKeys.add(tenantId, "b2c_1a_hintkey", {
    id: "k1",
    kind: "secret",
    value: hintKey,
    uploaded: 0,
  });
});
afterAll(() => world?.close());
beforeEach(async () => {
  idToken = String((await token(world, "B2C_1A_Password", passwordRequest)).body.id_token);
});

/** What the application gets: the claims of its id token, or the error's description. */
async function opened(policy: string, parameters: Readonly<Record<string, string>>) {
  const query = new URLSearchParams({
    client_id: clients.password,
    redirect_uri: "http://localhost:9/cb",
    response_type: "id_token",
    scope: "openid",
    nonce: "n",
    state: "s",
    ...parameters,
  });
  const url = `${world.url}/${tenantDomain}/${policy}/oauth2/v2.0/authorize?${query}`;
  const response = await fetch(url, { redirect: "manual" });
  const answer = new URLSearchParams(new URL(response.headers.get("location") ?? "").hash.slice(1));
  const jwt = answer.get("id_token");
  return {
    claims: jwt === null ? {} : claimsOf(jwt),
    problem: `${answer.get("error_description")?.split(":")[0]} ${answer.get("error")}`,
    description: answer.get("error_description"),
    state: answer.get("state"),
  };
}

const seconds = () => Math.floor(Date.now() / 1000);
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

function signed(
  change: Readonly<Record<string, unknown>> = {},
  header: object = { alg: "HS256" },
  key: string | Buffer = hintKey,
) {
  const claims = {
    iss: "https://partner.example/",
    aud: "the-audience",
    exp: seconds() + 600,
    nbf: seconds() - 10,
    mail: "ida@contoso.example",
    ...change,
  };
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
}

describe("an id_token_hint that this tenant issued itself", () => {
  it("brings the claims that profile and relying party both list", async () => {
    const { claims } = await opened("B2C_1A_OwnHint", { id_token_hint: idToken });
    expect(claims).toMatchObject({ sub: claimsOf(idToken).sub, name: "Demo Person" });
    expect(claims).not.toHaveProperty("secretNote");
  });

  it("may be left out, unless the relying party requires one of its claims", async () => {
    expect((await opened("B2C_1A_OwnHint", {})).claims.sub).toBe("nobody");
    expect((await opened("B2C_1A_NeededHint", {})).problem).toBe("AADB2C90272 server_error");
    expect((await opened("B2C_1A_NeededHint", { id_token_hint: idToken })).claims.sub).toBe(
      claimsOf(idToken).sub,
    );
  });

  it.each<readonly [string, () => string, string]>([
    ["is no token", () => "abc", "AADB2C90210"],
    ["is unsigned", () => `${part({ alg: "none" })}.${idToken.split(".")[1]}.`, "AADB2C90233"],
    ["is signed by nobody", () => `${part({ alg: "none" })}.${idToken.split(".")[1]}.AA`, "AADB2C90233"],
    ["was changed", () => idToken.replace(/\.[^.]+\./, `.${part({ sub: "x" })}.`), "AADB2C90233"],
  ])("is refused where it %s", async (_what, hint, code) => {
    expect((await opened("B2C_1A_OwnHint", { id_token_hint: hint() })).problem).toBe(`${code} server_error`);
  });

  it("is refused when it has expired", async () => {
    world.clock.advance(3600_000 + 301_000);
    const { problem } = await opened("B2C_1A_OwnHint", { id_token_hint: idToken });
    world.clock.advance(-3600_000 - 301_000);
    expect(problem).toBe("AADB2C90208 server_error");
  });
});

describe("an id_token_hint signed with a shared secret", () => {
  it("is read, with the secret's own octets or with those that it encodes", async () => {
    const encoded = Buffer.from(hintKey, "base64url");
    expect(encoded.byteLength).toBeGreaterThan(31);
    for (const hint of [signed(), signed({}, { alg: "HS256" }, encoded)]) {
      // The policy answers a hint with an error of its own words.
      expect((await opened("B2C_1A_SecretHint", { id_token_hint: hint })).problem).toBe(
        "AAD_Custom_Locked-7 access_denied",
      );
    }
  });

  it.each<readonly [string, () => string, string]>([
    [
      "another key",
      () => signed({}, { alg: "HS256" }, "another secret, also long enough for it"),
      "AADB2C90233",
    ],
    ["another algorithm", () => signed({}, { alg: "RS256" }), "AADB2C90233"],
    ["no algorithm", () => signed({}, { alg: "none" }), "AADB2C90233"],
    ["another issuer", () => signed({ iss: "https://partner.example" }), "AADB2C90232"],
    ["no issuer", () => signed({ iss: undefined }), "AADB2C90232"],
    ["another audience", () => signed({ aud: clients.password }), "AADB2C90209"],
    ["a time that is over", () => signed({ exp: seconds() - 301 }), "AADB2C90208"],
    ["a time that is to come", () => signed({ nbf: seconds() + 400 }), "AADB2C90234"],
    ["no expiry", () => signed({ exp: undefined }), "AADB2C90210"],
    ["no beginning", () => signed({ nbf: undefined }), "AADB2C90210"],
  ])("is refused with %s", async (_what, hint, code) => {
    expect((await opened("B2C_1A_SecretHint", { id_token_hint: hint() })).problem).toBe(
      `${code} server_error`,
    );
  });

  it("is not read with a key that is too short", async () => {
    const { policyKeys } = world.server.context.store;
    await policyKeys.add(tenantId, "b2c_1a_hintkey", {
      id: "k2",
      kind: "secret",
      value: "short",
      uploaded: 1,
    });
    const { problem } = await opened("B2C_1A_SecretHint", {
      id_token_hint: signed({}, { alg: "HS256" }, "short"),
    });
    await policyKeys.remove(tenantId, "b2c_1a_hintkey", "k2");
    expect(problem).toBe("AADB2C90233 server_error");
  });
});

describe("an OAuth2Error issuer", () => {
  it("sends the policy's own code and words, made by its transformations, with correlation id and time", async () => {
    const { description, state } = await opened("B2C_1A_SecretHint", { id_token_hint: signed() });
    expect(description).toMatch(
      /^AAD_Custom_Locked-7: ida@contoso\.example is locked: 50% sure, Zoë\r\nCorrelation ID: [0-9a-f-]{36}\r\nTimestamp: \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ\r\n$/,
    );
    expect(state).toBe("s");
  });

  it("cannot break out of its line", async () => {
    const hint = signed({ mail: "a\r\nTimestamp: never" });
    const { description } = await opened("B2C_1A_SecretHint", { id_token_hint: hint });
    expect(description?.split("\r\n")).toHaveLength(4);
  });
});

describe("parameters of the request", () => {
  it("reach the resolvers: any by its name, acr_values by its own", async () => {
    const { claims } = await opened("B2C_1A_OwnHint", { campaign: "spring & more", acr_values: "loa2" });
    expect(claims).toMatchObject({ campaign: "spring & more", context: "loa2" });
  });
});
