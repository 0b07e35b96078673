import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { StoredCertificate } from "@vestibule/engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";
import { suiteMasterKey, testTenant } from "../store/suite-fixtures.ts";
import type { KeyContainerSource } from "../tenant/tenant.ts";
import { chooseCertificate, openCertificates } from "./certificates.ts";
import { createKeyPort, createPolicyKeyAdministration } from "./policy-keys.ts";

const run = promisify(execFile);
let folder: string;
let store: Store;
const now = () => Date.now();

/** Real files, as an operator's tools make them. */
async function makeCertificate(
  name: string,
  keyOptions: readonly string[] = ["-newkey", "rsa:2048"],
): Promise<void> {
  const path = (ending: string) => join(folder, `${name}.${ending}`);
  await run("openssl", [
    "req",
    "-x509",
    ...keyOptions,
    "-nodes",
    "-days",
    "30",
    "-subj",
    `/CN=${name}.example`,
    "-keyout",
    path("key"),
    "-out",
    path("crt"),
  ]);
  const pfx = (ending: string, ...more: string[]) =>
    run("openssl", ["pkcs12", "-export", "-in", path("crt"), ...more, "-out", path(ending)]);
  await pfx("pfx", "-inkey", path("key"), "-passout", "pass:secret");
  await pfx("bare.pfx", "-inkey", path("key"), "-passout", "pass:");
  await pfx("public.pfx", "-nokeys", "-passout", "pass:secret");
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vestibule-keys-"));
  await makeCertificate("one");
  await makeCertificate("two");
  await makeCertificate("curve", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]);
  store = await openStore({ file: ":memory:", masterKey: suiteMasterKey, clock: { now } });
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});
const file = (name: string) => readFile(join(folder, name));

describe("certificates", () => {
  test.each(["one", "curve"])("of %s open from PKCS#12, its base64, and PEM, all the same", async (name) => {
    const [opened] = openCertificates(await file(`${name}.pfx`), "secret");
    expect(opened?.thumbprint).toMatch(/^[0-9A-F]{40}$/);
    expect((opened?.notAfter ?? 0) - (opened?.notBefore ?? 0)).toBe(30 * 86_400);
    const base64 = Buffer.from((await file(`${name}.pfx`)).toString("base64"));
    expect(openCertificates(base64, "secret")).toEqual([opened]);
    expect(openCertificates(await file(`${name}.bare.pfx`))).toEqual([opened]);
    const pem = Buffer.concat([await file(`${name}.crt`), await file(`${name}.key`)]);
    expect(openCertificates(pem)).toEqual([opened]);
  });

  test("two pairs in one PEM are two certificates", async () => {
    const parts = await Promise.all(["one.key", "one.crt", "two.crt", "two.key"].map(file));
    expect(openCertificates(Buffer.concat(parts))).toHaveLength(2);
  });

  test.each([
    [
      "a wrong password",
      "one.pfx",
      "wrong",
      "AADB2C95025: The presented password for the uploaded certificate is wrong.",
    ],
    ["no password", "one.pfx", "", "AADB2C95025"],
    ["no private key", "one.public.pfx", "secret", "AADB2C90178: The certificate '"],
    ["a certificate alone", "one.crt", "", "has no private key"],
    ["a key alone", "one.key", "", "AADB2C90179"],
  ])("%s is told as such", async (_, name, password, message) => {
    const content = await file(name);
    expect(() => openCertificates(content, password)).toThrow(message);
  });

  test("what is no certificate is told as such", async () => {
    for (const junk of [
      "",
      "hello!",
      "aGVsbG8=",
      "-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----",
    ]) {
      expect(() => openCertificates(Buffer.from(junk)), junk).toThrow("AADB2C90179");
    }
    const cut = (await file("one.pfx")).subarray(0, 300);
    expect(() => openCertificates(cut, "secret")).toThrow(/AADB2C90179|AADB2C95025/);
  });

  test("the last uploaded of those that are valid now is presented", () => {
    const made = (
      thumbprint: string,
      uploaded: number,
      notBefore: number,
      notAfter: number,
    ): StoredCertificate => ({
      certificate: "",
      privateKey: "",
      thumbprint,
      uploaded,
      notBefore,
      notAfter,
    });
    const current = made("current", 1, 0, 100);
    const next = made("next", 2, 50, 200);
    expect(chooseCertificate([current, next], 10)).toBe(current);
    expect(chooseCertificate([current, next], 50)).toBe(next);
    expect(chooseCertificate([next, current], 60)).toBe(next);
    expect(chooseCertificate([current], 100)).toBeUndefined();
    expect(chooseCertificate([], 1)).toBeUndefined();
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
    await writeFile(join(folder, "tenant/keys/one.pfx"), await file("one.pfx"));
    await symlink(join(folder, "one.key"), join(folder, "tenant/keys/outside.key"));
  });

  test("come from the environment, a file, or in development from the configuration", async () => {
    const tenant = tenantWith({
      B2C_1A_Env: { kind: "environment", variable: "REST_SECRET" },
      B2C_1A_File: { kind: "file", path: "keys/secret.txt" },
      B2C_1A_Inline: { kind: "inline", value: "sample-secret" },
    });
    const keys = port(tenant, "development", { REST_SECRET: "from env" });
    expect(await keys.secret("B2C_1A_Env")).toBe("from env");
    expect(await keys.secret("b2c_1a_FILE")).toBe(" with blank ");
    expect(await keys.secret("Inline")).toBe("sample-secret");
    expect(await keys.secret("B2C_1A_Other")).toBeUndefined();
    expect(await port(tenant).secret("B2C_1A_Env")).toBeUndefined();
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
      { PFX_PASSWORD: "secret" },
    );
    const [certificate] = await keys.certificates("B2C_1A_Cert");
    expect(certificate?.privateKey).toContain("BEGIN PRIVATE KEY");
    expect(certificate?.uploaded).toBeGreaterThan(1_700_000_000);
    await expect(keys.certificates("B2C_1A_Unprotected")).rejects.toMatchObject({ code: "AADB2C95025" });
    expect(await keys.certificates("B2C_1A_Nothing")).toEqual([]);
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
    const [one] = await administration.addCertificate(tenant.id, "Mtls", await file("one.pfx"), "secret");
    const [two] = await administration.addCertificate(tenant.id, "Mtls", await file("two.pfx"), "secret");
    const certificates = await port(tenant).certificates("B2C_1A_Mtls");
    expect(certificates.map(({ thumbprint }) => thumbprint)).toEqual([one?.thumbprint, two?.thumbprint]);
    expect(JSON.stringify(await administration.list(tenant.id, "Mtls"))).not.toContain("PRIVATE");
    expect(await administration.remove(tenant.id, "Mtls", one?.id)).toBe(true);
    expect(await port(tenant).certificates("B2C_1A_Mtls")).toHaveLength(1);
    const late = createPolicyKeyAdministration({
      keys: store.policyKeys,
      now: () => now() + 31 * 86_400_000,
    });
    await expect(late.addCertificate(tenant.id, "Mtls", await file("one.pfx"), "secret")).rejects.toThrow(
      "has expired",
    );
  });
});
