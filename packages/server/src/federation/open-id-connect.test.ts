import { createHash } from "node:crypto";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { makeCertificate } from "../keys/certificate-fixtures.ts";
import { type HostileProvider, sign, startHostileProvider } from "./testing/hostile-provider.ts";
import { refusedWith, useHostileProvider } from "./testing/round-trips.ts";

const trips = useHostileProvider();
type Provider = ReturnType<typeof trips.provider>;

const seconds = () => Math.floor(trips.time / 1000);
const half = (text: string) =>
  createHash("sha256").update(text).digest().subarray(0, 16).toString("base64url");

/** An id token as the provider's authorization endpoint would give it. */
function frontToken(authorizationUrl: string, claims: Record<string, unknown> = {}): Promise<string> {
  const asked = new URL(authorizationUrl).searchParams;
  return sign(
    trips.key,
    { alg: "RS256", kid: trips.key.kid },
    {
      iss: trips.idp.url,
      sub: "subject-1",
      aud: asked.get("client_id"),
      nonce: asked.get("nonce"),
      iat: seconds(),
      exp: seconds() + 300,
      ...claims,
    },
  );
}

async function answerWith(
  provider: Provider,
  make: (url: string) => Promise<Record<string, string>> | Record<string, string>,
) {
  const { url, saved } = await trips.begin(provider);
  const state = new URL(url).searchParams.get("state") ?? "";
  return trips.federation.complete(provider, saved, { state, ...(await make(url)) });
}

describe("an id token through the browser (response_types id_token)", () => {
  const implicit = () => trips.provider({ responseType: "id_token" });

  it("is asked for without challenge, and nothing is redeemed", async () => {
    const { url } = await trips.begin(implicit());
    const { searchParams } = new URL(url);
    expect([searchParams.get("response_type"), searchParams.has("code_challenge")]).toEqual([
      "id_token",
      false,
    ]);
    expect(
      await answerWith(implicit(), async (at) => ({ id_token: await frontToken(at, { upn: "ida@adfs" }) })),
    ).toMatchObject({ kind: "claims", claims: { sub: "subject-1", upn: "ida@adfs" }, tokens: {} });
    expect(trips.requestsTo("/token")).toBe(0);
  });

  it("names its issuer by itself, also where the provider promises that answers do", async () => {
    trips.idp.discovery = (honest) => ({ ...honest, authorization_response_iss_parameter_supported: true });
    const result = await answerWith(implicit(), async (at) => ({ id_token: await frontToken(at) }));
    expect(result).toMatchObject({ kind: "claims" });
    const other = await answerWith(implicit(), async (at) => ({
      id_token: await frontToken(at),
      iss: "https://another.example",
    }));
    expect(other).toMatchObject(refusedWith("AADB2C90273"));
  });

  it("needs no token endpoint", async () => {
    trips.idp.discovery = ({ token_endpoint: _, ...rest }) => rest;
    const result = await answerWith(implicit(), async (at) => ({ id_token: await frontToken(at) }));
    expect(result).toMatchObject({ kind: "claims" });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["another nonce", { nonce: "another" }, "AADB2C90240"],
    ["no nonce", { nonce: undefined }, "AADB2C90240"],
    ["another audience", { aud: "another" }, "AADB2C90237"],
    ["another issuer", { iss: "https://evil.example" }, "AADB2C90238"],
    ["an expiry in the past", { exp: 1 }, "AADB2C90235"],
  ])("is refused with %s", async (_what, change, code) => {
    const result = await answerWith(implicit(), async (at) => ({ id_token: await frontToken(at, change) }));
    expect(result).toMatchObject(refusedWith(code));
  });

  it("is refused where it is missing, although a code came", async () => {
    expect(await answerWith(implicit(), () => ({ code: "x" }))).toMatchObject(refusedWith("AADB2C90240"));
  });

  it("is refused for another state", async () => {
    const result = await answerWith(implicit(), async (at) => ({
      id_token: await frontToken(at),
      state: "another",
    }));
    expect(result).toMatchObject(refusedWith("AADB2C90273"));
  });
});

describe("a hybrid answer (code id_token)", () => {
  const hybrid = () => trips.provider({ responseType: "code id_token" });
  const grant = async (url: string, claims: (code: string) => Record<string, unknown>) => {
    const { code = "" } = trips.idp.grant(url);
    return { code, id_token: await frontToken(url, claims(code)) };
  };

  it("is accepted where the token holds the code's hash, and the code is redeemed", async () => {
    const result = await answerWith(hybrid(), (url) => grant(url, (code) => ({ c_hash: half(code) })));
    expect(result).toMatchObject({ kind: "claims", tokens: { accessToken: "an-access-token" } });
    expect(trips.requestsTo("/token")).toBe(1);
  });

  it.each<[string, Record<string, unknown>]>([
    ["without the code's hash", {}],
    ["with the hash of another code", { c_hash: half("another") }],
  ])("is refused %s, and nothing is redeemed", async (_what, claims) => {
    const result = await answerWith(hybrid(), (url) => grant(url, () => claims));
    expect(result).toMatchObject(refusedWith("AADB2C90240"));
    expect(trips.requestsTo("/token")).toBe(0);
  });

  it("is refused where the two tokens are of different people", async () => {
    trips.idp.claims = (claims) => ({ ...claims, sub: "subject-2" });
    const result = await answerWith(hybrid(), (url) => grant(url, (code) => ({ c_hash: half(code) })));
    expect(result).toMatchObject(refusedWith("AADB2C90240"));
  });
});

