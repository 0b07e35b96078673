import { describe, expect, it } from "vitest";
import { asJson, asJsonText } from "../claims/json-claims.ts";
import { compile } from "../program/compile.ts";
import { JourneyBrowser } from "../testing/browser.ts";
import { memoryPorts } from "../testing/memory-ports.ts";
import { samplePolicy } from "../testing/sample-policy.ts";

const roles = '{"admin":["a","b"],"depth":{"n":1}}';

async function tokenOf(displayName: string, jsonClaims?: string) {
  const policy = samplePolicy();
  const { relyingParty } = policy;
  const { technicalProfile } = relyingParty;
  const metadata = {
    ...technicalProfile.metadata,
    ...(jsonClaims && { "vestibule.jsonClaims": jsonClaims }),
  };
  const ports = memoryPorts();
  const browser = new JourneyBrowser(
    { ...policy, relyingParty: { ...relyingParty, technicalProfile: { ...technicalProfile, metadata } } },
    ports,
  );
  await browser.start();
  await browser.send({ kind: "signUpChosen" });
  await browser.prove("email", "new@contoso.example");
  await browser.submit({
    email: "new@contoso.example",
    newPassword: "Passw0rd!",
    reenterPassword: "Passw0rd!",
    displayName,
  });
  return browser.issued().claims.name;
}

describe("JSON in tokens", () => {
  it("is a text as in B2C, unless the relying party asks for JSON", async () => {
    expect(await tokenOf(roles)).toBe(roles);
    expect(await tokenOf(roles, "email, displayName")).toEqual({ admin: ["a", "b"], depth: { n: 1 } });
    expect(await tokenOf("Ida", "displayName")).toBe("Ida");
  });

  it("is asked for by names that the token has", () => {
    const policy = samplePolicy();
    const { relyingParty } = policy;
    const { technicalProfile } = relyingParty;
    const metadata = { ...technicalProfile.metadata, "vestibule.jsonClaims": "displayNam" };
    const { program, diagnostics } = compile({
      ...policy,
      relyingParty: { ...relyingParty, technicalProfile: { ...technicalProfile, metadata } },
    });
    expect(program).toBeUndefined();
    expect(diagnostics[0]).toMatchObject({ code: "PL302", hint: "Did you mean 'displayName'?" });
  });
});

describe("a value as JSON", () => {
  it.each([
    ['{"a":1}', { a: 1 }],
    [" [1,null]", [1, null]],
    [
      ["plain", '{"a":1}', "[broken"],
      ["plain", { a: 1 }, "[broken"],
    ],
    ["true", "true"],
    ["12", "12"],
    ['"quoted"', '"quoted"'],
    ["{", "{"],
    [7, 7],
  ])("%j becomes %j", (value, json) => {
    expect(asJson(value)).toEqual(json);
  });

  it("rounds no whole number: in tokens it is its digits, to APIs the number", () => {
    const text = '{"ids":[9007199254740993,-12345678901234567890,1e3,0.12345678901234567,9007199254740991]}';
    const double = Number("0.12345678901234567");
    expect(asJson(text)).toEqual({
      ids: ["9007199254740993", "-12345678901234567890", 1000, double, 9007199254740991],
    });
    expect(asJsonText(text)).toBe(
      `{"ids":[9007199254740993,-12345678901234567890,1000,${double},9007199254740991]}`,
    );
    const nested = `${"[".repeat(32)}9007199254740993${"]".repeat(32)}`;
    expect([asJsonText(nested), asJsonText([nested])]).toEqual([nested, `[${nested}]`]);
  });

  it("stays text where it nests too deep", () => {
    const deep = `${'{"a":'.repeat(40)}1${"}".repeat(40)}`;
    expect(asJson(deep)).toBe(deep);
  });
});
