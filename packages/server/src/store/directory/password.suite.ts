import { randomUUID } from "node:crypto";
import type { CreateResult } from "@vestibule/engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPasswordHasher, HashingOverload, type PasswordHasher } from "../passwords.ts";
import type { Store } from "../store.ts";
import {
  cheapHashing,
  mailAccount,
  type Opener,
  session,
  suiteMasterKey,
  TestClock,
  testTenant,
} from "../suite-fixtures.ts";

const right = "Passw0rd!first";
const name = "ann@example.com";

function created(result: CreateResult) {
  if (result.kind !== "created") throw new Error(`Not created: ${JSON.stringify(result)}`);
  return result.account;
}

/** Counts the verifications that an answer costs. */
class CountingHasher implements PasswordHasher {
  readonly #hasher = createPasswordHasher(cheapHashing);
  verifications = 0;
  full = false;
  hash(password: string): Promise<string> {
    if (this.full) throw new HashingOverload();
    return this.#hasher.hash(password);
  }
  verify(stored: string | undefined, password: string): Promise<boolean> {
    if (this.full) throw new HashingOverload();
    this.verifications += 1;
    return this.#hasher.verify(stored, password);
  }
  isOutdated(stored: string): boolean {
    return this.#hasher.isOutdated(stored);
  }
}

