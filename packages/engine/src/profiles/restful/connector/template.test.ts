import { describe, expect, it } from "vitest";
import { extension, type Run, runProfile } from "../profile-context.fixture.ts";

const input = [
  ["extension_LoyaltyTier", extension("LoyaltyTier")],
  ["extension_InviteCode", extension("InviteCode")],
  "city",
  "displayName",
  "email",
  "newPassword",
] as const;
const output = [
  ["extension_InviteCode", extension("InviteCode")],
  ["extension_LoyaltyTier", extension("LoyaltyTier")],
  "city",
] as const;
const claims = { email: "ida@contoso.example", displayName: 'Ida "I" Lund', extension_LoyaltyTier: 3 };

const run = (
  items: { readonly template?: unknown; readonly json?: string; readonly step?: string } = {},
  more: Partial<Run> = {},
) =>
  runProfile({
    metadata: {
      "vestibule.connectorStep": items.step ?? "PostAttributeCollection",
      ...(items.template !== undefined && { "vestibule.requestTemplate": JSON.stringify(items.template) }),
      ...(items.json && { "vestibule.jsonClaims": items.json }),
      ...more.metadata,
    },
    input,
    output,
    claims,
    ...Object.fromEntries(Object.entries(more).filter(([name]) => name !== "metadata")),
  });
const bodyOf = async (...given: Parameters<typeof run>) => {
  const { sent } = await run(...given);
  return JSON.parse(sent[0]?.body ?? "null");
};
const answering = (given: object, more: Partial<Run> = {}): Partial<Run> => ({
  answer: { status: 200, body: { version: "1", action: "Continue", ...given } },
  ...more,
});
const json = "extension_InviteCode";

