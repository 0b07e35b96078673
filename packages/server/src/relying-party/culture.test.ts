import type { Localization } from "@vestibule/policy";
import { expect, test } from "vitest";
import { chooseCulture } from "./culture.ts";
import { testPolicy } from "./tenants.fixture.ts";

const { localization } = testPolicy("B2C_1_x").program.policy;
const supporting = (...supportedLanguages: string[]): Localization => ({
  ...localization,
  supportedLanguages,
});

test.each([
  ["de", "fr", "de", "de"],
  ["fr de", undefined, "de", "de"],
  ["de-AT", undefined, "de-AT", "de"],
  ["pt-BR", undefined, "pt-BR", "pt-br"],
  [undefined, "fr;q=0.9, de-CH;q=0.8, en;q=0.1", "de-CH", "de"],
  [undefined, "en;q=0.1, de;q=0.2", "de", "de"],
  [undefined, "de;q=0, en", "en", "en"],
  [undefined, "*", "en", "en"],
  ["xx", "yy", "en", "en"],
  ["<script> ../../etc", "de\u0000", "en", "en"],
  ["en-a-b-c-d de-1996-1996 de", "fr-u", "de", "de"],
  ["en-a-b", "en-x", "en", "en"],
  [undefined, undefined, "en", "en"],
])("ui_locales %s and Accept-Language %s give %s in %s", (wished, accepted, tag, language) => {
  expect(chooseCulture(wished, accepted, localization)).toEqual({ tag, language });
});

test.each([
  ["no", "nb"],
  ["zh", "zh-hans"],
  ["zh-CN", "zh-hans"],
  ["zh-Hant-HK", "zh-hant"],
  ["zh-TW", "zh-hant"],
  ["pt", "pt-pt"],
  ["pt-AO", "pt-pt"],
])("%s means %s", (tag, language) => {
  expect(chooseCulture(tag, undefined, supporting("en", "nb", "zh-Hans", "zh-Hant", "pt-PT"))).toEqual({
    tag,
    language,
  });
});

test("without localisation the browser's language counts for the texts and ui_locales for the culture", () => {
  const off = { ...localization, enabled: false };
  expect(chooseCulture("fr-FR", "ja, en;q=0.5", off)).toEqual({ tag: "fr-FR", language: "ja" });
  expect(chooseCulture(undefined, "tlh", off)).toEqual({ tag: "en", language: "en" });
});

test.each([
  [
    "a list that adds to the built-in languages",
    { supportedLanguages: ["eo"], extendsBuiltInLanguages: true },
  ],
  ["no list", { supportedLanguages: [] }],
])("%s leaves the built-in languages", (_, change) => {
  const policy = { ...localization, ...change };
  expect(chooseCulture("es-MX", undefined, policy)).toEqual({ tag: "es-MX", language: "es" });
  expect(chooseCulture("eo", "pl", policy).language).toBe("extendsBuiltInLanguages" in change ? "eo" : "pl");
});

test("a list that replaces leaves only its own languages", () => {
  expect(chooseCulture("es", "fr", supporting("en", "de")).language).toBe("en");
});
