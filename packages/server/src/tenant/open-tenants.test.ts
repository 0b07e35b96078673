import { cpSync, rmSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Diagnostic } from "@vestibule/policy";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type OpenedTenants, openTenants } from "./open-tenants.ts";

const sample = fileURLToPath(new URL("../../../../examples/sample-tenant", import.meta.url));

let root: string;
let contoso: string;
let tenants: OpenedTenants | undefined;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tenants-"));
  contoso = join(root, "contoso");
  await cp(sample, contoso, { recursive: true });
});

afterEach(async () => {
  tenants?.close();
  tenants = undefined;
  await rm(root, { recursive: true, force: true });
});

async function rewrite(file: string, from: string, to: string): Promise<void> {
  const path = join(contoso, file);
  const text = await readFile(path, "utf8");
  expect(text).toContain(from);
  await writeFile(path, text.replace(from, to));
}

const flow = (id: string) => tenants?.find("contoso.onmicrosoft.com")?.policies.get(id);
const codes = () => tenants?.diagnostics().map(({ code }) => code);

describe("openTenants", () => {
  it("finds a tenant by its domain and its id in any case, in a folder of tenants or as one", async () => {
    for (const directory of [root, contoso]) {
      tenants = await openTenants([directory], { mode: "development" });
      expect(tenants.all()).toHaveLength(1);
      expect(tenants.find("Contoso.OnMicrosoft.com")?.displayName).toBe("Contoso");
      expect(tenants.find("AAAAAAAA-0000-4000-8000-000000000001")).toBe(tenants.all()[0]);
      expect(tenants.find("fabrikam.onmicrosoft.com")).toBeUndefined();
      tenants.close();
    }
  });

  it("goes on watching where a folder is deleted and written anew, as builds do", async () => {
    const read = Promise.withResolvers<unknown>();
    tenants = await openTenants([root], { mode: "development", onChange: read.resolve });
    const claims = () =>
      flow("b2c_1_reset")
        ?.program.policy.relyingParty.technicalProfile.outputClaims.map(
          ({ partnerClaimType }) => partnerClaimType,
        )
        .join(" ");
    expect(claims()).toContain("emails");
    // In one go: nothing sees the folder gone.
    rmSync(join(contoso, "userFlows"), { recursive: true });
    cpSync(join(sample, "userFlows"), join(contoso, "userFlows"), { recursive: true });
    await read.promise;
    // A file is written again and again, for nobody knows when the folder is watched anew.
    const wanted = await readFile(join(sample, "userFlows/B2C_1_reset.json"), "utf8");
    await expect
      .poll(
        async () => {
          await writeFile(join(contoso, "userFlows/B2C_1_reset.json"), wanted.replace('"emails"', '"city"'));
          return claims();
        },
        { timeout: 8000, interval: 400 },
      )
      .toContain("city");
    expect(codes()).not.toContain("TN012");
  });

  it("keeps the last good version of a flow that turned bad, beside the newer others", async () => {
    tenants = await openTenants([root], { mode: "production" });
    tenants.close();
    tenants = await openTenants([root], { mode: "development" });
    const before = flow("b2c_1_signin");
    await rewrite("userFlows/B2C_1_signin.json", '"signIn"', '"signInn"');
    await rewrite("userFlows/B2C_1_reset.json", '"emails"', '"city"');
    await tenants.reload();
    expect(codes()).toContain("UF002");
    expect(flow("b2c_1_signin")).toBe(before);
    const claims = flow("b2c_1_reset")?.program.policy.relyingParty.technicalProfile.outputClaims;
    expect(claims?.map(({ partnerClaimType }) => partnerClaimType)).toContain("city");
  });

  it("keeps everything where a document turned bad that flows depend on", async () => {
    tenants = await openTenants([root], { mode: "development" });
    const before = tenants.all()[0];
    await rewrite("apiConnectors/before-token.json", '"targetUrl"', '"targetUrls"');
    await tenants.reload();
    expect(codes()).toContain("TN001");
    expect(tenants.all()[0]).toBe(before);
    await rewrite("apiConnectors/before-token.json", '"targetUrls"', '"targetUrl"');
    await tenants.reload();
    expect(tenants.diagnostics()).toEqual([]);
    expect(tenants.all()[0]).not.toBe(before);
  });

  it("forgets a flow whose file is gone", async () => {
    tenants = await openTenants([root], { mode: "development" });
    await rm(join(contoso, "userFlows/B2C_1_edit.json"));
    await tenants.reload();
    expect(flow("b2c_1_edit")).toBeUndefined();
    expect(flow("b2c_1_reset")).toBeDefined();
  });

  it("reads a folder again by itself after a save, in development", async () => {
    const changed = Promise.withResolvers<readonly Diagnostic[]>();
    tenants = await openTenants([root], { mode: "development", onChange: changed.resolve });
    await rewrite("userFlows/B2C_1_signin.json", '"userFlowType"', '"userFlowTyp"');
    const found = await changed.promise;
    expect(found.find(({ code }) => code === "UF001")).toMatchObject({
      hint: "Did you mean 'userFlowType'?",
      at: { line: 3, column: expect.any(Number) },
    });
    expect(flow("b2c_1_signin")).toBeDefined();
  });

  it("serves only one of two tenants that answer to the same name", async () => {
    await cp(sample, join(root, "copy"), { recursive: true });
    tenants = await openTenants([root], { mode: "development" });
    expect(tenants.all()).toHaveLength(1);
    expect(codes()).toContain("TN011");
  });

  it("says that a folder is no tenant", async () => {
    tenants = await openTenants([join(root, "nowhere")], { mode: "production" });
    expect(tenants.all()).toEqual([]);
    expect(codes()).toEqual(["TN010"]);
  });
});