describe("a connector's template", () => {
  it("nests what the flat request holds, each in its own type, and leaves out what has no value", async () => {
    const template = {
      event: { step: "{step}", app: "{client_id}", language: "{UI_LOCALES}" },
      customer: {
        mail: "{email}",
        names: ["{displayName}", "{city}"],
        tier: "{extension_LoyaltyTier}",
        same: `{${extension("LoyaltyTier")}}`,
        code: "{extension_InviteCode}",
        greeting: "Hello {displayName} of tier {extension_LoyaltyTier}",
      },
      identities: "{identities}",
      objectId: "{objectId}",
      version: 2,
    };
    expect(await bodyOf({ template })).toEqual({
      event: {
        step: "PostAttributeCollection",
        app: "5d0c1f7e-0b52-4c39-9a1d-6f2f0e7a1c11",
        language: "sv-SE",
      },
      customer: {
        mail: "ida@contoso.example",
        names: ['Ida "I" Lund'],
        tier: 3,
        same: 3,
        greeting: 'Hello Ida "I" Lund of tier 3',
      },
      version: 2,
    });
  });

  it("carries identities as the list that they are", async () => {
    const federated = { ...claims, identityProvider: "google.com", issuerUserId: "1100" };
    const body = await bodyOf({ template: { who: "{identities}" } }, { claims: federated });
    expect(body).toEqual({
      who: [{ signInType: "federated", issuer: "google.com", issuerAssignedId: "1100" }],
    });
  });

  it("cannot be broken by what a person typed", async () => {
    const hostile = '","admin":true,"x":"{email}\u2028\\';
    const template = { name: "{displayName}", text: "<{displayName}>" };
    const body = await bodyOf({ template }, { claims: { ...claims, displayName: hostile } });
    expect(body).toEqual({ name: hostile, text: `<${hostile}>` });
  });

  it.each<[unknown, RegExp]>([
    [[], /is not a JSON object/],
    [{ a: [{ b: "{emial}" }] }, /names 'emial', which is no member of a connector's request\./],
    [{ a: "{newPassword}" }, /names 'newPassword', which is no member/],
    [{ a: "{password}" }, /names 'password', which is no member/],
    [{ a: "All of {identities}" }, /writes 'identities' into a text/],
    [JSON.parse(`${'{"a":'.repeat(33)}1${"}".repeat(33)}`), /is not a JSON object/],
  ])("is refused when the flow is loaded: %j", async (template, message) => {
    await expect(run({ template })).rejects.toThrow(message);
  });

  it("does not change how the answer is read", async () => {
    const { result } = await run({ template: { a: 1 } }, answering({ city: "Lund" }));
    expect(result).toEqual({ kind: "values", values: { city: "Lund" } });
  });
});

describe("JSON claims of a connector", () => {
  const roles = { team: { id: 7, admins: ["a", null], big: 12345678901234567890n.toString() } };

  it("take lists and objects from the answer; without them the answer is unusable, as in B2C", async () => {
    for (const [given, text] of [
      [roles, JSON.stringify(roles)],
      [["a", { b: [] }], '["a",{"b":[]}]'],
      [[], "[]"],
      ["plain", "plain"],
      [7, "7"],
    ] as const) {
      const { result, record } = await run({ json }, answering({ extension_InviteCode: given }));
      expect(result).toEqual({ kind: "values", values: { [extension("InviteCode")]: text } });
      expect(record.verdicts).toMatchObject([{ verdict: "used", claim: "extension_InviteCode" }]);
    }
    for (const items of [{}, { json: "extension_LoyaltyTier" }]) {
      const { result } = await run(items, answering({ extension_InviteCode: roles }));
      expect(result).toMatchObject({ kind: "systemError" });
    }
  });

  it("keep to their own claim: a number, a built-in attribute and reserved names stay what they are", async () => {
    for (const given of [{ city: ["a"] }, { extension_LoyaltyTier: { a: 1 } }]) {
      expect((await run({ json }, answering(given))).result.kind).toBe("systemError");
    }
    const { result, record } = await run(
      { json },
      answering({ email: { a: 1 }, objectId: [1], identities: [], __proto__: { x: 1 } }),
    );
    expect(result).toEqual({ kind: "values", values: {} });
    expect(record.verdicts.every(({ verdict }) => verdict === "ignored")).toBe(true);
  });

  it("stay within what can be stored, and before the token within what a token can carry", async () => {
    const long = (length: number) => ({ extension_InviteCode: ["x".repeat(length)] });
    expect((await run({ json }, answering(long(252)))).result.kind).toBe("values");
    expect((await run({ json }, answering(long(253)))).result.kind).toBe("systemError");
    const before = { json, step: "PreTokenIssuance" };
    expect((await run(before, answering(long(16_380)))).result.kind).toBe("values");
    expect((await run(before, answering(long(16_381)))).result.kind).toBe("systemError");
    const deep = `${"[".repeat(33)}${"]".repeat(33)}`;
    const body = `{"version":"1","action":"Continue","extension_InviteCode":${deep}}`;
    expect((await run({ json }, { answer: { status: 200, body } })).result.kind).toBe("systemError");
  });

  it("are sent as JSON in the flat body and in a template; any other text stays text", async () => {
    const given = { ...claims, extension_InviteCode: '{"a":[1]}' };
    expect(await bodyOf({}, { claims: given })).toMatchObject({ [extension("InviteCode")]: '{"a":[1]}' });
    expect(await bodyOf({ json }, { claims: given })).toMatchObject({
      [extension("InviteCode")]: { a: [1] },
    });
    const long = await run(
      { json },
      { claims: { ...claims, extension_InviteCode: '{"id":9007199254740993}' } },
    );
    expect(long.sent[0]?.body).toContain('{"id":9007199254740993}');
    const template = { code: "{extension_InviteCode}", text: "code {extension_InviteCode}" };
    expect(await bodyOf({ json, template }, { claims: given })).toEqual({
      code: { a: [1] },
      text: 'code {"a":[1]}',
    });
    expect(
      await bodyOf({ json, template }, { claims: { ...claims, extension_InviteCode: "{no json" } }),
    ).toMatchObject({ code: "{no json" });
  });

  it("may stand in for an API that fails", async () => {
    const { result } = await run(
      { json },
      {
        metadata: {
          "vestibule.onFailure": "continue",
          "vestibule.claimsOnFailure": '{"extension_InviteCode":["none"]}',
        },
        answer: { status: 503, body: "" },
      },
    );
    expect(result).toEqual({ kind: "values", values: { [extension("InviteCode")]: '["none"]' } });
  });
});
