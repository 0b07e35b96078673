import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readTenant } from "./read-tenant.ts";

const sample = fileURLToPath(new URL("../../../../examples/sample-tenant", import.meta.url));

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "tenant-"));
  await cp(sample, directory, { recursive: true });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** The first application of the sample tenant with other members, and what reading it remarked. */
async function reading(change: Readonly<Record<string, unknown>>) {
  const path = join(directory, "applications.json");
  const [first, ...others] = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>[];
  await writeFile(path, JSON.stringify([{ ...first, ...change }, ...others]));
  const { tenant, diagnostics } = await readTenant(directory, { mode: "development" });
  return {
    application: tenant?.applications[0],
    remarks: diagnostics.map(({ code, severity, path }) => `${severity} ${code} ${path}`),
  };
}

describe("the implicit flow", () => {
  it("is off", async () => {
    const { application, remarks } = await reading({});
    expect([application?.allowImplicit, remarks]).toEqual([false, []]);
  });

  it.each([
    ["web.implicitGrantSettings.enableIdTokenIssuance", { enableIdTokenIssuance: true }],
    ["web.implicitGrantSettings.enableAccessTokenIssuance", { enableAccessTokenIssuance: true }],
  ])("is allowed by %s, with a warning", async (place, implicitGrantSettings) => {
    const { application, remarks } = await reading({ web: { implicitGrantSettings } });
    expect([application?.allowImplicit, remarks]).toEqual([true, [`warning TN033 [0].${place}`]]);
  });

  it.each(["oauth2AllowIdTokenImplicitFlow", "oauth2AllowImplicitFlow"])(
    "is allowed by the manifest's %s",
    async (member) => {
      const { application, remarks } = await reading({ [member]: true });
      expect([application?.allowImplicit, remarks]).toEqual([true, [`warning TN033 [0].${member}`]]);
    },
  );
});

it.each(["isFallbackPublicClient", "allowPublicClient"])(
  "the resource owner password grant is allowed by the implicit flow beside %s, with a warning for each",
  async (member) => {
    const { remarks } = await reading({ oauth2AllowImplicitFlow: true, [member]: true });
    expect(remarks).toEqual(["warning TN033 [0].oauth2AllowImplicitFlow", `warning TN033 [0].${member}`]);
  },
);

describe("a public client", () => {
  it.each([
    [{ isFallbackPublicClient: true }, true],
    [{ isFallbackPublicClient: false, allowPublicClient: true }, false],
    [{ isFallbackPublicClient: null, allowPublicClient: true }, true],
    [{ publicClient: { redirectUris: ["app://cb"] } }, false],
  ])(
    "is what Graph's member says, else the manifest's; native addresses alone make none: %j",
    async (change, expected) => {
      expect((await reading(change)).application?.allowPublicClient).toBe(expected);
    },
  );
});
