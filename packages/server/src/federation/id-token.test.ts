import { createHash, createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { base64url, sign } from "./testing/hostile-provider.ts";
import { refusedWith, useHostileProvider } from "./testing/round-trips.ts";

const trips = useHostileProvider();

describe("the id token", () => {
  const without = (name: string) => (claims: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(claims).filter(([claim]) => claim !== name));
  const seconds = () => Math.floor(trips.time / 1000);

  it.each([
    ["iss", "AADB2C90238"],
    ["sub", "AADB2C90240"],
    ["aud", "AADB2C90237"],
    ["exp", "AADB2C90235"],
    ["iat", "AADB2C90240"],
    ["nonce", "AADB2C90240"],
  ])("is refused without %s", async (claim, code) => {
    trips.idp.claims = without(claim);
    expect(await trips.run()).toMatchObject(refusedWith(code));
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["another issuer", { iss: "https://another.example" }, "AADB2C90238"],
    ["an issuer on the same host", { iss: "http://127.0.0.1/x" }, "AADB2C90238"],
    ["another audience", { aud: "another client" }, "AADB2C90237"],
    ["an empty audience", { aud: [] }, "AADB2C90237"],
    ["a second audience and no azp", { aud: ["our client", "another"] }, "AADB2C90237"],
    ["a second audience and its azp", { aud: ["our client", "another"], azp: "another" }, "AADB2C90237"],
    ["the nonce of another journey", { nonce: "another" }, "AADB2C90240"],
    ["an empty nonce", { nonce: "" }, "AADB2C90240"],
    ["a nonce that is null", { nonce: null }, "AADB2C90240"],
    ["exp as text", { exp: "9999999999" }, "AADB2C90235"],
    ["exp null", { exp: null }, "AADB2C90235"],
    ["a subject that is a number", { sub: 7 }, "AADB2C90240"],
    ["the hash of another access token", { at_hash: "AAAAAAAAAAAAAAAAAAAAAA" }, "AADB2C90240"],
    ["an at_hash that is a number", { at_hash: 1 }, "AADB2C90240"],
    ["an at_hash that is empty", { at_hash: "" }, "AADB2C90240"],
  ])("is refused with %s", async (_what, change, code) => {
    trips.idp.claims = (claims) => ({ ...claims, ...change });
    expect(await trips.run()).toMatchObject(refusedWith(code));
  });

  it("is accepted with the hash of its access token", async () => {
    const hash = createHash("sha256").update("an-access-token").digest();
    trips.idp.claims = (claims) => ({ ...claims, at_hash: hash.subarray(0, 16).toString("base64url") });
    expect(await trips.run()).toMatchObject({ kind: "claims" });
  });

  it("may be up to five minutes out of time", async () => {
    trips.idp.claims = (claims) => ({ ...claims, exp: seconds() - 290, nbf: seconds() + 290 });
    expect(await trips.run()).toMatchObject({ kind: "claims" });
    trips.idp.claims = (claims) => ({ ...claims, exp: seconds() - 310 });
    expect(await trips.run()).toMatchObject(refusedWith("AADB2C90235"));
    trips.idp.claims = (claims) => ({ ...claims, nbf: seconds() + 310 });
    expect(await trips.run()).toMatchObject(refusedWith("AADB2C90235"));
  });

  it("of yesterday is refused by the injected clock", async () => {
    trips.time += 86_400_000;
    expect(await trips.run()).toMatchObject(refusedWith("AADB2C90235"));
  });

  it.each(["none", "None", "HS256", "RS512", "ES256", ""])("is refused with alg %j", async (alg) => {
    trips.idp.discovery = (honest) => ({
      ...honest,
      id_token_signing_alg_values_supported: ["none", "None", "HS256", "RS256", "RS512", "ES256", ""],
    });
    trips.idp.header = (header) => ({ ...header, alg });
    expect(await trips.run()).toMatchObject(refusedWith("AADB2C90239"));
  });

  it("is refused where the public key was used as a shared secret", async () => {
    trips.idp.discovery = (honest) => ({
      ...honest,
      id_token_signing_alg_values_supported: ["HS256", "RS256"],
    });
    trips.idp.idToken = (honest) => {
      const body = `${base64url({ alg: "HS256", kid: trips.key.kid })}.${honest.split(".")[1]}`;
      const secret = JSON.stringify(trips.key.publicJwk);
      return `${body}.${createHmac("sha256", secret).update(body).digest("base64url")}`;
    };
    expect(await trips.run()).toMatchObject(refusedWith("AADB2C90239"));
  });

  it("is refused when another key signed it, also under the published key's id", async () => {
    trips.idp.idToken = (honest) =>
      sign(
        trips.otherKey,
        { alg: "RS256", kid: trips.key.kid },
        JSON.parse(atob(honest.split(".")[1] ?? "")),
      );
    expect(await trips.run()).toMatchObject(refusedWith("AADB2C90239"));
  });

  it("is not verified with a key that it brings along", async () => {
    trips.idp.header = (header) => ({
      ...header,
      jwk: trips.otherKey.publicJwk,
      jku: `${trips.idp.url}/evil`,
    });
    trips.idp.idToken = (honest) =>
      sign(
        trips.otherKey,
        {
          alg: "RS256",
          kid: trips.otherKey.kid,
          jwk: trips.otherKey.publicJwk,
          jku: `${trips.idp.url}/evil`,
        },
        JSON.parse(atob(honest.split(".")[1] ?? "")),
      );
    expect(await trips.run()).toMatchObject(refusedWith("AADB2C90239"));
    expect(trips.requestsTo("/evil")).toBe(0);
  });

  it("is refused with a changed payload", async () => {
    trips.idp.idToken = (honest) => {
      const [header, body = "", signature] = honest.split(".");
      const claims = { ...JSON.parse(atob(body)), sub: "somebody-else" };
      return [header, base64url(claims), signature].join(".");
    };
    expect(await trips.run()).toMatchObject(refusedWith("AADB2C90239"));
  });

  it.each([
    ["is missing", undefined],
    ["is empty", ""],
    ["is no JWT", "abc"],
    ["has two parts", "a.b"],
    ["is encrypted", "a.b.c.d.e"],
    ["has a header that is no JSON", "YQ.e30.c2ln"],
    ["has a payload that is no object", `${base64url({ alg: "RS256" })}.${base64url([1])}.c2ln`],
  ])("that %s is malformed", async (_what, token) => {
    trips.idp.idToken = () => token;
    expect(await trips.run()).toMatchObject(refusedWith("AADB2C90240"));
  });

  it("of a key that was published since is accepted: metadata and keys are fetched again", async () => {
    await trips.run();
    trips.idp.keys = [trips.otherKey, trips.key];
    trips.time += 6_000;
    expect(await trips.run()).toMatchObject({ kind: "claims" });
    expect(trips.requestsTo("/jwks")).toBe(2);
  });

  it("of a new key under the old one's id is accepted, too", async () => {
    await trips.run();
    const renewed = { ...trips.otherKey, kid: trips.key.kid };
    trips.idp.keys = [{ ...renewed, publicJwk: { ...renewed.publicJwk, kid: trips.key.kid } }];
    trips.time += 6_000;
    expect(await trips.run()).toMatchObject({ kind: "claims" });
    expect(trips.requestsTo("/jwks")).toBe(2);
  });

  it("with a forged signature is refused after the keys were asked for once more, and not again and again", async () => {
    await trips.run();
    trips.idp.idToken = (honest) => `${honest.slice(0, honest.lastIndexOf("."))}.${"A".repeat(342)}`;
    trips.time += 6_000;
    for (let turn = 0; turn < 5; turn++) expect(await trips.run()).toMatchObject(refusedWith("AADB2C90239"));
    expect(trips.requestsTo("/jwks")).toBe(2);
  });

  it("of a key that is never published cannot make us ask for keys again and again", async () => {
    trips.idp.header = (header) => ({ ...header, kid: "unknown" });
    for (let turn = 0; turn < 5; turn++) {
      expect(await trips.run()).toMatchObject(refusedWith("AADB2C90239"));
    }
    expect(trips.requestsTo("/jwks")).toBe(1);
  });

  it("without a key id is verified by whichever published key fits", async () => {
    trips.idp.keys = [trips.otherKey, trips.key];
    trips.idp.header = ({ kid: _, ...header }) => header;
    expect(await trips.run()).toMatchObject({ kind: "claims" });
  });
});
