import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { masterKeyFrom } from "../keys/master-key.ts";
import { createPolicyKeyAdministration } from "../keys/policy-keys.ts";
import { createTokenSigning } from "../keys/signing-keys.ts";
import { openStore } from "./open-store.ts";
import {
  cheapHashing,
  grant,
  journeyState,
  mailAccount,
  session,
  suiteMasterKey,
  TestClock,
  testTenant,
} from "./suite-fixtures.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vestibule-durability-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("a process that is killed", () => {
  const secret = Buffer.alloc(32, 7);
  const tenant = testTenant();
  /** Signs people up one after the other and names each one that was answered. */
  const signUps = (file: string, from: number) => `
    import { openStore } from ${JSON.stringify(new URL("./open-store.ts", import.meta.url).href)};
    import { masterKeyFrom } from ${JSON.stringify(new URL("../keys/master-key.ts", import.meta.url).href)};
    const tenant = ${JSON.stringify({ ...tenant, policies: [], keyContainers: [] })};
    const store = await openStore({
      file: ${JSON.stringify(file)},
      masterKey: masterKeyFrom([Buffer.alloc(32, 7)]),
      clock: Date,
      passwordHashing: ${JSON.stringify(cheapHashing)},
    });
    for (let n = ${from}; ; n += 1) {
      await store.directory(tenant).create({
        identities: [{ signInType: "emailAddress", issuer: tenant.defaultDomain, issuerAssignedId: n + "@example.com" }],
        attributes: { displayName: "P" + n, city: "Bonn" },
        password: "Passw0rd!" + n,
      }, "journey " + n);
      console.log(n);
    }`;

  async function killAfter(file: string, from: number, answers: number): Promise<number> {
    const child = spawn(
      process.execPath,
      ["--no-warnings", "--input-type=module", "-e", signUps(file, from)],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    let last = from - 1;
    for await (const line of createInterface({ input: child.stdout })) {
      last = Number(line);
      if (last >= from + answers) child.kill("SIGKILL");
    }
    await ended;
    return last;
  }

  test("loses no answered account, leaves no half one, and lets the person finish", async () => {
    const file = join(folder, "killed.db");
    let from = 0;
    for (const answers of [1, 3, 10, 25]) {
      const last = await killAfter(file, from, answers);
      const store = await openStore({
        file,
        masterKey: masterKeyFrom([secret]),
        clock: Date,
        passwordHashing: cheapHashing,
      });
      const directory = store.directory(tenant);
      for (let n = from; n <= last; n += 1) {
        expect((await directory.checkPassword(`${n}@example.com`, `Passw0rd!${n}`)).kind, `person ${n}`).toBe(
          "ok",
        );
      }
      // The next one may have been written without an answer. The same journey goes on either way.
      const next = last + 1;
      const found = await directory.find({ kind: "signInName", value: `${next}@example.com` });
      expect(await directory.count()).toBe(next + (found === undefined ? 0 : 1));
      const again = await directory.create(
        mailAccount(tenant, `${next}@example.com`, { password: `Passw0rd!${next}` }),
        `journey ${next}`,
      );
      expect(again.kind).toBe("created");
      if (found !== undefined && again.kind === "created")
        expect(again.account.objectId).toBe(found.objectId);
      const byCity = await directory.find({ kind: "attribute", name: "displayName", value: `P${last}` });
      expect(byCity?.attributes.city).toBe("Bonn");
      expect(await directory.count()).toBe(next + 1);
      await store.close();
      from = next + 1;
    }
  });
});

