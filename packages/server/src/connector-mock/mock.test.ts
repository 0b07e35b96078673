import { JsonReading } from "@vestibule/user-flows";
import { afterEach, describe, expect, it } from "vitest";
import { tenantCodes } from "../tenant/documents.ts";
import { type Mock, startMock } from "./mock.ts";
import { checkRules, type MockRules, mockShape } from "./rules.ts";

const open: Mock[] = [];
afterEach(async () => {
  for (const mock of open.splice(0)) await mock.close();
});

function read(document: unknown) {
  const reading = new JsonReading(JSON.stringify(document), "mock.json", tenantCodes);
  const root = reading.root();
  const rules = root && mockShape.read(root, "", reading);
  if (rules) checkRules(rules, reading);
  return { rules, diagnostics: reading.diagnostics };
}

async function play(document: unknown) {
  const { rules, diagnostics } = read(document);
  expect(diagnostics).toEqual([]);
  const lines: string[] = [];
  let now = rules as MockRules;
  const mock = await startMock({ port: 0, rules: () => now, onRequest: (line) => lines.push(line) });
  open.push(mock);
  const ask = async (body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${mock.url}/any/path?code=k`, {
      method: "POST",
      headers,
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : text };
  };
  const change = (next: unknown) => {
    now = read(next).rules as MockRules;
  };
  return { ask, lines, change };
}

const creating = (claims: object = {}) => ({ step: "PostAttributeCollection", ...claims });

describe("a played API", () => {
  it("answers by the first rule that fits", async () => {
    const { ask, lines } = await play({
      rules: [
        { when: { email: "*@blocked.example" }, block: "Not you, {givenName}." },
        { step: "PostAttributeCollection", when: { postalCode: null }, correct: "Where do you live?" },
        {
          when: { LoyaltyTier: 3, OptIn: true },
          continue: { extension_LoyaltyTier: 4, extension_List: ["a", { b: 1 }] },
        },
        { step: "PreTokenIssuance", continue: { extension_Code: "WELCOME-{city}" } },
        { continue: {} },
      ],
    });
    expect(await ask(creating({ email: "Ada@Blocked.Example", givenName: "Ada" }))).toMatchObject({
      status: 200,
      body: { action: "ShowBlockPage", userMessage: "Not you, Ada." },
    });
    expect(await ask(creating())).toMatchObject({ status: 400, body: { userMessage: "Where do you live?" } });
    expect(
      await ask(
        creating({
          postalCode: "1",
          extension_0a1b2c3d4e5f60718293a4b5c6d7e8f9_LoyaltyTier: 3,
          extension_OptIn: true,
        }),
      ),
    ).toMatchObject({ body: { extension_LoyaltyTier: 4, extension_List: ["a", { b: 1 }] } });
    expect(await ask({ step: "PreTokenIssuance", city: "Malmö" })).toMatchObject({
      body: { extension_Code: "WELCOME-Malmö" },
    });
    expect(await ask(creating({ postalCode: "1" }))).toMatchObject({ body: { action: "Continue" } });
    expect(lines[0]).toBe("POST /any/path: PostAttributeCollection, rule 1, ShowBlockPage");
    expect(lines.join()).not.toContain("code=k");
  });

  it("plays an API that fails, is slow, or answers as no rule of the contract says", async () => {
    const { ask } = await play({
      rules: [
        { times: 1, reset: true },
        { times: 1, answer: { status: 503, headers: { "retry-after": "1" }, body: "busy" } },
        { times: 1, delayInMilliseconds: 60, answer: { status: 200, body: { success: true } } },
        { continue: {} },
      ],
    });
    await expect(ask(creating())).rejects.toThrow();
    expect(await ask(creating())).toEqual({ status: 503, body: "busy" });
    const before = performance.now();
    expect(await ask(creating())).toEqual({ status: 200, body: { success: true } });
    expect(performance.now() - before).toBeGreaterThan(55);
    expect(await ask(creating())).toMatchObject({ status: 200, body: { action: "Continue" } });
  });

  it("checks its caller, and says no where nothing fits", async () => {
    const { ask, change } = await play({
      basicAuthentication: { username: "connector", password: "secret" },
      rules: [{ step: "PreTokenIssuance", continue: {} }],
    });
    const authorization = `Basic ${btoa("connector:secret")}`;
    expect(await ask(creating())).toEqual({ status: 401, body: "" });
    expect((await ask(creating(), { authorization })).status).toBe(500);
    expect((await ask("nonsense", { authorization })).status).toBe(400);
    change({ rules: [{ continue: {} }] });
    expect((await ask(creating())).status).toBe(200);
  });
});

describe("a file of rules", () => {
  it.each([
    [{ rules: [{ when: {} }] }, /exactly one of/],
    [{ rules: [{ block: "a", correct: "b" }] }, /exactly one of/],
    [{ rules: [{ reset: true, continue: {} }] }, /exactly one of/],
    [{ rules: [{ blok: "a" }] }, /blok/],
    [{ rules: [{ block: " " }] }, /a sentence/],
    [{ rules: [{ when: { city: ["a"] }, block: "a" }] }, /a text, a number/],
    [{ rules: [{ step: "PostAttributeColection", block: "a" }] }, /not one of/],
    [{}, /rules/],
  ])("%j is refused with its place", (document, message) => {
    const { diagnostics } = read(document);
    expect(diagnostics[0]?.message).toMatch(message);
    expect(diagnostics[0]?.at).toBeDefined();
  });
});
