import type { HintTrust } from "@vestibule/engine";
import { createLocalJWKSet, SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, it } from "vitest";
import { createFederationContext } from "./federation.ts";
import { createHints, type HintRecipient } from "./hints.ts";
import { sign } from "./testing/hostile-provider.ts";
import { useHostileProvider } from "./testing/round-trips.ts";

const trips = useHostileProvider();
const secret = "a shared secret of 256 bits, or a few more";
const tenantId = "aaaaaaaa-0000-4000-8000-000000000001";
const recipient: HintRecipient = {
  isAudience: (audience) => [tenantId, "an-application"].includes(audience),
  ownDocument: async () => undefined,
};
const origin = "https://login.example";
const bySecret: HintTrust = { secret, issuer: "https://app.example", audience: "invitations", origin };

const now = () => Math.floor(trips.time / 1000);
const honest = () => ({
  iss: "https://app.example",
  aud: "invitations",
  sub: "ida",
  nbf: now() - 10,
  exp: now() + 600,
});

function verify(hint: string, trust: HintTrust, to: HintRecipient = recipient) {
  const context = createFederationContext({ allowInsecureHttp: true, now: () => trips.time });
  return createHints(context, to).verify(hint, trust);
}

const signed = (claims: Record<string, unknown>, key: string | Uint8Array = secret, alg = "HS256") =>
  new SignJWT(claims)
    .setProtectedHeader({ alg, typ: "JWT" })
    .sign(typeof key === "string" ? Buffer.from(key) : key);

const refusedAs = (code: string) => ({ kind: "refused", code });

describe("a hint signed with a shared secret", () => {
  it("is believed", async () => {
    expect(await verify(await signed(honest()), bySecret)).toMatchObject({
      kind: "claims",
      claims: { sub: "ida" },
    });
  });

  it("is believed also where the stored secret is base64url of the key", async () => {
    const key = Buffer.alloc(32, 7);
    const hint = await signed(honest(), key);
    expect(await verify(hint, { ...bySecret, secret: key.toString("base64url") })).toMatchObject({
      kind: "claims",
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["expired", { exp: 1 }, "AADB2C90208"],
    ["of another audience", { aud: "another" }, "AADB2C90209"],
    ["without audience", { aud: undefined }, "AADB2C90209"],
    ["without exp", { exp: undefined }, "AADB2C90210"],
    ["with exp as text", { exp: "9999999999" }, "AADB2C90210"],
    ["without nbf", { nbf: undefined }, "AADB2C90210"],
    ["of another issuer", { iss: "https://app.example/" }, "AADB2C90232"],
    ["without issuer", { iss: undefined }, "AADB2C90232"],
    ["not valid yet", { nbf: 99_999_999_999 }, "AADB2C90234"],
  ])("is refused %s", async (_what, change, code) => {
    expect(await verify(await signed({ ...honest(), ...change }), bySecret)).toMatchObject(refusedAs(code));
  });

  it("may be five minutes out of time", async () => {
    const hint = await signed({ ...honest(), exp: now() - 290, nbf: now() + 290 });
    expect(await verify(hint, bySecret)).toMatchObject({ kind: "claims" });
  });

  it.each([
    ["nothing", ""],
    ["no JWT", "abc"],
    ["an encrypted one", "a.b.c.d.e"],
    ["a long one", `${"a".repeat(20_000)}.b.c`],
  ])("is refused that is %s", async (_what, hint) => {
    expect(await verify(hint, bySecret)).toMatchObject(refusedAs("AADB2C90210"));
  });

  it("is refused without signature, with another key, another algorithm and a changed payload", async () => {
    const unsecured = `${new UnsecuredJWT(honest()).encode()}x`;
    const [header, , signature] = (await signed(honest())).split(".");
    const changed = Buffer.from(JSON.stringify({ ...honest(), sub: "eve" })).toString("base64url");
    for (const hint of [
      unsecured,
      await signed(honest(), "another secret that has 256 bits and more"),
      await signed(honest(), Buffer.alloc(64, 1), "HS512"),
      [header, changed, signature].join("."),
    ])
      expect(await verify(hint, bySecret)).toMatchObject(refusedAs("AADB2C90233"));
  });

  it.each([undefined, "", "short"])("is refused where the secret is %j", async (weak) => {
    const key = Buffer.from(weak || "short");
    const trust = { ...bySecret, secret: weak ?? "" };
    expect(await verify(await signed(honest(), key), trust)).toMatchObject(refusedAs("AADB2C90233"));
  });
});

describe("a hint signed with published keys", () => {
  const trust = (change: Partial<HintTrust> = {}): HintTrust => ({
    metadata: trips.idp.metadata,
    origin,
    ...change,
  });
  const byKey = (claims: Record<string, unknown> = {}) =>
    sign(
      trips.key,
      { alg: "RS256", kid: trips.key.kid },
      { ...honest(), iss: trips.idp.url, aud: "an-application", ...claims },
    );

  it("is believed for an application of the tenant, for the tenant, and for nobody else", async () => {
    expect(await verify(await byKey(), trust())).toMatchObject({ kind: "claims" });
    expect(await verify(await byKey({ aud: tenantId }), trust())).toMatchObject({ kind: "claims" });
    expect(await verify(await byKey({ aud: "another" }), trust())).toMatchObject(refusedAs("AADB2C90209"));
    expect(await verify(await byKey(), trust({ audience: "x" }))).toMatchObject(refusedAs("AADB2C90209"));
  });

  it("is of the issuer that the metadata or the profile names", async () => {
    expect(await verify(await byKey({ iss: "x" }), trust())).toMatchObject(refusedAs("AADB2C90232"));
    expect(await verify(await byKey({ iss: "x" }), trust({ issuer: "x" }))).toMatchObject({ kind: "claims" });
    expect(await verify(await byKey(), trust({ issuer: "x" }))).toMatchObject(refusedAs("AADB2C90232"));
  });

  it("is refused with a key that is not published, and with a published key as shared secret", async () => {
    const foreign = await sign(trips.otherKey, { alg: "RS256", kid: trips.key.kid }, { ...honest() });
    expect(await verify(foreign, trust())).toMatchObject(refusedAs("AADB2C90233"));
    const confused = await signed(honest(), JSON.stringify(trips.key.publicJwk));
    expect(await verify(confused, trust())).toMatchObject(refusedAs("AADB2C90233"));
  });

  it("is refused while the metadata cannot be fetched", async () => {
    trips.idp.metadataEndpoint = (_request, response) => void response.writeHead(500).end();
    expect(await verify(await byKey(), trust())).toMatchObject(refusedAs("AADB2C90210"));
  });

  it("of our own is verified without asking over the network, and no access token is one", async () => {
    const own: HintRecipient = {
      ...recipient,
      ownDocument: async () => ({
        issuer: trips.idp.url,
        keys: createLocalJWKSet({ keys: [trips.key.publicJwk as never] }),
      }),
    };
    expect(await verify(await byKey(), trust(), own)).toMatchObject({ kind: "claims" });
    expect(trips.idp.requests).toHaveLength(0);
    for (const claims of [{ azp: "an-application" }, { scp: "read" }])
      expect(await verify(await byKey(claims), trust(), own)).toMatchObject(refusedAs("AADB2C90210"));
  });
});
