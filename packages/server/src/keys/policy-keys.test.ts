import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";
import { suiteMasterKey, testTenant } from "../store/suite-fixtures.ts";
import type { KeyContainerSource } from "../tenant/tenant.ts";
import { curvePkcs12, filePassword, makeCertificate } from "./certificate-fixtures.ts";
import { openCertificates } from "./certificates.ts";
import { createKeyPort, createPolicyKeyAdministration } from "./policy-keys.ts";

let folder: string;
let store: Store;
const now = () => Date.now();
const one = makeCertificate("one");
const two = makeCertificate("two");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vestibule-keys-"));
  store = await openStore({ file: ":memory:", masterKey: suiteMasterKey, clock: { now } });
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

describe("certificates", () => {
  test("open from PKCS#12, its base64, and PEM, all the same", () => {
    const [opened] = openCertificates(one.pkcs12, filePassword);
    expect(opened?.thumbprint).toMatch(/^[0-9A-F]{40}$/);
    expect((opened?.notAfter ?? 0) - (opened?.notBefore ?? 0)).toBe(30 * 86_400);
    expect(opened?.certificate.replace(/\s/g, "")).toBe(one.certificate.replace(/\s/g, ""));
    expect(opened?.privateKey).toBe(one.privateKey);
    expect(openCertificates(Buffer.from(one.pkcs12.toString("base64")), filePassword)).toEqual([opened]);
    expect(openCertificates(one.pkcs12WithoutPassword)).toEqual([opened]);
    expect(openCertificates(Buffer.from(one.privateKey + one.certificate))).toEqual([opened]);
  });

  test("of elliptic curves and today's OpenSSL open too", () => {
    const [opened] = openCertificates(curvePkcs12, filePassword);
    expect(createPrivateKey(opened?.privateKey ?? "").asymmetricKeyType).toBe("ec");
    expect(new X509Certificate(opened?.certificate ?? "").subject).toBe("CN=curve.example");
    expect(() => openCertificates(curvePkcs12, "wrong")).toThrow("AADB2C95025");
  });

  test("two pairs in one PEM are two certificates", () => {
    const pem = two.privateKey + one.certificate + two.certificate + one.privateKey;
    expect(openCertificates(Buffer.from(pem))).toHaveLength(2);
  });

  test("an encrypted PEM key opens with its password", () => {
    const encrypted = createPrivateKey(one.privateKey)
      .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: filePassword })
      .toString();
    const pem = Buffer.from(one.certificate + encrypted);
    expect(openCertificates(pem, filePassword)[0]?.privateKey).toBe(one.privateKey);
    expect(() => openCertificates(pem, "wrong")).toThrow("AADB2C95025");
  });

  test.each([
    [
      "a wrong password",
      one.pkcs12,
      "wrong",
      "AADB2C95025: The presented password for the uploaded certificate is wrong.",
    ],
    ["no password", one.pkcs12, "", "AADB2C95025"],
    [
      "no private key",
      one.pkcs12WithoutKey,
      filePassword,
      "AADB2C90178: The certificate 'CN=one.example' has no",
    ],
    ["a certificate alone", Buffer.from(one.certificate), "", "has no private key"],
    ["a key of another certificate", Buffer.from(one.certificate + two.privateKey), "", "has no private key"],
    ["a key alone", Buffer.from(one.privateKey), "", "AADB2C90179"],
  ])("%s is told as such", (_, content, password, message) => {
    expect(() => openCertificates(content, password)).toThrow(message);
  });

  test("what is no certificate is told as such", () => {
    for (const junk of [
      "",
      "hello!",
      "aGVsbG8=",
      "-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----",
    ]) {
      expect(() => openCertificates(Buffer.from(junk)), junk).toThrow("AADB2C90179");
    }
    for (const length of [10, 100, 1000]) {
      expect(() => openCertificates(one.pkcs12.subarray(0, length), filePassword)).toThrow("AADB2C90179");
    }
  });
});

