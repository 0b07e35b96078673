import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile } from "@vestibule/engine";
import { writePolicy } from "@vestibule/policy";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeTestTenant, type TestTenant } from "../development/tenant.fixture.ts";
import { openTenants } from "./open-tenants.ts";
import { readTenant } from "./read-tenant.ts";

let tenant: TestTenant;
let other: string;
const file = (name: string) => join(tenant.directory, "policies", name);

beforeEach(async () => {
  tenant = await makeTestTenant();
  other = await mkdtemp(join(tmpdir(), "vestibule-policies-"));
  const flow = (await readTenant(tenant.directory, { mode: "development" })).tenant?.policies.get(
    "b2c_1_signin",
  );
  if (!flow) throw new Error("the tenant has no flow");
  await mkdir(join(tenant.directory, "policies"));
  await writeFile(file("signin.xml"), writePolicy(flow.program.policy, { policyId: "B2C_1A_signin" }));
});
afterEach(async () => {
  await tenant.remove();
  await rm(other, { recursive: true, force: true });
});

const neverGiven =
  '<ClaimType Id="neverGiven"><DisplayName>Never</DisplayName><DataType>string</DataType></ClaimType>';

const read = () => readTenant(tenant.directory, { mode: "development" });

describe("policy files of a tenant", () => {
  it("say in the relying party which claims are JSON in tokens, and are told of a name that is none", async () => {
    const ask = async (claims: string) => {
      const text = await readFile(file("signin.xml"), "utf8");
      const item = `<Item Key="vestibule.jsonClaims">${claims}</Item>`;
      await writeFile(file("signin.xml"), text.replace('<Item Key="vestibule.omitFalse">', `${item}$&`));
      const { diagnostics } = await read();
      await writeFile(file("signin.xml"), text);
      return diagnostics.filter(({ severity }) => severity === "error");
    };
    expect(await ask("objectId")).toEqual([]);
    expect(await ask("objectId, objectI")).toMatchObject([
      {
        code: "PL302",
        hint: "Did you mean 'objectId'?",
        at: { file: expect.stringContaining("signin.xml") },
      },
    ]);
  });

  it("are served beside the user flows, by their own ids", async () => {
    const reading = await read();
    expect(reading.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    expect([...(reading.tenant?.policies.values() ?? [])].map(({ id, kind }) => [id, kind])).toEqual([
      ["B2C_1_signin", "userFlow"],
      ["B2C_1A_signin", "customPolicy"],
    ]);
  });

  it("take the values of appsettings.json in the place of their settings", async () => {
    const text = await readFile(file("signin.xml"), "utf8");
    await writeFile(file("signin.xml"), text.replaceAll("fabrikam.onmicrosoft.com", "{Settings:Tenant}"));
    const environments = [
      { Name: "Dev", Production: false, Tenant: "fabrikam.onmicrosoft.com", PolicySettings: {} },
    ];
    await writeFile(
      join(tenant.directory, "appsettings.json"),
      JSON.stringify({ Environments: environments }),
    );
    expect((await read()).tenant?.policies.has("b2c_1a_signin")).toBe(true);
  });

  it("are served with a warning where a claim is never given, if the tenant's settings say so", async () => {
    const text = await readFile(file("signin.xml"), "utf8");
    const claim = '<OutputClaim ClaimTypeReferenceId="neverGiven" />';
    const changed = text.replace(/(<RelyingParty>[\s\S]*?<OutputClaims>)/, `$1${claim}`);
    await writeFile(file("signin.xml"), changed.replace("<ClaimsSchema>", `<ClaimsSchema>${neverGiven}`));
    const flow = (reading: Awaited<ReturnType<typeof read>>) =>
      reading.diagnostics.filter(({ code }) => code === "PL211").map(({ severity }) => severity);
    const strict = await read();
    expect(flow(strict)).toEqual(["error"]);
    expect(strict.tenant?.policies.has("b2c_1a_signin")).toBe(false);
    const path = join(tenant.directory, "tenant.json");
    const document = JSON.parse(await readFile(path, "utf8"));
    await writeFile(path, JSON.stringify({ ...document, settings: { lenientClaimFlow: true } }));
    const lenient = await read();
    expect(flow(lenient)).toEqual(["warning"]);
    expect(lenient.tenant?.policies.has("b2c_1a_signin")).toBe(true);
  });

  it("are refused with file, line and column when they are wrong; the user flows stay", async () => {
    const text = await readFile(file("signin.xml"), "utf8");
    await writeFile(file("signin.xml"), text.replace("<OrchestrationSteps>", "<OrchestrationStep>"));
    const reading = await read();
    const errors = reading.diagnostics.filter(({ severity }) => severity === "error");
    expect(errors[0]?.at).toMatchObject({
      file: expect.stringContaining("signin.xml"),
      line: expect.any(Number),
    });
    expect([...(reading.tenant?.policies.keys() ?? [])]).toEqual(["b2c_1_signin"]);
  });

  it("are compiled again only where a save changed them or what they derive from", async () => {
    const base = await readFile(file("signin.xml"), "utf8");
    const derived = (name: string) =>
      base
        .replace('PolicyId="B2C_1A_signin"', `PolicyId="B2C_1A_${name}"`)
        .replace(/(<TrustFrameworkPolicy[^>]*>)[\s\S]*<RelyingParty>/, (_, root: string) =>
          [
            root,
            "<BasePolicy><TenantId>fabrikam.onmicrosoft.com</TenantId><PolicyId>B2C_1A_signin</PolicyId></BasePolicy>",
            "<RelyingParty>",
          ].join("\n"),
        );
    await writeFile(file("one.xml"), derived("one"));
    await writeFile(file("two.xml"), derived("two"));
    const compiled: string[] = [];
    const tenants = await openTenants([tenant.directory], {
      mode: "production",
      compile: (policy) => {
        compiled.push(policy.policyId);
        return compile(policy);
      },
    });
    const version = (id: string) =>
      tenants.find("fabrikam.onmicrosoft.com")?.policies.get(id)?.program.version;
    const before = { one: version("b2c_1a_one"), two: version("b2c_1a_two") };
    expect(before.one).toBeDefined();
    compiled.length = 0;
    await writeFile(
      file("one.xml"),
      derived("one").replace("</RelyingParty>", "<!-- later --></RelyingParty>"),
    );
    await tenants.reload();
    expect(compiled).toEqual(["B2C_1A_one"]);
    compiled.length = 0;
    await writeFile(file("signin.xml"), base.replaceAll("Email Address", "Address"));
    await tenants.reload();
    expect(compiled.sort()).toEqual(["B2C_1A_one", "B2C_1A_signin", "B2C_1A_two"]);
    expect(version("b2c_1a_two")).not.toBe(before.two);
    compiled.length = 0;
    await rm(file("two.xml"));
    await tenants.reload();
    expect(compiled).toEqual([]);
    expect(version("b2c_1a_two")).toBeUndefined();
    tenants.close();
  });

  it("go on serving their last good version while the file is broken", async () => {
    const tenants = await openTenants([tenant.directory], { mode: "development" });
    const good = tenants.find("fabrikam.onmicrosoft.com")?.policies.get("b2c_1a_signin");
    await writeFile(file("signin.xml"), "<TrustFrameworkPolicy");
    await tenants.reload();
    expect(tenants.find("fabrikam.onmicrosoft.com")?.policies.get("b2c_1a_signin")?.program.version).toBe(
      good?.program.version,
    );
    await rm(file("signin.xml"));
    await tenants.reload();
    expect(tenants.find("fabrikam.onmicrosoft.com")?.policies.has("b2c_1a_signin")).toBe(false);
    await tenants.close();
  });
});