describe("the database file", () => {
  test("holds no password, secret, private key, handle or code as it is", async () => {
    const file = join(folder, "secrets.db");
    const clock = new TestClock();
    const store = await openStore({ file, masterKey: suiteMasterKey, clock, passwordHashing: cheapHashing });
    const tenant = testTenant();
    const directory = store.directory(tenant);
    await directory.create(
      mailAccount(tenant, "ann@example.com", { password: "Seeded-Passw0rd" }),
      "seeded-journey-key",
    );
    await directory.checkPassword("ann@example.com", "Seeded-Wr0ng-Password");
    await directory.checkPassword("nobody@example.com", "Seeded-Unknown-Password");
    const keys = createPolicyKeyAdministration({ keys: store.policyKeys, now: () => clock.now() });
    await keys.setSecret(tenant.id, "B2C_1A_Rest", "seeded-connector-secret");
    await createTokenSigning(store.signingKeys, () => clock.now()).sign(tenant, undefined, { sub: "a" });
    const [signingKey] = await store.signingKeys.list(tenant.id, "b2c_1a_tokensigningkeycontainer");
    await store.grants.putCode(tenant.id, "seeded-authorization-code", grant, "f", 1, 9e9);
    await store.grants.redeemCode(tenant.id, "seeded-authorization-code", 2);
    await store.grants.putRefreshToken(tenant.id, "seeded-refresh-token", grant, "f", 1, 9e9);
    await store.sessions.put(tenant.id, "seeded-session-handle", session("ann", 9e9));
    await store.journeys.insert(tenant.id, {
      state: journeyState("journey-1", { bag: { secretClaim: "seeded-claim" } }),
      revision: 0,
      final: { status: 302, headers: { location: "http://app/cb?code=seeded-final-code" }, body: "" },
    });
    let mailed = "";
    await store
      .verification(tenant, async (message) => {
        mailed = message.code ?? "";
        await store.outbox.add({ ...message, id: "m", tenantId: tenant.id, at: 1, delivery: "outbox" });
      })
      .sendCode("scope", "ann@example.com", { language: "en", organisation: "Contoso" });

    const files = (await readdir(folder)).filter((name) => name.startsWith("secrets.db"));
    expect(files).toContain("secrets.db-wal");
    const bytes = Buffer.concat(await Promise.all(files.map((name) => readFile(join(folder, name)))));
    // What is meant to be found shows that the search looks in the right place.
    expect(bytes.includes("ann@example.com")).toBe(true);
    expect(bytes.includes("$argon2id$")).toBe(true);
    const pemLines = signingKey?.privateKeyPem.split("\n").slice(1, -2) ?? [];
    expect(pemLines.length).toBeGreaterThan(10);
    for (const hidden of [
      "Seeded-Passw0rd",
      "Seeded-Wr0ng-Password",
      "Seeded-Unknown-Password",
      "seeded-journey-key",
      "seeded-connector-secret",
      "seeded-authorization-code",
      "seeded-refresh-token",
      "seeded-session-handle",
      "seeded-claim",
      "seeded-final-code",
      `is: ${mailed}`,
      `"${mailed}"`,
      "PRIVATE KEY",
      ...pemLines,
      ...pemLines.map((line) => Buffer.from(line, "base64")),
    ]) {
      expect(bytes.includes(hidden), String(hidden)).toBe(false);
    }
    await store.close();
  });

  test.runIf(process.platform === "linux")("stays locked while two threads of a server use it", async () => {
    const file = join(folder, "shared.db");
    const open = () => openStore({ file, masterKey: suiteMasterKey, clock: new TestClock() });
    const threads = [await open(), await open()];
    // Without this lock the backup by an older sqlite3 deletes the log, and what the server writes from then on is lost.
    const { ino } = await stat(file);
    const locks = (await readFile("/proc/locks", "utf8")).split("\n").map((line) => line.split(/\s+/));
    expect(
      locks.filter((lock) => lock.includes(String(process.pid)) && lock[5]?.endsWith(`:${ino}`)),
    ).toMatchObject([{ 1: "POSIX", 3: "READ" }]);
    for (const thread of threads) await thread.close();
  });

  test("does not open under another master key", async () => {
    const file = join(folder, "foreign.db");
    const clock = new TestClock();
    const store = await openStore({ file, masterKey: suiteMasterKey, clock });
    await store.policyKeys.add("t", "c", { id: "1", kind: "secret", value: "v", uploaded: 1 });
    await store.close();
    const other = await openStore({ file, masterKey: masterKeyFrom([Buffer.alloc(32, 9)]), clock });
    await expect(other.policyKeys.list("t", "c")).rejects.toThrow("another master key");
    await other.close();
  });
});