describe("policy keys", () => {
  const tenantWith = (sources: Record<string, KeyContainerSource>) =>
    testTenant({ directory: join(folder, "tenant"), keyContainers: new Map(Object.entries(sources)) });
  const port = (
    tenant: ReturnType<typeof testTenant>,
    mode: "development" | "production" = "production",
    environment: Record<string, string> = {},
  ) => createKeyPort({ keys: store.policyKeys, mode, now, environment }, tenant);

  beforeAll(async () => {
    await mkdir(join(folder, "tenant/keys"), { recursive: true });
    await writeFile(join(folder, "tenant/keys/secret.txt"), " with blank \n");
    await writeFile(join(folder, "tenant/keys/one.pfx"), one.pkcs12);
    await writeFile(join(folder, "one.key"), one.privateKey);
    await symlink(join(folder, "one.key"), join(folder, "tenant/keys/outside.key"));
  });

  test("come from the environment, a file, or in development from the configuration", async () => {
    const tenant = tenantWith({
      B2C_1A_Env: { kind: "environment", variable: "REST_SECRET" },
      B2C_1A_File: { kind: "file", path: "keys/secret.txt" },
      B2C_1A_Inline: { kind: "inline", value: "sample-secret" },
      B2C_1A_Name: { kind: "name", value: "connector" },
    });
    const keys = port(tenant, "development", { REST_SECRET: "from env" });
    expect(await keys.secret("B2C_1A_Env")).toBe("from env");
    expect(await keys.secret("b2c_1a_FILE")).toBe(" with blank ");
    expect(await keys.secret("Inline")).toBe("sample-secret");
    expect(await keys.secret("B2C_1A_Other")).toBeUndefined();
    expect(await port(tenant).secret("B2C_1A_Env")).toBeUndefined();
    // A user name is no secret.
    expect(await port(tenant).secret("B2C_1A_Name")).toBe("connector");
    await expect(port(tenant).secret("Inline")).rejects.toThrow(/AADB2C90019.*only development mode/);
    await expect(port(tenant).secret("Inline")).rejects.not.toThrow("sample-secret");
  });

  test("from files stay inside the tenant's folder", async () => {
    for (const path of ["../one.key", "keys/../../one.key", "keys/outside.key", "keys/missing"]) {
      const keys = port(tenantWith({ B2C_1A_File: { kind: "file", path } }));
      await expect(keys.secret("B2C_1A_File"), path).rejects.toMatchObject({ code: "AADB2C90019" });
    }
  });

  test("a certificate file opens with the password that its reference names", async () => {
    const keys = port(
      tenantWith({
        B2C_1A_Cert: { kind: "file", path: "keys/one.pfx", passwordReference: "B2C_1A_Password" },
        B2C_1A_Password: { kind: "environment", variable: "PFX_PASSWORD" },
        B2C_1A_Unprotected: { kind: "file", path: "keys/one.pfx" },
      }),
      "production",
      { PFX_PASSWORD: filePassword },
    );
    const [certificate] = await keys.certificates("B2C_1A_Cert");
    expect(certificate?.privateKey).toContain("BEGIN PRIVATE KEY");
    expect(certificate?.uploaded).toBeGreaterThan(1_700_000_000);
    await expect(keys.certificates("B2C_1A_Unprotected")).rejects.toMatchObject({ code: "AADB2C95025" });
    expect(await keys.certificates("B2C_1A_Nothing")).toEqual([]);
  });

  test("that are changed count at once, also where an old one cannot be removed or very many are kept", async () => {
    const broken = Object.assign(Object.create(store.policyKeys) as typeof store.policyKeys, {
      remove: () => Promise.reject(new Error("locked")),
    });
    const administration = createPolicyKeyAdministration({ keys: broken, now });
    const tenant = testTenant({ id: "tenant-kept" });
    const keys = createKeyPort({ keys: broken, mode: "production", now }, tenant);
    await administration.setSecret(tenant.id, "Kept", "first");
    expect(await keys.secret("Kept")).toBe("first");
    await expect(administration.setSecret(tenant.id, "Kept", "second")).rejects.toThrow("locked");
    expect(await keys.secret("Kept")).toBe("second");

    const others = createKeyPort({ keys: broken, mode: "production", now }, testTenant({ id: "others" }));
    for (let at = 0; at < 1000; at++) await others.secret(`Container${at}`);
    await expect(administration.setSecret(tenant.id, "Kept", "third")).rejects.toThrow("locked");
    expect(await keys.secret("Kept")).toBe("third");
  });

  test("of the database go before the configuration, and are shown without their secret", async () => {
    const tenant = tenantWith({ B2C_1A_Rest: { kind: "environment", variable: "REST" } });
    const keys = port(tenant, "production", { REST: "configured" });
    const administration = createPolicyKeyAdministration({ keys: store.policyKeys, now });
    expect(await keys.secret("B2C_1A_Rest")).toBe("configured");
    await administration.setSecret(tenant.id, "Rest", "uploaded-1");
    await administration.setSecret(tenant.id, "B2C_1A_rest", "uploaded-2");
    expect(await keys.secret("B2C_1A_Rest")).toBe("uploaded-2");
    const listed = await administration.list(tenant.id, "B2C_1A_Rest");
    expect(listed).toHaveLength(1);
    expect(JSON.stringify(listed)).not.toContain("uploaded-2");
    expect(await port(testTenant()).secret("B2C_1A_Rest")).toBeUndefined();
    expect(await administration.remove(tenant.id, "B2C_1A_Rest")).toBe(true);
    expect(await keys.secret("B2C_1A_Rest")).toBe("configured");
  });

  test("certificates are added beside those that are there", async () => {
    const tenant = tenantWith({});
    const administration = createPolicyKeyAdministration({ keys: store.policyKeys, now });
    const [first] = await administration.addCertificate(tenant.id, "Mtls", one.pkcs12, filePassword);
    const [second] = await administration.addCertificate(tenant.id, "Mtls", two.pkcs12, filePassword);
    const certificates = await port(tenant).certificates("B2C_1A_Mtls");
    expect(certificates.map(({ thumbprint }) => thumbprint)).toEqual([first?.thumbprint, second?.thumbprint]);
    expect(JSON.stringify(await administration.list(tenant.id, "Mtls"))).not.toContain("PRIVATE");
    expect(await administration.remove(tenant.id, "Mtls", first?.id)).toBe(true);
    expect(await port(tenant).certificates("B2C_1A_Mtls")).toHaveLength(1);
    const late = createPolicyKeyAdministration({
      keys: store.policyKeys,
      now: () => now() + 31 * 86_400_000,
    });
    await expect(late.addCertificate(tenant.id, "Mtls", one.pkcs12, filePassword)).rejects.toThrow(
      "has expired",
    );
  });
});
