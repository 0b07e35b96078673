import { describe, expect, it } from "vitest";
import { type Run, runProfile } from "../profile-context.fixture.ts";

const anonymous = { AuthenticationType: "None", AllowInsecureAuthInProduction: "true" };
const run = (template: unknown, more: Partial<Run> & { readonly json?: string } = {}) =>
  runProfile({
    metadata: {
      ...anonymous,
      "vestibule.requestTemplate": typeof template === "string" ? template : JSON.stringify(template),
      ...(more.json && { "vestibule.jsonClaims": more.json }),
      ...more.metadata,
    },
    input: [
      "email",
      ["displayName", "name"],
      "visits",
      "groups",
      "extension_OptIn",
      "city",
      "payload",
      "newPassword",
    ],
    ...Object.fromEntries(Object.entries(more).filter(([name]) => name !== "metadata" && name !== "json")),
  });
const bodyOf = async (...given: Parameters<typeof run>) => {
  const { sent } = await run(...given);
  return JSON.parse(sent[0]?.body ?? "null");
};

const claims = {
  email: "ida@contoso.example",
  displayName: 'Ida "I" Lund',
  visits: 7,
  groups: ["a", "b"],
  extension_OptIn: false,
};

describe("a request's template", () => {
  it("nests claims as the API wants them, each in its own type", async () => {
    const template = {
      customer: {
        mail: "{email}",
        names: ["{NAME}"],
        visits: "{visits}",
        optIn: "{extension_OptIn}",
        tags: "{groups}",
      },
      source: "sign-up",
      version: 2,
      flags: [true, null],
    };
    expect(await bodyOf(template, { claims })).toEqual({
      customer: {
        mail: "ida@contoso.example",
        names: ['Ida "I" Lund'],
        visits: 7,
        optIn: false,
        tags: ["a", "b"],
      },
      source: "sign-up",
      version: 2,
      flags: [true, null],
    });
  });

  it("leaves out what has no value, and writes claims into longer texts", async () => {
    const template = {
      a: "{city}",
      list: ["{city}", "{email}"],
      b: { c: "{city}" },
      text: "Hello {name}, {city}!",
    };
    expect(await bodyOf(template, { claims })).toEqual({
      list: ["ida@contoso.example"],
      b: {},
      text: 'Hello Ida "I" Lund, !',
    });
  });

  it("cannot be broken by what a claim holds", async () => {
    const hostile = '","admin":true,"x":"{email}\u2028\\';
    const body = await bodyOf(
      { name: "{name}", text: "<{name}>" },
      { claims: { ...claims, displayName: hostile } },
    );
    expect(body).toEqual({ name: hostile, text: `<${hostile}>` });
  });

  it("sends the JSON of a text claim as JSON where the profile says so, and any other text as it is", async () => {
    const template = { items: "{payload}" };
    const payload = '[{"id":1,"tags":["x"]}]';
    expect(await bodyOf(template, { claims: { payload } })).toEqual({ items: payload });
    expect(await bodyOf(template, { claims: { payload }, json: "payload" })).toEqual({
      items: [{ id: 1, tags: ["x"] }],
    });
    for (const text of ["plain", "[broken", "5", `${"[".repeat(40)}${"]".repeat(40)}`]) {
      expect(await bodyOf(template, { claims: { payload: text }, json: "Payload" }), text).toEqual({
        items: text,
      });
    }
    const flat = await runProfile({
      metadata: { ...anonymous, "vestibule.jsonClaims": "payload" },
      input: ["payload"],
      claims: { payload },
    });
    expect(flat.sent[0]?.body).toBe(`{"payload":${payload}}`);
  });

  it("keeps passwords out of the record, wherever they are put", async () => {
    const { record, sent } = await run(
      { login: { pass: "{newPassword}" } },
      { secrets: { newPassword: "P@ssw0rd-seeded" } },
    );
    expect(sent[0]?.body).toContain("P@ssw0rd-seeded");
    expect(JSON.stringify(record)).not.toContain("P@ssw0rd-seeded");
  });

  it.each<[unknown, Readonly<Record<string, string>>, RegExp]>([
    ["{ broken", {}, /is not a JSON object/],
    [["{email}"], {}, /is not a JSON object/],
    [{ a: { b: "{emial}" } }, {}, /names 'emial', which is no input claim/],
    [{ a: "{email}" }, { SendClaimsIn: "Form" }, /is for a request with a body/],
    [{ a: "{email}" }, { ClaimUsedForRequestPayload: "payload" }, /is for a request with a body/],
    [{ a: "{step}" }, {}, /names 'step', which is no input claim/],
    [{}, { "vestibule.jsonClaims": "payload, grups" }, /names 'grups', which is none/],
  ])("is refused when the policy is loaded: %j %j", async (template, metadata, message) => {
    await expect(run(template, { metadata })).rejects.toThrow(message);
  });
});
