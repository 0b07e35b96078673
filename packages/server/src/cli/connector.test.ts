import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Mock, startMock } from "../connector-mock/mock.ts";
import type { MockRules } from "../connector-mock/rules.ts";
import { policyXml } from "../connector-test/technical-profile/policy.fixture.ts";
import { makeTestTenant, type TestTenant } from "../development/tenant.fixture.ts";
import { loadMasterKey } from "../keys/master-key.ts";
import { createPolicyKeyAdministration } from "../keys/policy-keys.ts";
import { openStore } from "../store/open-store.ts";
import { connector } from "./connector.ts";
import { connectorMock } from "./connector-mock.ts";
import { readInvocation } from "./options.ts";

const testTenantId = "aaaaaaaa-0000-4000-8000-0000000000ff";
const sampleTenant = join(import.meta.dirname, "../../../../examples/sample-tenant");
const templates = mkdtempSync(join(tmpdir(), "vestibule-templates-"));
const wrongTemplate = join(templates, "wrong.json");
writeFileSync(wrongTemplate, '{ "a": { "b": "{emial}" } }');

afterAll(() => rmSync(templates, { recursive: true, force: true }));

async function run(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const invocation = readInvocation(["connector", ...argv], {});
  if (typeof invocation === "string") throw new Error(invocation);
  const terminal = { out: (line: string) => out.push(line), err: (line: string) => err.push(line) };
  return { code: await connector(invocation, terminal), out: out.join("\n"), err: err.join("\n") };
}

async function withMock<T>(rules: readonly object[], work: (mock: Mock) => Promise<T>): Promise<T> {
  const all = {
    basicAuthentication: { username: "connector", password: "s3cr:et" },
    rules,
  } as unknown as MockRules;
  const filled = {
    ...all,
    rules: all.rules.map((rule) => ({ ...rule, when: rule.when ?? {}, delayInMilliseconds: 0 })),
  };
  const mock = await startMock({ port: 0, rules: () => filled, onRequest: () => undefined });
  try {
    return await work(mock);
  } finally {
    await mock.close();
  }
}