/** Passwords and smart lockout (directory-and-graph.md 5, user-flows.md 13, technical-profiles.md 5.3). */
export function passwordSuite(open: Opener): void {
  const clock = new TestClock();
  const hasher = new CountingHasher();
  let store: Store;
  let otherNode: Store;
  beforeAll(async () => {
    const options = { masterKey: suiteMasterKey, clock, hasher };
    [store, otherNode] = await Promise.all([open(options), open(options)]);
  });
  afterAll(async () => {
    await Promise.all([store.close(), otherNode.close()]);
  });

  async function signedUp(changes: Parameters<typeof mailAccount>[2] = {}) {
    const tenant = testTenant();
    const directory = store.directory(tenant);
    const { objectId } = created(await directory.create(mailAccount(tenant, name, changes), randomUUID()));
    const check = async (password: string) => (await directory.checkPassword(name, password)).kind;
    return { tenant, directory, objectId, check };
  }

  describe("passwords", () => {
    test("are taken exactly as typed", async () => {
      const odd = ` pass\u0000word ${"x".repeat(200)} \u{1f600}É1`;
      const { check } = await signedUp({ password: odd });
      expect(await check(odd)).toBe("ok");
      expect(await check(odd.trim())).toBe("wrongPassword");
      expect(await check(`${odd}x`)).toBe("wrongPassword");
      expect(await check(odd.normalize("NFD"))).toBe("wrongPassword");
      expect(await check("")).toBe("wrongPassword");
    });

    test.each([
      ["Short1!", undefined, "refused"],
      ["alllowercase", undefined, "refused"],
      ["onlytwo2classes", undefined, "refused"],
      [`Aa1${"x".repeat(254)}`, "DisableStrongPassword", "refused"],
      ["123", "DisableStrongPassword", "refused"],
      ["Abcdefg1", undefined, "taken"],
      ["1234", "disablestrongpassword,DisablePasswordExpiration", "taken"],
      ["ABCDEFG 1", "None", "taken"],
    ])("%j under the policies %j is %s", async (password, passwordPolicies, outcome) => {
      const tenant = testTenant();
      const result = await store.directory(tenant).create(
        {
          identities: mailAccount(tenant, name).identities,
          attributes: { displayName: "Ann" },
          password,
          ...(passwordPolicies !== undefined && { passwordPolicies }),
        },
        "1",
      );
      expect(result.kind).toBe(outcome === "taken" ? "created" : "passwordRefused");
      if (result.kind === "passwordRefused") expect(result.reason).not.toContain(password);
    });

    test("a change counts from now on: sessions end, the old one is recognised", async () => {
      const { tenant, directory, objectId, check } = await signedUp();
      await store.sessions.put(tenant.id, "handle", session(objectId, 9e9));
      clock.advance(5_500);
      const weak = await directory.change(objectId, { password: "weak" });
      expect(weak.kind).toBe("passwordRefused");
      expect(await store.sessions.find(tenant.id, "handle", 1)).toBeDefined();
      expect((await directory.change(objectId, { password: "Passw0rd!second" })).kind).toBe("changed");
      expect(await check("Passw0rd!second")).toBe("ok");
      expect(await check(right)).toBe("oldPassword");
      expect(await store.sessions.find(tenant.id, "handle", 1)).toBeUndefined();
      expect(await directory.sessionsValidFrom(objectId)).toBe(Math.floor(clock.now() / 1000) * 1000);
    });

    test("must be changed when it is told to, until it is", async () => {
      const { directory, objectId, check } = await signedUp({ forceChangePasswordNextSignIn: true });
      expect(await check(right)).toBe("passwordExpired");
      expect(await check("Passw0rd!wrong")).toBe("wrongPassword");
      await directory.change(objectId, { password: "Passw0rd!second" });
      expect(await check("Passw0rd!second")).toBe("ok");
      await directory.change(objectId, {
        attributes: { "passwordProfile.forceChangePasswordNextLogin": true },
      });
      expect(await check("Passw0rd!second")).toBe("passwordExpired");
      await directory.change(objectId, { password: "Passw0rd!third", forceChangePasswordNextSignIn: true });
      expect(await check("Passw0rd!third")).toBe("passwordExpired");
    });

    test("expire after the tenant's days unless the account says otherwise", async () => {
      const expiring = await signedUp({ passwordPolicies: "None" });
      const lasting = await signedUp();
      clock.advance(90 * 86_400_000 - 1);
      expect(await expiring.check(right)).toBe("ok");
      clock.advance(1);
      expect(await expiring.check(right)).toBe("passwordExpired");
      expect(await lasting.check(right)).toBe("ok");
    });

    test("of disabled accounts are not checked", async () => {
      const { directory, objectId, check } = await signedUp();
      await directory.change(objectId, { accountEnabled: false });
      expect(await check(right)).toBe("disabled");
    });

    test("the types of a flow decide which names count; a lone principal name counts everywhere", async () => {
      const { tenant, directory, objectId } = await signedUp();
      const upn = `${objectId}@${tenant.defaultDomain}`;
      const kind = async (value: string, ...signInTypes: string[]) =>
        (await directory.checkPassword(value, right, signInTypes.length > 0 ? { signInTypes } : undefined))
          .kind;
      expect(await kind(name, "emailAddress")).toBe("ok");
      expect(await kind(name, "userName")).toBe("unknownAccount");
      expect(await kind(upn)).toBe("ok");
      expect(await kind(upn, "emailAddress")).toBe("unknownAccount");
      created(
        await directory.create(
          {
            identities: [],
            attributes: { displayName: "Load", userPrincipalName: `load@${tenant.defaultDomain}` },
            password: right,
          },
          "load",
        ),
      );
      expect(await kind(`LOAD@${tenant.defaultDomain}`, "emailAddress")).toBe("ok");
    });

    test("an unknown name costs as many hashes as a wrong password", async () => {
      const { directory } = await signedUp();
      const cost = async (who: string, password: string) => {
        const before = hasher.verifications;
        await directory.checkPassword(who, password);
        return hasher.verifications - before;
      };
      expect(await cost("nobody@example.com", "Passw0rd!wrong")).toBe(await cost(name, "Passw0rd!wrong"));
    });

    test("are turned away while too many wait", async () => {
      const { tenant, directory, objectId, check } = await signedUp();
      hasher.full = true;
      expect(await check(right)).toBe("throttled");
      expect((await directory.create(mailAccount(tenant, "b@example.com"), "b")).kind).toBe("throttled");
      expect((await directory.change(objectId, { password: right })).kind).toBe("throttled");
      hasher.full = false;
      expect(await check(right)).toBe("ok");
    });

    test("are hashed anew at sign-in when the parameters were raised", async () => {
      const { tenant, check } = await signedUp();
      expect(await check(right)).toBe("ok");
      const raised = createPasswordHasher({ ...cheapHashing, timeCost: 2 });
      let hashes = 0;
      const strict = await open({
        masterKey: suiteMasterKey,
        clock,
        hasher: {
          ...raised,
          hash: (password) => {
            hashes += 1;
            return raised.hash(password);
          },
        },
      });
      expect((await strict.directory(tenant).checkPassword(name, right)).kind).toBe("ok");
      expect((await strict.directory(tenant).checkPassword(name, right)).kind).toBe("ok");
      expect(hashes).toBe(1);
      await strict.close();
    });
  });

  describe("smart lockout", () => {
    const fail = async (check: (password: string) => Promise<string>, times: number) => {
      const answers: string[] = [];
      for (let index = 0; index < times; index += 1) answers.push(await check(`wrong ${randomUUID()}`));
      return answers;
    };

    test("locks for a minute after ten different wrong passwords, the right one included", async () => {
      const { check } = await signedUp();
      expect(new Set(await fail(check, 10))).toEqual(new Set(["wrongPassword"]));
      expect(await check(right)).toBe("locked");
      clock.advance(59_999);
      expect(await check(right)).toBe("locked");
      clock.advance(1);
      expect(await check(right)).toBe("ok");
      expect(new Set(await fail(check, 9))).toEqual(new Set(["wrongPassword"]));
      expect(await check(right)).toBe("ok");
    });

    test("after a lock every failure locks again, and longer after each ten locks up to five hours", async () => {
      const { check } = await signedUp();
      await fail(check, 10);
      for (let lock = 1; lock <= 95; lock += 1) {
        const seconds =
          [60, 120, 240, 480, 960, 1920, 3840, 7680, 15_360, 18_000][Math.floor((lock - 1) / 10)] ?? 0;
        clock.advance(seconds * 1000 - 1);
        expect(await check("any"), `lock ${lock}`).toBe("locked");
        clock.advance(1);
        expect(await fail(check, 1), `lock ${lock}`).toEqual(["wrongPassword"]);
      }
    });

    test("goes by the tenant's numbers", async () => {
      const tenant = testTenant({
        smartLockout: { threshold: 5, durationInSeconds: 10, maxDurationInSeconds: 15 },
      });
      const directory = store.directory(tenant);
      created(await directory.create(mailAccount(tenant, name), "1"));
      const check = async (password: string) => (await directory.checkPassword(name, password)).kind;
      await fail(check, 5);
      expect(await check(right)).toBe("locked");
      clock.advance(10_000);
      expect(await check(right)).toBe("ok");
    });

    test("the same wrong password again counts once, while it is among the last three", async () => {
      const { check } = await signedUp();
      for (let index = 0; index < 30; index += 1)
        expect(await check(`typo ${index % 3}`)).toBe("wrongPassword");
      expect(await fail(check, 6)).not.toContain("locked");
      expect(await check("typo 0")).toBe("wrongPassword");
      expect(await check(right)).toBe("locked");
    });

    test("counts concurrent tries on both nodes: no more than ten are judged", async () => {
      const { tenant } = await signedUp();
      const answers = await Promise.all(
        Array.from({ length: 40 }, async (_, index) => {
          const directory = (index % 2 === 0 ? store : otherNode).directory(tenant);
          return (await directory.checkPassword(name, `guess ${index}`)).kind;
        }),
      );
      expect(answers.filter((kind) => kind === "wrongPassword")).toHaveLength(10);
      expect(answers.filter((kind) => kind === "locked")).toHaveLength(30);
    });

    test("a changed password lifts it", async () => {
      const { directory, objectId, check } = await signedUp();
      await fail(check, 10);
      expect(await check(right)).toBe("locked");
      await directory.change(objectId, { password: "Passw0rd!second" });
      expect(await check("Passw0rd!second")).toBe("ok");
    });

    test("does not tell a name that nobody has from one that somebody has", async () => {
      const { directory } = await signedUp();
      const check = async (password: string) =>
        (await directory.checkPassword("nobody@example.com", password)).kind;
      expect(new Set(await fail(check, 10))).toEqual(new Set(["unknownAccount"]));
      expect(await check(right)).toBe("locked");
    });
  });
}
