import { randomBytes } from "node:crypto";
import type { NewAccount } from "@vestibule/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { masterKeyFrom } from "../keys/master-key.ts";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";
import { testTenant } from "../store/suite-fixtures.ts";
import { seedAccounts } from "./seed-accounts.ts";

let store: Store;

beforeEach(async () => {
  store = await openStore({
    file: ":memory:",
    masterKey: masterKeyFrom([randomBytes(32)]),
    clock: { now: () => 1_750_000_000_000 },
    passwordHashing: { memoryCost: 8, timeCost: 1, parallelism: 1 },
  });
});
afterEach(async () => {
  await store.close();
});

const tenant = testTenant();
const demo: NewAccount = {
  identities: [
    {
      signInType: "emailAddress",
      issuer: tenant.defaultDomain,
      issuerAssignedId: "demo@contoso.example",
    },
  ],
  password: "Passw0rd!demo",
  attributes: { displayName: "Demo", city: "Berlin" },
};

const seed = (...accounts: readonly NewAccount[]) => {
  return seedAccounts({ ...tenant, seedAccounts: accounts }, store.directory(tenant));
};
const directory = () => store.directory(tenant);
const checkDemo = (password: string) => directory().checkPassword("demo@contoso.example", password);

describe("demonstration accounts", () => {
  it("can sign in, and have their attributes", async () => {
    expect(await seed(demo)).toEqual([]);
    expect(await checkDemo("Passw0rd!demo")).toMatchObject({
      kind: "ok",
      account: { attributes: { displayName: "Demo", city: "Berlin" } },
    });
  });

  it("stay as they are when they are there already, a changed password too", async () => {
    await seed(demo);
    const account = await directory().find({ kind: "signInName", value: "demo@contoso.example" });
    await directory().change(account?.objectId ?? "", { password: "An0ther!word" });
    expect(await seed(demo)).toEqual([]);
    expect((await checkDemo("An0ther!word")).kind).toBe("ok");
    expect((await checkDemo("Passw0rd!demo")).kind).not.toBe("ok");
  });

  it("are not needed", async () => {
    expect(await seed()).toEqual([]);
  });

  it("that the directory refuses are named, with the reason and without the password; the others are made", async () => {
    const [diagnostic] = await seed({ ...demo, identities: [], attributes: { noSuchAttribute: "x" } }, demo);
    expect(diagnostic).toMatchObject({ code: "TN062", severity: "error", path: "[0]" });
    expect(diagnostic?.at?.file).toMatch(/accounts\.json$/);
    expect(JSON.stringify(diagnostic)).not.toContain("Passw0rd");
    expect((await checkDemo("Passw0rd!demo")).kind).toBe("ok");
  });
});