describe("an access token through the browser", () => {
  const implicit = () => trips.provider({ responseType: "id_token token" });
  const answer = (claims: Record<string, unknown>) => async (url: string) => ({
    id_token: await frontToken(url, claims),
    access_token: "through-the-browser",
    token_type: "Bearer",
  });

  it("is taken where the id token holds its hash", async () => {
    const result = await answerWith(implicit(), answer({ at_hash: half("through-the-browser") }));
    expect(result).toMatchObject({ kind: "claims", tokens: { accessToken: "through-the-browser" } });
  });

  it.each<[string, Record<string, unknown>]>([
    ["no hash of it", {}],
    ["the hash of another", { at_hash: half("another") }],
  ])("is refused where the id token holds %s: it may be of another person", async (_what, claims) => {
    expect(await answerWith(implicit(), answer(claims))).toMatchObject(refusedWith("AADB2C90240"));
  });

  it("is no token at all where none was asked for", async () => {
    trips.idp.tokenResponse = ({ id_token }) => ({ id_token });
    trips.idp.userInfo = { sub: "subject-1", email: "asked@with.it" };
    const result = await answerWith(trips.provider(), (url) => ({
      ...trips.idp.grant(url),
      access_token: "slipped in",
      token_type: "Bearer",
      expires_in: "7",
    }));
    expect(result.kind === "claims" && result.tokens).toEqual({});
    expect(trips.requestsTo("/userinfo")).toBe(0);
  });
});

describe("one profile for several tenants of a provider", () => {
  const several = (changes: Partial<Provider> = {}) =>
    trips.provider({ issuerPrefixes: [`${trips.idp.url}/tenants/`], ...changes });
  const common = () => {
    trips.idp.discovery = (honest) => ({ ...honest, issuer: `${trips.idp.url}/{tenantid}/v2.0` });
  };

  it("accepts issuers that begin with a prefix, by the provider's keys", async () => {
    common();
    trips.idp.claims = (claims) => ({ ...claims, iss: `${trips.idp.url}/tenants/1/v2.0` });
    expect(await trips.run(several())).toMatchObject({ claims: { iss: `${trips.idp.url}/tenants/1/v2.0` } });
  });

  it("refuses every other issuer, its own included, and asks nobody about it", async () => {
    common();
    const port = new URL(trips.idp.url).port;
    for (const iss of [
      trips.idp.url,
      "https://evil.example/tenants/1",
      `${trips.idp.url}.evil.example/tenants/1`,
      `http://127.0.0.1:${port}1/tenants/`,
      "nonsense",
    ]) {
      trips.idp.claims = (claims) => ({ ...claims, iss });
      expect(await trips.run(several({ discoverByIssuer: true }))).toMatchObject(refusedWith("AADB2C90238"));
    }
    expect(trips.requestsTo("/tenants/1/.well-known/openid-configuration")).toBe(0);
  });

  it("refuses a prefix that only the beginning of another host's name has", async () => {
    const provider = several({ issuerPrefixes: ["https://login.example"] });
    trips.idp.claims = (claims) => ({ ...claims, iss: "https://login.example.evil/" });
    expect(await trips.run(provider)).toMatchObject(refusedWith("AADB2C90238"));
  });

  it.each(["../evil", "%2e%2e/evil", ".%2E/evil", "..\\\\evil", "1/../../evil", "?/../evil", "1#evil"])(
    "refuses an issuer that leaves its prefix again by %s, and asks nobody about it",
    async (way) => {
      common();
      trips.idp.claims = (claims) => ({ ...claims, iss: `${trips.idp.url}/tenants/${way}` });
      const before = trips.idp.requests.length;
      expect(await trips.run(several({ discoverByIssuer: true }))).toMatchObject(refusedWith("AADB2C90238"));
      const asked = trips.idp.requests.slice(before).map(({ path }) => path);
      expect(asked.filter((path) => path.includes("evil"))).toEqual([]);
      expect(await trips.run(several())).toMatchObject(refusedWith("AADB2C90238"));
    },
  );

  it("without prefixes takes no issuer but the provider's own", async () => {
    common();
    trips.idp.claims = (claims) => ({ ...claims, iss: `${trips.idp.url}/tenants/1/v2.0` });
    expect(await trips.run()).toMatchObject(refusedWith("AADB2C90238"));
  });

  describe("discovers the issuer of the token", () => {
    let tenant: HostileProvider;
    const by = () => several({ issuerPrefixes: [`${tenant.url}`], discoverByIssuer: true });
    const withTenant = (test: () => Promise<void>) => async () => {
      tenant = await startHostileProvider([trips.otherKey]);
      try {
        common();
        trips.idp.claims = (claims) => ({ ...claims, iss: tenant.url });
        await test();
      } finally {
        await tenant.close();
      }
    };

    it(
      "and verifies with its keys, not with the common ones",
      withTenant(async () => {
        expect(await trips.run(by())).toMatchObject(refusedWith("AADB2C90239"));
        trips.idp.keys = [trips.otherKey];
        expect(await trips.run(by())).toMatchObject({ kind: "claims", claims: { iss: tenant.url } });
      }),
    );

    it(
      "and refuses it where its own metadata names another",
      withTenant(async () => {
        trips.idp.keys = [trips.otherKey];
        tenant.discovery = (honest) => ({ ...honest, issuer: "https://another.example" });
        expect(await trips.run(by())).toMatchObject(refusedWith("AADB2C90238"));
      }),
    );
  });
});

