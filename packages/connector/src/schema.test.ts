import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { block, type ConnectorAnswer, continueWith, toResponse, validationError } from "./index.ts";
import type { AfterFederatingBody, BeforeCreatingBody, BeforeTokenBody } from "./wire.ts";

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../schema/${name}`, import.meta.url), "utf8")) as Record<string, unknown>;

function validator(name: string) {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
  addFormats.default(ajv);
  const validate = ajv.compile(read(name));
  return (value: unknown) => validate(value);
}

const clientId = "bbbbbbbb-0000-4000-8000-000000000001";
const requests = {
  "after-federating": {
    step: "PostFederationSignup",
    client_id: clientId,
    ui_locales: "en-US",
    identities: [{ signInType: "federated", issuer: "google.com", issuerAssignedId: "1" }],
  } satisfies AfterFederatingBody,
  "before-creating": {
    step: "PostAttributeCollection",
    client_id: clientId,
    email: "ida@contoso.example",
    extension_0a1b2c3d4e5f60718293a4b5c6d7e8f9_Tier: 3,
    extension_0a1b2c3d4e5f60718293a4b5c6d7e8f9_OptIn: false,
  } satisfies BeforeCreatingBody,
  "before-token": { step: "PreTokenIssuance", objectId: clientId } satisfies BeforeTokenBody,
};

describe("the schema of a request", () => {
  it("accepts its own step and no other", () => {
    for (const [name] of Object.entries(requests)) {
      const validate = validator(`${name}.request.schema.json`);
      for (const [other, body] of Object.entries(requests))
        expect(validate(body), other).toBe(name === other);
    }
  });

  it("refuses null, other types and a body without its step", () => {
    const validate = validator("before-creating.request.schema.json");
    const body = requests["before-creating"];
    const { step, ...without } = body;
    for (const wrong of [
      without,
      { ...body, city: null },
      { ...body, email: 5 },
      { ...body, client_id: "x" },
      [],
    ]) {
      expect(validate(wrong), JSON.stringify(wrong)).toBe(false);
    }
    expect(validate({ ...body, extension_Nothing: null }), step).toBe(false);
    expect(validate({ ...body, extension_List: ["a", { b: null }], extension_Tree: { c: [] } })).toBe(true);
    expect(validate({ ...body, somethingNew: ["a"] })).toBe(true);
  });
});

describe("the schema of an answer", () => {
  const bodyOf = (answer: ConnectorAnswer) => JSON.parse(toResponse(answer).body);
  const answers = {
    continue: bodyOf(continueWith({ city: "Malmö", extension_Roles: ["a", { b: null }] })),
    block: bodyOf(block("No.")),
    correct: bodyOf(validationError("Five digits.")),
  };
  const possible = {
    "after-federating": ["continue", "block"],
    "before-creating": ["continue", "block", "correct"],
    "before-token": ["continue"],
  };

  it.each(Object.entries(possible))(
    "%s accepts exactly what the step may be answered with",
    (name, allowed) => {
      const validate = validator(`${name}.answer.schema.json`);
      for (const [kind, body] of Object.entries(answers))
        expect(validate(body), kind).toBe(allowed.includes(kind));
    },
  );

  it("refuses what the server would refuse too", () => {
    const validate = validator("before-creating.answer.schema.json");
    for (const wrong of [
      {},
      { version: "1.0.0" },
      { version: "1.0.0", action: "Allow" },
      { version: "1.0.0", action: "ShowBlockPage" },
      { version: "1.0.0", action: "ShowBlockPage", userMessage: "" },
      { version: "1.0.0", action: "ValidationError", userMessage: "No." },
      { version: "1.0.0", action: "Continue", postalCode: "x".repeat(41) },
    ]) {
      expect(validate(wrong), JSON.stringify(wrong)).toBe(false);
    }
  });
});

it("the OpenAPI document is valid OpenAPI 3.1", async () => {
  const openApi = new Validator();
  const { valid, errors } = await openApi.validate(read("openapi.json"));
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
  expect(openApi.version).toBe("3.1");
  const broken = read("openapi.json");
  expect((await new Validator().validate({ ...broken, paths: { "/x": { post: 5 } } })).valid).toBe(false);
});
