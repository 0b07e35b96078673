import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
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

/** Reads the sample tenant with these members in one of its connectors, one member a line. */
async function readWith(members: string) {
  const text = `{
  "id": "before-token",
  "displayName": "Before the token",
  "targetUrl": "http://localhost:4481/before-token",
  ${members}
}`;
  await writeFile(join(directory, "apiConnectors", "before-token.json"), text);
  return readTenant(directory, { mode: "development" });
}

async function itemsOf(members: string) {
  const { tenant, diagnostics } = await readWith(members);
  expect(diagnostics).toEqual([]);
  const policy = tenant?.policies.get("b2c_1_signup_signin")?.program.policy;
  return policy?.technicalProfiles.get("PreSendClaimsRestful")?.metadata ?? {};
}

describe("a connector that asks for JSON", () => {
  it("gives its technical profile the template as it is written, and the claims by their names", async () => {
    const items = await itemsOf(
      `"requestTemplate": { "a": ["{step}", 9007199254740993, 1.50, null], "": { "b": "{Extension_loyaltynumber}" } },
       "jsonClaims": ["extension_cccccccc000040008000000000000001_PromotionCode", "extension_loyaltyTIER", "extension_LoyaltyTier"]`,
    );
    expect(items["vestibule.requestTemplate"]).toBe(
      '{"a":["{step}",9007199254740993,1.50,null],"":{"b":"{Extension_loyaltynumber}"}}',
    );
    expect(items["vestibule.jsonClaims"]).toBe("extension_PromotionCode, extension_LoyaltyTier");
  });

  it("leaves nothing in the policy of one that does not", async () => {
    const items = await itemsOf('"requestTemplate": null, "jsonClaims": []');
    expect(Object.keys(items).filter((key) => /template|json/i.test(key))).toEqual([]);
  });

  it.each([
    [
      '"requestTemplate": { "a": { "b": ["x", "{emial}"] } }',
      "TN056",
      "requestTemplate.a.b[1]",
      5,
      "'email'",
    ],
    [
      '"requestTemplate": { "a": "Card {LoyaltyNumber}" }',
      "TN056",
      "requestTemplate.a",
      5,
      "'extension_LoyaltyNumber'",
    ],
    [
      '"requestTemplate": { "a": "{extension_LoyaltyNumbr}" }',
      "TN056",
      "requestTemplate.a",
      5,
      "'extension_LoyaltyNumber'",
    ],
    ['"requestTemplate": { "a": "{password}" }', "TN056", "requestTemplate.a", 5, undefined],
    ['"requestTemplate": { "a": "All of {identities}" }', "TN056", "requestTemplate.a", 5, '"{identities}"'],
    ['"requestTemplate": { "a": 1,\n "a": 2 }', "TN003", "requestTemplate", 6, undefined],
    ['"requestTemplate": "{step}"', "TN002", "requestTemplate", 5, undefined],
    ['"requestTemplate": []', "TN002", "requestTemplate", 5, undefined],
    [
      `"requestTemplate": ${'{"a":'.repeat(33)}1${"}".repeat(33)}`,
      "TN056",
      `requestTemplate${".a".repeat(32)}`,
      5,
      undefined,
    ],
    [`"requestTemplate": { "a": "${"x".repeat(66_000)}" }`, "TN004", "requestTemplate", 5, undefined],
    ['"jsonClaims": ["extension_LoyaltyNumbr"]', "TN057", "jsonClaims[0]", 5, "'extension_LoyaltyNumber'"],
    ['"jsonClaims": ["LoyaltyNumber"]', "TN057", "jsonClaims[0]", 5, "'extension_LoyaltyNumber'"],
    ['"jsonClaims": ["extension_MemberSince"]', "TN057", "jsonClaims[0]", 5, undefined],
    ['"jsonClaims": ["email"]', "TN057", "jsonClaims[0]", 5, "userFlowAttributes.json"],
    ['"jsonClaims": "extension_LoyaltyNumber"', "TN002", "jsonClaims", 5, undefined],
    ['"jsonClaim": []', "TN001", "jsonClaim", 5, "'jsonClaims'"],
  ])("is told where it is wrong (%#)", async (members, code, path, line, hint) => {
    const { diagnostics } = await readWith(members);
    const [found, ...others] = diagnostics.filter(({ at }) => at?.file.includes("before-token"));
    expect(others).toEqual([]);
    expect(found).toMatchObject({ code, path, severity: "error", at: { line } });
    if (hint !== undefined) expect(found?.hint).toContain(hint);
  });
});
