import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";
import { suiteMasterKey, TestClock, testTenant } from "../store/suite-fixtures.ts";
import type { Tenant, TenantPolicy } from "../tenant/tenant.ts";
import { curvePkcs12, filePassword, makeCertificate } from "./certificate-fixtures.ts";
import { createPolicyKeyAdministration } from "./policy-keys.ts";
import { createTokenSigning } from "./signing-keys.ts";

const hour = 3_600_000;

describe("token signing", () => {
  let store: Store;
  let clock: TestClock;
  let node: () => ReturnType<typeof createTokenSigning>;
  beforeEach(async () => {
    clock = new TestClock();
    store = await openStore({ file: ":memory:", masterKey: suiteMasterKey, clock });
    node = () => createTokenSigning(store.signingKeys, () => clock.now());
  });
  afterEach(() => store.close());

  const kidOf = (token: string) => decodeProtectedHeader(token).kid;
  const verifiesWith = async (keys: unknown, token: string) =>
    (await jwtVerify(token, createLocalJWKSet(keys as JSONWebKeySet), { currentDate: new Date(0) })).payload;

  test("makes the tenant's key at its first use, once for all nodes, and publishes its public part", async () => {
    const tenant = testTenant();
    const nodes = [node(), node(), node()];
    const tokens = await Promise.all(nodes.map((one) => one.sign(tenant, undefined, { sub: "ann", n: 1 })));
    expect(new Set(tokens.map(kidOf)).size).toBe(1);
    const [token = ""] = tokens;
    const header = decodeProtectedHeader(token);
    expect(Object.keys(header)).toEqual(["alg", "kid", "typ"]);
    expect(header).toMatchObject({ alg: "RS256", typ: "JWT" });
    expect(header.kid).toMatch(/^[A-Za-z0-9_-]{43}$/);

    const { keys } = await node().jwks(tenant, undefined);
    expect(keys).toHaveLength(1);
    expect(Object.keys(keys[0] ?? {})).toEqual(["kid", "nbf", "use", "kty", "e", "n"]);
    expect(keys[0]).toMatchObject({ nbf: clock.now() / 1000, use: "sig", kty: "RSA", e: "AQAB" });
    expect(Buffer.from(String(keys[0]?.n), "base64url")).toHaveLength(256);
    expect(await verifiesWith({ keys }, token)).toEqual({ sub: "ann", n: 1 });
  });

  test("tells its own tokens from those of other tenants and from altered ones", async () => {
    const tenant = testTenant();
    const stranger = testTenant();
    const signing = node();
    const token = await signing.sign(tenant, undefined, { sub: "ann" });
    expect(await signing.verify(tenant, token)).toEqual({ sub: "ann" });
    expect(await node().verify(tenant, token)).toEqual({ sub: "ann" });
    expect(await signing.verify(stranger, token)).toBeUndefined();
    const [header = "", payload = "", signature = ""] = token.split(".");
    const forged = Buffer.from(JSON.stringify({ sub: "bob" })).toString("base64url");
    const none = Buffer.from(JSON.stringify({ alg: "none", kid: kidOf(token) })).toString("base64url");
    for (const bad of [
      `${header}.${forged}.${signature}`,
      `${none}.${payload}.`,
      `${header}.${payload}.${signature.slice(0, -4)}`,
      `${header}.${payload}`,
      "",
      "x.y.z",
    ]) {
      expect(await signing.verify(tenant, bad), bad).toBeUndefined();
    }
  });

  test("a new key is announced for a day, then signs, and the old one still verifies", async () => {
    const tenant = testTenant();
    const signing = node();
    const otherNode = node();
    const old = await signing.sign(tenant, undefined, {});
    await otherNode.sign(tenant, undefined, {});
    const added = await signing.rollover(tenant);
    expect(added.warning).toBeUndefined();
    expect(added.notBefore).toBe(clock.now() / 1000 + 86_400);
    expect(kidOf(await signing.sign(tenant, undefined, {}))).toBe(kidOf(old));
    expect((await signing.jwks(tenant, undefined)).keys.map((key) => key.kid)).toEqual([
      kidOf(old),
      added.kid,
    ]);

    clock.advance(24 * hour);
    expect(kidOf(await signing.sign(tenant, undefined, {}))).toBe(added.kid);
    expect(kidOf(await otherNode.sign(tenant, undefined, {}))).toBe(added.kid);
    expect(await otherNode.verify(tenant, old)).toEqual({});
    expect((await signing.jwks(tenant, undefined)).keys).toHaveLength(2);
  });

  test("warns where clients have too little time to learn a key", async () => {
    const added = await node().rollover(testTenant(), undefined, clock.now() / 1000 + 3600);
    expect(added.warning).toContain("24 hours");
  });

  test("an expired key signs nothing and is published one day longer", async () => {
    const tenant = testTenant();
    const expires = clock.now() / 1000 + 3600;
    const key = await realKey();
    await store.signingKeys.add(tenant.id, "b2c_1a_custom", { ...key, expires });
    const signing = node();
    const token = await signing.sign(tenant, "B2C_1A_Custom", {});
    clock.advance(hour);
    await expect(signing.sign(tenant, "custom", {})).rejects.toMatchObject({ code: "AADB2C90019" });
    expect(await signing.verify(tenant, token)).toEqual({});
    expect((await signing.jwks(tenant, "Custom")).keys).toHaveLength(1);
    clock.advance(24 * hour);
    expect(await signing.verify(tenant, token)).toBeUndefined();
    expect((await signing.jwks(tenant, "Custom")).keys).toEqual([]);
  });

  test("a container whose keys all lie in the future signs with the earliest", async () => {
    const tenant = testTenant();
    const one = await realKey();
    const two = await realKey();
    const at = clock.now() / 1000;
    await store.signingKeys.add(tenant.id, "b2c_1a_later", { ...one, notBefore: at + 900 });
    await store.signingKeys.add(tenant.id, "b2c_1a_later", { ...two, notBefore: at + 600 });
    expect(kidOf(await node().sign(tenant, "later", {}))).toBe(two.kid);
  });

  test("a container that nobody filled is an error that names it", async () => {
    const tenant = testTenant();
    await expect(node().sign(tenant, "B2C_1A_Missing", {})).rejects.toThrow(
      `AADB2C90019: The key container with ID 'B2C_1A_Missing' in tenant '${tenant.defaultDomain}'`,
    );
  });

  /** A real key, made in a tenant of its own. */
  async function realKey() {
    const source = testTenant();
    await node().sign(source, undefined, {});
    const keys = await store.signingKeys.list(source.id, "b2c_1a_tokensigningkeycontainer");
    const [first] = keys;
    if (first === undefined) throw new Error("No key was made.");
    return first;
  }

  test("signs with a certificate of the policy's own container, publishes it, and no longer when it ended", async () => {
    const tenant = issuingWith("B2C_1A_OwnSigning");
    const administration = createPolicyKeyAdministration({ keys: store.policyKeys, now: () => clock.now() });
    const { pkcs12 } = makeCertificate("signing");
    clock.time = Date.now();
    const container = "B2C_1A_OwnSigning";
    await administration.addCertificate(tenant.id, container, pkcs12, filePassword);
    const signing = () => createTokenSigning(store.signingKeys, () => clock.now(), store.policyKeys);
    const token = await signing().sign(tenant, container, { sub: "ann" });
    const { keys } = await signing().jwks(tenant, container);
    expect(keys.map(({ kid }) => kid)).toEqual([kidOf(token)]);
    expect(await verifiesWith({ keys }, token)).toEqual({ sub: "ann" });
    expect(await signing().verify(tenant, token)).toEqual({ sub: "ann" });
    expect(await signing().verify(testTenant(), token)).toBeUndefined();
    // Nothing was made in its place, and another container knows nothing of it.
    expect(await store.signingKeys.list(tenant.id, "b2c_1a_ownsigning")).toEqual([]);
    expect(kidOf(await signing().sign(tenant, undefined, {}))).not.toBe(kidOf(token));

    clock.advance(40 * 24 * hour);
    await expect(signing().sign(tenant, container, {})).rejects.toMatchObject({ code: "AADB2C90019" });
    await signing().rollover(tenant, container);
    clock.advance(25 * hour);
    expect(kidOf(await signing().sign(tenant, container, {}))).not.toBe(kidOf(token));
  });

  test("takes no token that is signed with a certificate of another use for its own", async () => {
    const tenant = issuingWith("B2C_1A_OwnSigning");
    const administration = createPolicyKeyAdministration({ keys: store.policyKeys, now: () => clock.now() });
    clock.time = Date.now();
    await administration.addCertificate(
      tenant.id,
      "B2C_1A_ClientOfAnApi",
      makeCertificate("client").pkcs12,
      filePassword,
    );
    const signing = createTokenSigning(store.signingKeys, () => clock.now(), store.policyKeys);
    const forged = await signing.sign(tenant, "B2C_1A_ClientOfAnApi", { sub: "somebody else" });
    expect(await signing.verify(tenant, forged)).toBeUndefined();
  });

  /** A tenant whose one policy signs its tokens with this container. */
  function issuingWith(storageReferenceId: string): Tenant {
    const profile = {
      id: "JwtIssuer",
      cryptographicKeys: [
        { id: "issuer_secret", storageReferenceId },
        { id: "ClientCertificate", storageReferenceId: "B2C_1A_ClientOfAnApi" },
      ],
    };
    const policy = { program: { policy: { technicalProfiles: new Map([[profile.id, profile]]) } } };
    return { ...testTenant(), policies: new Map([["b2c_1a_own", policy as unknown as TenantPolicy]]) };
  }

  test("signs with no certificate whose key is no RSA key", async () => {
    const tenant = testTenant();
    const administration = createPolicyKeyAdministration({ keys: store.policyKeys, now: () => clock.now() });
    await administration.addCertificate(tenant.id, "B2C_1A_Curve", curvePkcs12, filePassword);
    const signing = createTokenSigning(store.signingKeys, () => clock.now(), store.policyKeys);
    await expect(signing.sign(tenant, "B2C_1A_Curve", {})).rejects.toMatchObject({ code: "AADB2C90019" });
  });
});
