import { randomUUID } from "node:crypto";
import type { AccountKey, CreateResult, DirectoryPort } from "@vestibule/engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Store } from "../store.ts";
import {
  cheapHashing,
  mail,
  mailAccount,
  type Opener,
  social,
  suiteMasterKey,
  TestClock,
  testTenant,
} from "../suite-fixtures.ts";

function created(result: CreateResult) {
  if (result.kind !== "created") throw new Error(`Not created: ${JSON.stringify(result)}`);
  return result.account;
}

const byName = (value: string, signInType?: string): AccountKey => ({
  kind: "signInName",
  value,
  ...(signInType !== undefined && { signInType }),
});

/** Accounts: identities, uniqueness, attributes, look-ups (directory-and-graph.md 2 to 4). */
export function directorySuite(open: Opener): void {
  const clock = new TestClock();
  let store: Store;
  let otherNode: Store;
  beforeAll(async () => {
    const options = { masterKey: suiteMasterKey, clock, passwordHashing: cheapHashing };
    [store, otherNode] = await Promise.all([open(options), open(options)]);
  });
  afterAll(async () => {
    await Promise.all([store.close(), otherNode.close()]);
  });

  describe("accounts", () => {
    test("a local account gets what the directory adds", async () => {
      const tenant = testTenant();
      const directory = store.directory(tenant);
      const account = created(await directory.create(mailAccount(tenant, "Ann@Example.com"), randomUUID()));
      expect(account.identities).toEqual([
        mail("Ann@Example.com", tenant),
        {
          signInType: "userPrincipalName",
          issuer: tenant.defaultDomain,
          issuerAssignedId: `${account.objectId}@${tenant.defaultDomain}`,
        },
      ]);
      expect(account.accountEnabled).toBe(true);
      expect(account.attributes).toMatchObject({
        displayName: "Ann",
        creationType: "LocalAccount",
        userType: "Member",
        createdDateTime: "2026-01-15T12:00:00.000Z",
        passwordPolicies: "DisablePasswordExpiration",
      });
      expect(JSON.stringify(account)).not.toContain("Passw0rd");
      expect(await directory.count()).toBe(1);
      expect(await directory.sessionsValidFrom(account.objectId)).toBe(clock.now());
      expect(await otherNode.directory(tenant).find({ kind: "objectId", value: account.objectId })).toEqual(
        account,
      );
    });

    test("concurrent sign-ups with one name make one account", async () => {
      const tenant = testTenant();
      const results = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          (index % 2 === 0 ? store : otherNode)
            .directory(tenant)
            .create(
              mailAccount(tenant, index % 3 === 0 ? "same@example.com" : "SAME@example.com"),
              `journey ${index}`,
            ),
        ),
      );
      expect(results.filter(({ kind }) => kind === "created")).toHaveLength(1);
      expect(results.filter(({ kind }) => kind === "alreadyExists")).toHaveLength(9);
      expect(await store.directory(tenant).count()).toBe(1);
    });

    test("the same journey's repeated create replaces its own account, another journey finds the name taken", async () => {
      const tenant = testTenant();
      const directory = store.directory(tenant);
      const first = created(await directory.create(mailAccount(tenant, "a@example.com"), "journey"));
      const again = created(
        await directory.create(
          mailAccount(tenant, "b@example.com", {
            attributes: { displayName: "B", city: "Bonn" },
            password: "Passw0rd!second",
          }),
          "journey",
        ),
      );
      expect(again.objectId).toBe(first.objectId);
      expect(again.attributes.city).toBe("Bonn");
      expect(await directory.count()).toBe(1);
      expect(await directory.find(byName("a@example.com"))).toBeUndefined();
      expect((await directory.checkPassword("b@example.com", "Passw0rd!second")).kind).toBe("ok");
      expect((await directory.create(mailAccount(tenant, "b@example.com"), "another")).kind).toBe(
        "alreadyExists",
      );
      const concurrent = await Promise.all(
        [store, otherNode, store].map((node) =>
          node.directory(tenant).create(mailAccount(tenant, "c@example.com"), "third"),
        ),
      );
      expect(new Set(concurrent.map((result) => created(result).objectId)).size).toBe(1);
      clock.advance(25 * 3_600_000);
      expect((await directory.create(mailAccount(tenant, "c@example.com"), "third")).kind).toBe(
        "alreadyExists",
      );
    });

    test.each([
      ["case", "straße@example.com", "STRASSE@example.com"],
      ["composition", "zo\u00eb@example.com", "zoe\u0308@example.com"],
      ["compatibility form", "ann@example.com", "\uff41nn@example.com"],
      ["ligature", "of\ufb01ce@example.com", "office@example.com"],
      ["Kelvin sign", "kim@example.com", "\u212aim@example.com"],
    ])("names that differ by %s only never make two accounts", async (_, one, other) => {
      const tenant = testTenant();
      const directory = store.directory(tenant);
      created(await directory.create(mailAccount(tenant, one), "1"));
      expect((await directory.create(mailAccount(tenant, other), "2")).kind).toBe("alreadyExists");
    });

    test("a look-up goes by case and composition, not by look-alikes", async () => {
      const tenant = testTenant();
      const directory = store.directory(tenant);
      created(await directory.create(mailAccount(tenant, "zo\u00eb.strasse@example.com"), "1"));
      expect(await directory.find(byName("ZOE\u0308.Strasse@EXAMPLE.com"))).toBeDefined();
      // Who proves this mailbox must not reach the other one's account.
      expect(await directory.find(byName("zo\u00eb.straße@example.com"))).toBeUndefined();
      expect((await directory.checkPassword("zo\u00eb.straße@example.com", "Passw0rd!first")).kind).toBe(
        "unknownAccount",
      );
    });

    test("one value cannot be user name and e-mail address of different people", async () => {
      const tenant = testTenant();
      const directory = store.directory(tenant);
      const named = (signInType: string) =>
        mailAccount(tenant, "", {
          identities: [{ signInType, issuer: tenant.defaultDomain, issuerAssignedId: "oid-17" }],
        });
      created(await directory.create(named("userName"), "1"));
      expect((await directory.create(named("customerNumber"), "2")).kind).toBe("alreadyExists");
    });

    test("federated subjects compare exactly, their issuer without regard to case", async () => {
      const tenant = testTenant();
      const directory = store.directory(tenant);
      const person = (subject: string, issuer?: string) => ({
        identities: [social(subject, issuer)],
        attributes: { displayName: "S" },
      });
      const one = created(await directory.create(person("AbC"), "1"));
      const two = created(await directory.create(person("abc"), "2"));
      expect(one.objectId).not.toBe(two.objectId);
      expect((await directory.create(person("AbC", "HTTPS://IDP.example"), "3")).kind).toBe("alreadyExists");
      const find = (issuer: string, issuerAssignedId: string) =>
        directory.find({ kind: "federated", issuer, issuerAssignedId });
      expect((await find("https://IDP.example", "AbC"))?.objectId).toBe(one.objectId);
      expect(await find("https://idp.example", "ABC")).toBeUndefined();
      expect(await find("https://other.example", "AbC")).toBeUndefined();
      // A federated account has no password and no local name.
      expect((await directory.checkPassword("AbC", "")).kind).toBe("unknownAccount");
    });

    test("every kind of look-up stays in its tenant", async () => {
      const tenant = testTenant();
      const stranger = testTenant();
      const account = created(
        await store.directory(tenant).create(
          mailAccount(tenant, "ann@example.com", {
            identities: [mail("ann@example.com", tenant), social("s1")],
            attributes: { displayName: "Ann", strongAuthenticationEmailAddress: "rescue@example.com" },
          }),
          "1",
        ),
      );
      const keys: AccountKey[] = [
        { kind: "objectId", value: account.objectId.toUpperCase() },
        byName("ann@example.com"),
        byName("ann@example.com", "emailAddress"),
        { kind: "federated", issuer: "https://idp.example", issuerAssignedId: "s1" },
        { kind: "userPrincipalName", value: `${account.objectId}@${tenant.defaultDomain}`.toUpperCase() },
        { kind: "attribute", name: "strongAuthenticationEmailAddress", value: "Rescue@example.com" },
      ];
      const elsewhere = store.directory(stranger);
      for (const key of keys) {
        expect((await store.directory(tenant).find(key))?.objectId, JSON.stringify(key)).toBe(
          account.objectId,
        );
        expect(await elsewhere.find(key), JSON.stringify(key)).toBeUndefined();
      }
      expect(await store.directory(tenant).find(byName("ann@example.com", "userName"))).toBeUndefined();
      expect((await elsewhere.checkPassword("ann@example.com", "Passw0rd!first")).kind).toBe(
        "unknownAccount",
      );
      expect((await elsewhere.change(account.objectId, { attributes: { city: "X" } })).kind).toBe("notFound");
      expect(await elsewhere.remove(account.objectId)).toBe(false);
      expect(await elsewhere.sessionsValidFrom(account.objectId)).toBeUndefined();
      expect(await elsewhere.count()).toBe(0);
      expect((await elsewhere.create(mailAccount(stranger, "ann@example.com"), "1")).kind).toBe("created");
    });

    test("a change keeps what it does not name, and identities are replaced as a whole", async () => {
      const tenant = testTenant();
      const directory = store.directory(tenant);
      const { objectId } = created(
        await directory.create(
          mailAccount(tenant, "ann@example.com", {
            attributes: { displayName: "Ann", city: "Bonn", jobTitle: "Cook" },
          }),
          "1",
        ),
      );
      const result = await directory.change(objectId, {
        attributes: { city: null, surname: "Lee", jobTitle: "" },
        identities: [mail("new@example.com", tenant), social("s")],
      });
      if (result.kind !== "changed") throw new Error(result.kind);
      expect(result.account.attributes).toMatchObject({ displayName: "Ann", surname: "Lee" });
      expect(result.account.attributes).not.toHaveProperty("city");
      expect(result.account.attributes).not.toHaveProperty("jobTitle");
      expect(result.account.identities.map(({ signInType }) => signInType)).toEqual([
        "emailAddress",
        "federated",
        "userPrincipalName",
      ]);
      expect(await directory.find(byName("ann@example.com"))).toBeUndefined();
      created(await directory.create(mailAccount(tenant, "ann@example.com"), "2"));
      const taken = await directory.change(objectId, { identities: [mail("ANN@example.com", tenant)] });
      expect(taken.kind).toBe("alreadyExists");
      expect((await directory.find(byName("new@example.com")))?.objectId).toBe(objectId);
    });

    test("concurrent changes of different attributes are all kept", async () => {
      const tenant = testTenant();
      const { objectId } = created(
        await store.directory(tenant).create(mailAccount(tenant, "a@example.com"), "1"),
      );
      await Promise.all(
        ["city", "state", "country", "postalCode"].map((name, index) =>
          (index % 2 === 0 ? store : otherNode)
            .directory(tenant)
            .change(objectId, { attributes: { [name]: name } }),
        ),
      );
      const account = await store.directory(tenant).find({ kind: "objectId", value: objectId });
      expect(account?.attributes).toMatchObject({
        city: "city",
        state: "state",
        country: "country",
        postalCode: "postalCode",
      });
    });

    test("a removed account frees its names and ends its sessions", async () => {
      const tenant = testTenant();
      const directory = store.directory(tenant);
      const { objectId } = created(await directory.create(mailAccount(tenant, "a@example.com"), "1"));
      expect(await directory.remove(objectId)).toBe(true);
      expect(await directory.remove(objectId)).toBe(false);
      expect(await directory.sessionsValidFrom(objectId)).toBeUndefined();
      expect(created(await directory.create(mailAccount(tenant, "a@example.com"), "1")).objectId).not.toBe(
        objectId,
      );
    });
  });

  describe("attributes", () => {
    let directory: DirectoryPort;
    let tenant: ReturnType<typeof testTenant>;
    let count = 0;
    beforeAll(() => {
      tenant = testTenant();
      directory = store.directory(tenant);
    });
    const create = (attributes: Record<string, never | string | number | boolean | string[]>) => {
      count += 1;
      const { identities } = mailAccount(tenant, `person${count}@example.com`);
      return directory.create(
        { identities, attributes: { displayName: "P", ...attributes }, password: "Passw0rd!first" },
        `attributes ${count}`,
      );
    };

    test.each([
      ["shoeSize", "44"],
      ["displayName", "<script>"],
      ["displayName", ""],
      ["displayName", "x".repeat(257)],
      ["givenName", "x".repeat(65)],
      ["givenName", 5],
      ["givenName", "nul\u0000"],
      ["givenName", "half \ud800"],
      ["otherMails", ["no address"]],
      ["usageLocation", "Germany"],
      ["dateOfBirth", "2020-02-30"],
      ["ageGroup", "Senior"],
      ["createdDateTime", "2020-01-01T00:00:00Z"],
      ["objectId", "aaaaaaaa-0000-4000-8000-000000000001"],
      ["userPrincipalName", "ann@stranger.example"],
      ["passwordPolicies", "DisableEverything"],
      ["extension_LoyaltyTier", 5],
      ["extension_LoyaltyTier", "x".repeat(257)],
      ["extension_Points", "12.5"],
      ["extension_Points", "9223372036854775808"],
      ["extension_bad-name", "x"],
    ])("%s = %j is refused by name, without its value", async (name, value) => {
      const result = await create({ [name]: value });
      expect(result.kind).toBe("attributeRefused");
      if (result.kind !== "attributeRefused") return;
      expect(result.attribute.toLowerCase()).toContain(name.replace(/^extension_/, "").toLowerCase());
      if (typeof value === "string" && value.length > 3) expect(result.reason).not.toContain(value);
    });

    test("extension attributes have one name in every spelling", async () => {
      const full = `extension_${tenant.extensionsAppId}_LoyaltyTier`;
      const account = created(
        await create({
          extension_loyaltytier: "gold-1",
          extension_Points: "9007199254740993",
          extension_Seen: true,
        }),
      );
      expect(account.attributes[full]).toBe("gold-1");
      expect(account.attributes[`extension_${tenant.extensionsAppId}_Points`]).toBe("9007199254740993");
      const find = (name: string, value: string | boolean) =>
        directory.find({ kind: "attribute", name, value });
      expect((await find("extension_LOYALTYTIER", "GOLD-1"))?.objectId).toBe(account.objectId);
      expect((await find(full, "gold-1"))?.objectId).toBe(account.objectId);
      expect(await find(full, "gold")).toBeUndefined();
      // Its first write made the definition; the type holds from then on.
      expect(await create({ extension_seen: "yes" })).toMatchObject({ kind: "attributeRefused" });
      expect(created(await create({ extension_SEEN: "False" })).attributes).toMatchObject({
        [`extension_${tenant.extensionsAppId}_Seen`]: false,
      });
    });

    test("an account has values of at most a hundred custom attributes", async () => {
      const many = (n: number) =>
        Object.fromEntries(Array.from({ length: n }, (_, index) => [`extension_Many${index}`, "v"]));
      expect((await create(many(100))).kind).toBe("created");
      expect((await create(many(101))).kind).toBe("attributeRefused");
    });

    test("a look-up that finds several accounts is an error, not one of them", async () => {
      created(await create({ jobTitle: "Chief Cook" }));
      const unique = await directory.find({ kind: "attribute", name: "jobtitle", value: "chief cook" });
      expect(unique?.attributes.jobTitle).toBe("Chief Cook");
      created(await create({ jobTitle: "Chief cook" }));
      await expect(
        directory.find({ kind: "attribute", name: "jobTitle", value: "chief cook" }),
      ).rejects.toMatchObject({
        code: "AADB2C90278",
      });
    });

    test.each([
      ["emailAddress", "not an address"],
      ["emailAddress", "two@at@example.com"],
      ["userName", "-ann"],
      ["userName", "ann lee"],
      ["phoneNumber", "12345"],
      ["userName", "a\u0000b"],
      ["customerNumber", "x".repeat(257)],
    ])("the %s %j is no sign-in name", async (signInType, issuerAssignedId) => {
      const result = await directory.create(
        mailAccount(tenant, "", {
          identities: [{ signInType, issuer: tenant.defaultDomain, issuerAssignedId }],
        }),
        randomUUID(),
      );
      expect(result).toMatchObject({ kind: "attributeRefused", attribute: "identities" });
      expect(await directory.find(byName(issuerAssignedId, signInType))).toBeUndefined();
    });

    test("the parental consent decides the legal age group", async () => {
      const account = created(await create({ ageGroup: "minor", consentProvidedForMinor: "granted" }));
      expect(account.attributes).toMatchObject({
        ageGroup: "Minor",
        consentProvidedForMinor: "Granted",
        legalAgeGroupClassification: "MinorWithParentalConsent",
      });
    });
  });
}
