import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { masterKeyFrom } from "../keys/master-key.ts";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";
import { testTenant } from "../store/suite-fixtures.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { seedAccounts } from "./seed-accounts.ts";

let directory: string;
let store: Store;
let tenant: Tenant;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "vestibule-accounts-"));
  tenant = testTenant({ directory });
  store = await openStore({
    file: ":memory:",
    masterKey: masterKeyFrom([randomBytes(32)]),
    clock: { now: () => 1_750_000_000_000 },
    passwordHashing: { memoryCost: 8, timeCost: 1, parallelism: 1 },
  });
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

const demo = {
  displayName: "Demo",
  identities: [{ signInType: "emailAddress", issuerAssignedId: "demo@contoso.example" }],
  passwordProfile: { password: "Passw0rd!demo" },
  attributes: { city: "Berlin" },
};

const write = (content: unknown) =>
  writeFile(
    join(directory, "accounts.json"),
    typeof content === "string" ? content : JSON.stringify(content),
  );
const seed = () => seedAccounts(tenant, store.directory(tenant));
const checkDemo = (password: string) =>
  store.directory(tenant).checkPassword("demo@contoso.example", password);

describe("accounts.json", () => {
  it("makes accounts that can sign in, with their attributes", async () => {
    await write([demo]);
    expect(await seed()).toEqual([]);
    expect(await checkDemo("Passw0rd!demo")).toMatchObject({
      kind: "ok",
      account: { attributes: { displayName: "Demo", city: "Berlin" } },
    });
  });

  it("leaves an account alone that is there already, its changed password too", async () => {
    await write([demo]);
    await seed();
    const account = await store.directory(tenant).find({ kind: "signInName", value: "demo@contoso.example" });
    await store.directory(tenant).change(account?.objectId ?? "", { password: "An0ther!word" });
    expect(await seed()).toEqual([]);
    expect((await checkDemo("An0ther!word")).kind).toBe("ok");
    expect((await checkDemo("Passw0rd!demo")).kind).not.toBe("ok");
  });

  it("is not needed", async () => {
    expect(await seed()).toEqual([]);
  });

  it("names file, line and member of a mistake and still makes the other accounts", async () => {
    await write(`[\n  {"displayNam": "X", "identities": []},\n  ${JSON.stringify(demo)}\n]`);
    const diagnostics = await seed();
    expect(diagnostics[0]).toMatchObject({
      code: "AC001",
      at: { file: join(directory, "accounts.json"), line: 2 },
    });
    expect(diagnostics[0]?.hint).toBe("Did you mean 'displayName'?");
    expect((await checkDemo("Passw0rd!demo")).kind).toBe("ok");
  });

  it("says which account the directory refuses, and why, without its password", async () => {
    await write([{ ...demo, attributes: { noSuchAttribute: "x" } }]);
    const [diagnostic] = await seed();
    expect(diagnostic).toMatchObject({ code: "AC005", path: "[0]", at: { line: 1 } });
    expect(diagnostic?.message).toContain("noSuchAttribute");
    expect(JSON.stringify(diagnostic)).not.toContain("Passw0rd");
  });
});