describe("vestibule connector test", () => {
  const auth = ["--auth", "basic:connector:s3cr:et"];

  it("ends with 0 where every case is well, and writes both reports", async () => {
    const folder = await mkdtemp(join(tmpdir(), "vestibule-connector-"));
    const files = { json: join(folder, "report.json"), junit: join(folder, "report.xml") };
    const rules = [{ continue: { extension_LoyaltyTier: "Gold" } }];
    const { code, out } = await withMock(rules, ({ url }) =>
      run("test", url, ...auth, "--tenant", sampleTenant, "--json", files.json, "--junit", files.junit),
    );
    expect(out).toMatch(/\d+ cases, 0 failed: 0 errors, 0 warnings$/);
    expect(code).toBe(0);
    expect(JSON.parse(await readFile(files.json, "utf8")).summary).toMatchObject({ failed: 0 });
    expect(await readFile(files.junit, "utf8")).toContain('<testsuite name="PreTokenIssuance"');
  });

  it("sends the template of a tenant's connector, or of a file, and takes JSON where it is asked for", async () => {
    const tenant = join(templates, "tenant");
    await cp(sampleTenant, tenant, { recursive: true });
    const file = join(tenant, "apiConnectors", "before-token.json");
    const own = JSON.parse(await readFile(file, "utf8"));
    const requestTemplate = { step: "{step}", nested: { mail: "{email}" } };
    await writeFile(
      file,
      JSON.stringify({ ...own, requestTemplate, jsonClaims: ["extension_PromotionCode"] }),
    );
    const template = join(templates, "template.json");
    await writeFile(template, JSON.stringify(requestTemplate));
    const rules = [{ continue: { extension_PromotionCode: { codes: ["A"] } } }];
    for (const [expected, ...how] of [
      [0, "--tenant", tenant, "--connector", "Before-Token"],
      [0, "--template", template, "--attribute", "PromotionCode:json"],
      // The tenant's attribute alone is a text, as in B2C.
      [1, "--tenant", tenant],
      [1, "--attribute", "PromotionCode"],
    ] as const) {
      const report = join(templates, "report.json");
      const { code } = await withMock(rules, ({ url }) =>
        run("test", url, ...auth, ...how, "--step", "PreTokenIssuance", "--json", report),
      );
      expect(code, how.join(" ")).toBe(expected);
      expect(await readFile(report, "utf8")).toContain("extension_PromotionCode");
    }
  });

  it("ends with 1 where a case fails, and --strict where a warning is given", async () => {
    const step = ["--step", "postattributecollection"];
    const broken = await withMock([{ answer: { status: 500, headers: {} } }], ({ url }) =>
      run("test", url, ...auth, ...step),
    );
    expect(broken.code).toBe(1);
    expect(broken.out).toContain("error unusable-answer");
    const old = [{ answer: { status: 200, headers: {}, body: { version: "1", action: "Allow" } } }];
    expect((await withMock(old, ({ url }) => run("test", url, ...auth, ...step))).code).toBe(0);
    expect((await withMock(old, ({ url }) => run("test", url, ...auth, ...step, "--strict"))).code).toBe(1);
  });

  it("asks again as the preset says", async () => {
    const flaky = [{ times: 1, answer: { status: 503, headers: {} } }, { continue: {} }];
    const once = [...auth, "--step", "PreTokenIssuance"];
    const patient = await withMock(flaky, ({ url }) => run("test", url, ...once, "--preset", "resilient"));
    expect(patient.out).toContain("warning tried-again");
    expect(patient.out).not.toContain("HTTP 503");
    const faithful = await withMock(flaky, ({ url }) => run("test", url, ...once));
    expect(faithful.out).toContain("HTTP 503");
  });

  it("gives the report alone on the standard output where - is asked for", async () => {
    const { out, err } = await withMock([{ continue: {} }], ({ url }) =>
      run("test", url, ...auth, "--step", "PreTokenIssuance", "--json", "-"),
    );
    expect(JSON.parse(out).cases.length).toBeGreaterThan(10);
    expect(err).toContain("PreTokenIssuance");
    expect(out + err).not.toContain("s3cr:et");
  });

  it.each([
    [["nonsense"], /is no address/],
    [["http://api.contoso.example/"], /only an API on this machine/],
    [["http://a:b@localhost/"], /credentials go to --auth/],
    [["http://localhost/", "--step", "Sometimes"], /--step takes/],
    [["http://localhost/", "--auth", "basic:user"], /--auth takes/],
    [["http://localhost/", "--auth", "basic:user:env:NO_SUCH_VARIABLE"], /NO_SUCH_VARIABLE is not set/],
    [["http://localhost/", "--auth", "certificate:/no/such/file"], /cannot be read/],
    [["http://localhost/", "--claim", "Tier=1"], /--attribute or --tenant/],
    [["http://localhost/", "--attribute", "Tier:list"], /--attribute takes/],
    [["http://localhost/", "--refused", "city"], /take NAME=VALUE/],
    [["http://localhost/", "--preset", "slow"], /--preset takes/],
    [["http://localhost/", "--tenant", "/no/such/folder"], /cannot be read/],
    [["http://localhost/", "--connector", "x"], /--connector ID goes with --tenant/],
    [
      ["http://localhost/", "--tenant", sampleTenant, "--connector", "before-tokn"],
      /Did you mean before-token\?/,
    ],
    [["http://localhost/", "--template", "/no/such/file"], /cannot be read/],
    [
      ["http://localhost/", "--template", wrongTemplate],
      /wrong\.json:1:\d+ error TN056 a\.b: .*'emial'.*'email'/s,
    ],
    [[], /vestibule connector test URL/],
  ])("says what would be right instead of %j", async (argv, message) => {
    await expect(run("test", ...argv)).rejects.toThrow(message);
  });

  it("keeps its options to itself", () => {
    expect(() => readInvocation(["check", "t", "--junit", "f"], {})).toThrow(/check takes no --junit/);
  });
});