describe("endpoints of the profile itself (Apple)", () => {
  const apple = (): Provider => {
    const { metadata: _, ...rest } = trips.provider();
    return {
      ...rest,
      endpoints: {
        issuer: trips.idp.url,
        authorization: `${trips.idp.url}/authorize`,
        token: `${trips.idp.url}/token`,
        jwks: `${trips.idp.url}/jwks`,
      },
      bodyClaims: ["user.name.firstName", "user.name.lastName", "user.email", "other.x", "user"],
      wantedClaims: ["sub", "email", "user.name.firstName"],
    };
  };
  const user = JSON.stringify({
    name: { firstName: "Ida", lastName: "Lund", __proto__: { admin: true } },
    email: "posted@evil.example",
  });

  it("are used without asking for discovery, and the first consent's posted name is read", async () => {
    const provider = apple();
    const result = await answerWith(provider, (url) => ({ ...trips.idp.grant(url), user }));
    expect(result).toMatchObject({
      claims: {
        sub: "subject-1",
        email: "somebody@provider.example",
        "user.name.firstName": "Ida",
        "user.name.lastName": "Lund",
      },
    });
    expect(trips.requestsTo("/.well-known/openid-configuration")).toBe(0);
  });

  it.each([undefined, "", "null", "[]", "{", '{"name":null}', '{"name":"x"}', "[".repeat(10_000)])(
    "do well with a posted user of %j",
    async (posted) => {
      const answer = (url: string) => ({
        ...trips.idp.grant(url),
        ...(posted !== undefined && { user: posted }),
      });
      const result = await answerWith(apple(), answer);
      expect(result).toMatchObject({ kind: "claims", claims: { sub: "subject-1" } });
      expect(Object.keys(result.kind === "claims" ? result.claims : {})).not.toContain("user.name.firstName");
    },
  );

  it("override single endpoints of discovery", async () => {
    const end = "https://elsewhere.example/end";
    const provider = trips.provider({
      endSessionEndpoint: end,
      endpoints: { issuer: "https://other.example" },
    });
    trips.idp.claims = (claims) => ({ ...claims, iss: "https://other.example" });
    expect(await trips.run(provider)).toMatchObject({ kind: "claims", endSessionEndpoint: end });
  });
});

describe("the token call of OpenID Connect", () => {
  it("is answered with an id token alone where no access token was granted", async () => {
    trips.idp.tokenResponse = ({ id_token }) => ({ id_token, token_type: "Bearer" });
    trips.idp.userInfo = { sub: "subject-1" };
    expect(await trips.run()).toMatchObject({ kind: "claims", claims: { sub: "subject-1" } });
    expect(trips.requestsTo("/userinfo")).toBe(0);
  });

  it("is refused where only an access token came", async () => {
    trips.idp.tokenResponse = ({ id_token: _, ...rest }) => rest;
    expect(await trips.run()).toMatchObject(refusedWith("AADB2C90240"));
  });

  it("carries a signed assertion for private_key_jwt", async () => {
    const pair = makeCertificate("oidc");
    await trips.run(
      trips.provider({
        tokenEndpointAuthMethod: "private_key_jwt",
        assertionKey: { ...pair, algorithm: "RS256" },
      }),
    );
    const form = new URLSearchParams(trips.idp.requests.at(-1)?.body);
    expect(decodeJwt(form.get("client_assertion") ?? "")).toMatchObject({
      iss: "our client",
      aud: `${trips.idp.url}/token`,
    });
    expect(form.has("client_secret")).toBe(false);
  });

  it("takes another audience for the client's where the profile says so", async () => {
    trips.idp.claims = (claims) => ({ ...claims, aud: "the resource" });
    expect(await trips.run(trips.provider({ audience: "the resource" }))).toMatchObject({ kind: "claims" });
    trips.idp.claims = (claims) => claims;
    expect(await trips.run(trips.provider({ audience: "the resource" }))).toMatchObject(
      refusedWith("AADB2C90237"),
    );
  });
});
