import { describe, expect, it } from "vitest";
import { readPolicyFile } from "../read-policy-file.ts";
import { bytesOf, policyText, schema } from "../testing/policy-text.fixture.ts";
import { readAppSettings } from "./app-settings.ts";
import { type PolicyEnvironment, substituteSettings } from "./substitute.ts";

const environment = (...policySettings: readonly (readonly [string, string])[]): PolicyEnvironment => ({
  name: "Development",
  production: false,
  tenant: "contosodev.onmicrosoft.com",
  policySettings,
});
const substitute = (text: string, settings: PolicyEnvironment, file = "x/B2C_1A_signup.xml") =>
  substituteSettings(text, file, settings).text;

describe("settings in a policy file", () => {
  it("replaces the tenant, file name and environment in any case", () => {
    const text = "{settings:tenant} {Settings:Filename} {SETTINGS:PolicyFilename} {Settings:Environment}";
    expect(substitute(text, environment())).toBe(
      "contosodev.onmicrosoft.com B2C_1A_signup signup Development",
    );
  });

  it("takes key and value literally", () => {
    expect(substitute("[{Settings:a.b}] {Settings:axb}", environment(["a.b", "$1 $& &"]))).toBe(
      "[$1 $& &] {Settings:axb}",
    );
  });

  it("replaces placeholders in values of earlier keys only", () => {
    const early = environment(["A", "<{Settings:B}>"], ["B", "b"]);
    const late = environment(["B", "b"], ["A", "<{Settings:B}>"]);
    expect(substitute("{Settings:A}", early)).toBe("<b>");
    expect(substitute("{Settings:A}", late)).toBe("<{Settings:B}>");
  });

  it("does not grow without end when values multiply each other", () => {
    const keys = Array.from(
      { length: 40 },
      (_, at) => [`k${at}`, `{Settings:k${at + 1}}`.repeat(10)] as const,
    );
    const { diagnostics } = readPolicyFile(bytesOf("<a>{Settings:k0}</a>"), "a.xml", {
      settings: environment(...keys),
    });
    expect(diagnostics.map(({ code }) => code)).toEqual(["PL011"]);
  });

  it("points at the author's column, not at the one after replacing", () => {
    const types =
      '<ClaimType Id="a"><DisplayName>{Settings:Label}</DisplayName><DataType>text</DataType></ClaimType>';
    const content = schema(types);
    const bytes = bytesOf(policyText("X", `\n${content}`));
    const settings = environment(["Label", "A label much longer than its placeholder"]);
    const [found] = readPolicyFile(bytes, "x.xml", { settings }).diagnostics;
    expect(found).toMatchObject({ code: "PL008", at: { line: 5, column: content.indexOf("text<") + 1 } });
  });

  it("tells the line of an ampersand that a value brings in", () => {
    const bytes = bytesOf(policyText("X", '\n<Contacts><Contact Id="{Settings:Who}" /></Contacts>'));
    const [found] = readPolicyFile(bytes, "x.xml", {
      settings: environment(["Who", "you & me"]),
    }).diagnostics;
    expect(found).toMatchObject({ code: "PL001", at: { line: 5, column: 24 } });
  });

  it("warns of what nothing filled in, comments aside", () => {
    const bytes = bytesOf(
      policyText("X", '\n<!-- {Settings:Old} -->\n<Contacts><Contact Id="{Settings:Foo}" /></Contacts>'),
    );
    const found = readPolicyFile(bytes, "x.xml", { settings: environment() }).diagnostics;
    expect(found.filter(({ code }) => code === "PL021")).toMatchObject([
      { severity: "warning", at: { line: 6, column: 24 } },
    ]);
  });
});

describe("appsettings.json", () => {
  const read = (value: unknown) =>
    readAppSettings(bytesOf(typeof value === "string" ? value : JSON.stringify(value)), "appsettings.json");

  it("gives the environments and leaves out the one without settings", () => {
    const { environments, diagnostics } = read({
      Environments: [
        {
          Name: "Development",
          Production: false,
          Tenant: "dev.onmicrosoft.com",
          PolicySettings: { A: "1", B: 2 },
        },
        { Name: "Broken", Tenant: "x" },
      ],
    });
    expect(environments).toEqual([
      {
        name: "Development",
        production: false,
        tenant: "dev.onmicrosoft.com",
        policySettings: [
          ["A", "1"],
          ["B", "2"],
        ],
      },
    ]);
    expect(diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      "warning PL803",
      "error PL802",
    ]);
  });

  it("says that it is no JSON or no list", () => {
    expect(read('{\n  "Environments": [}').diagnostics).toMatchObject([{ code: "PL801" }]);
    expect(read("[]").diagnostics).toMatchObject([{ code: "PL802" }]);
  });
});