describe("vestibule connector test --profile", () => {
  const given = ["--key", "B2C_1A_RestUser=connector", "--key", `B2C_1A_RestSigning=${"k".repeat(20)}`];
  const profile = ["--profile", "REST-CheckMember"];
  let tenant: TestTenant;
  beforeEach(async () => {
    tenant = await makeTestTenant();
    await mkdir(join(tenant.directory, "policies"));
    const policy = policyXml("https://members.fabrikam.example");
    await writeFile(join(tenant.directory, "policies", "member.xml"), policy);
  });
  afterEach(() => tenant.remove());

  it("asks the API at the address that was typed, with the key of the database, and gives the report", async () => {
    const store = await openStore({
      file: join(tenant.dataDir, "vestibule.sqlite"),
      masterKey: loadMasterKey(tenant.dataDir),
      clock: { now: Date.now },
    });
    const administration = createPolicyKeyAdministration({ keys: store.policyKeys, now: Date.now });
    await administration.setSecret(testTenantId, "B2C_1A_RestPassword", "s3cr:et");
    await store.close();
    // It looks at the credentials, and at no signature.
    const server = createServer((request, response) => {
      const known = request.headers.authorization === `Basic ${btoa("connector:s3cr:et")}`;
      response.writeHead(known ? 200 : 401, { "content-type": "application/json" }).end('{"memberNo":"1"}');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { code, out, err } = await run(
      ...["test", `http://127.0.0.1:${(server.address() as AddressInfo).port}`, "--tenant", tenant.directory],
      ...[...profile, ...given, "--data-dir", tenant.dataDir, "--json", "-"],
    );
    server.close();
    const report = JSON.parse(out);
    const ofPlace = (place: string) =>
      report.cases.filter(({ step }: { step: string }) => step === `REST-CheckMember, ${place}`);
    expect(ofPlace("behind AskPerson").length).toBeGreaterThan(10);
    expect(ofPlace("in step 4").length).toBeGreaterThan(5);
    const failed = report.cases.filter(({ verdict }: { verdict: string }) => verdict === "failed");
    expect(failed.map(({ id }: { id: string }) => id.split("/").at(-1))).toEqual([
      "no-signature",
      "wrong-signature",
    ]);
    expect(code).toBe(1);
    expect(err).toMatch(/\d+ cases, 2 failed: 2 errors, 0 warnings$/);
    expect(out + err).not.toContain("s3cr:et");
  });

  it.each([
    [["--auth", "none"], /takes no --auth beside --profile/],
    [["--step", "PreTokenIssuance"], /takes no --step beside --profile/],
    [["--key", "B2C_1A_RestPassword=env:NO_SUCH_VARIABLE"], /NO_SUCH_VARIABLE is not set/],
    [[], /The key B2C_1A_RestPassword \(BasicAuthenticationPassword\) is not there/],
  ])("says what would be right instead of %j", async (argv, message) => {
    const all = ["test", "--tenant", tenant.directory, ...profile, ...given, "--data-dir", tenant.dataDir];
    await expect(run(...all, ...argv)).rejects.toThrow(message);
    // No database is made where none is.
    expect(existsSync(tenant.dataDir)).toBe(false);
  });

  it("needs the tenant, and is asked for by its own options only", async () => {
    await expect(run("test", ...profile)).rejects.toThrow(/--profile needs the folder of its tenant/);
    await expect(run("test", "http://localhost:1/", "--key", "A=b")).rejects.toThrow(/no --key without/);
  });
});

describe("vestibule connector schema", () => {
  it("prints what the API behind a connector of the tenant is posted", async () => {
    const { code, out } = await run("schema", "Before-Token", "--tenant", sampleTenant);
    expect(code).toBe(0);
    const { properties, required } = JSON.parse(out);
    expect(required).toEqual(["step"]);
    expect(properties).toHaveProperty(
      "extension_cccccccc000040008000000000000001_MemberSince.type",
      "integer",
    );
  });

  it.each([
    [["before-token"], /names the tenant/],
    [["before-tokn", "--tenant", sampleTenant], /Did you mean before-token\?/],
    [["before-token", "--tenant", "/no/such/folder"], /cannot be read/],
    [["before-token", "--tenant", sampleTenant, "--step", "x"], /schema takes no --step/],
    [["before-token", "more", "--tenant", sampleTenant], /vestibule connector schema ID --tenant DIR/],
  ])("says what would be right instead of %j", async (argv, message) => {
    await expect(run("schema", ...argv)).rejects.toThrow(message);
  });
});

describe("vestibule connector mock", () => {
  it("refuses a file with a mistake, with its place", async () => {
    const folder = await mkdtemp(join(tmpdir(), "vestibule-mock-"));
    const file = join(folder, "rules.json");
    await writeFile(file, '{ "rules": [{ "blok": "x" }] }');
    const { code, err } = await run("mock", file);
    expect(code).toBe(1);
    expect(err).toMatch(/rules\.json:1:\d+ error TN001/);
  });

  it("plays the file until it is stopped, as it was saved last", async () => {
    const folder = await mkdtemp(join(tmpdir(), "vestibule-mock-"));
    const file = join(folder, "rules.json");
    await writeFile(file, '{ "rules": [{ "block": "First." }] }');
    const out: string[] = [];
    const invocation = readInvocation(["connector", "mock", file, "--http-port", "0"], {});
    if (typeof invocation === "string") throw new Error(invocation);
    let stop: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => {
      stop = resolve;
    });
    const terminal = {
      out: (line: string) => void out.push(line),
      err: (line: string) => void out.push(line),
    };
    const done = connectorMock(file, invocation, terminal, stopped);
    await expect.poll(() => out.join("\n")).toContain("listens at");
    const url = /http:\/\/localhost:\d+/.exec(out.join("\n"))?.[0] ?? "";
    const ask = async () => {
      const response = await fetch(url, { method: "POST", body: '{"step":"PreTokenIssuance"}' });
      return (await response.json()).userMessage;
    };
    expect(await ask()).toBe("First.");
    await writeFile(file, '{ "rules": [{ "block": "Second." }] }');
    await expect.poll(ask).toBe("Second.");
    stop();
    expect(await done).toBe(0);
  });
});
