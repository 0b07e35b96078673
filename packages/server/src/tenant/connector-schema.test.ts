import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { requestSchema } from "./connector-schema.ts";
import { readTenant } from "./read-tenant.ts";
import type { ApiConnector } from "./tenant.ts";

const sample = fileURLToPath(new URL("../../../../examples/sample-tenant", import.meta.url));
const { tenant } = await readTenant(sample, { mode: "development" });
const guid = "bbbbbbbb-0000-4000-8000-000000000001";

function validator(changes: Partial<ApiConnector> = {}) {
  if (!tenant) throw new Error("no tenant");
  const [connector] = tenant.connectors;
  if (!connector) throw new Error("no connector");
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictTuples: false });
  addFormats.default(ajv);
  const validate = ajv.compile(
    JSON.parse(JSON.stringify(requestSchema(tenant, { ...connector, ...changes }))),
  );
  return (body: unknown) => validate(body);
}

describe("the schema of what a connector posts", () => {
  it("is the flat body, with the tenant's attributes in their types", () => {
    const fits = validator();
    const own = (name: string) => `extension_${tenant?.extensionsAppId}_${name}`;
    const body = {
      step: "PostAttributeCollection",
      client_id: guid,
      city: "Lund",
      [own("MemberSince")]: 2019,
    };
    expect(fits(body)).toBe(true);
    expect(fits({ ...body, something: "new" })).toBe(true);
    for (const wrong of [
      { city: "Lund" },
      { ...body, step: "Sometimes" },
      { ...body, [own("MemberSince")]: "2019" },
      { ...body, [own("LoyaltyTier")]: { name: "Gold" } },
    ]) {
      expect(fits(wrong), JSON.stringify(wrong)).toBe(false);
    }
    expect(
      validator({ jsonClaims: ["LoyaltyTier"] })({ ...body, [own("LoyaltyTier")]: { name: "Gold" } }),
    ).toBe(true);
  });

  it("is the form of the template, where only what has no value may be absent", () => {
    const template = {
      event: { at: "{step}", schema: 2, flags: ["new", true] },
      member: { id: "{ObjectId}", mails: ["{email}"], since: "{extension_MemberSince}", who: "{identities}" },
      note: "Tier of {displayName}",
      tier: "{extension_LoyaltyTier}",
      none: [],
    };
    const fits = validator({ requestTemplate: JSON.stringify(template), jsonClaims: ["LoyaltyTier"] });
    const least = {
      event: { at: "PreTokenIssuance", schema: 2, flags: ["new", true] },
      member: { mails: [] },
      note: "Tier of ",
      none: [],
    };
    const most = {
      ...least,
      member: {
        id: guid,
        mails: ["ida@contoso.example"],
        since: 2019,
        who: [{ signInType: "federated", issuer: "google.com", issuerAssignedId: "1" }],
      },
      tier: ["Gold", { since: 2019 }],
    };
    expect(fits(least)).toBe(true);
    expect(fits(most)).toBe(true);
    for (const wrong of [
      { ...least, note: undefined },
      { ...least, event: { ...least.event, at: "Sometimes" } },
      { ...least, event: { ...least.event, schema: 3 } },
      { ...least, event: { ...least.event, flags: [true, "new"] } },
      { ...least, step: "PreTokenIssuance" },
      { ...most, member: { ...most.member, since: "2019" } },
      { ...most, member: { ...most.member, mails: ["a", "b"] } },
      { ...most, member: { ...most.member, who: [{ issuer: "x" }] } },
    ]) {
      expect(fits(JSON.parse(JSON.stringify(wrong))), JSON.stringify(wrong)).toBe(false);
    }
  });
});
