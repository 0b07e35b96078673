import { expect, it } from "vitest";
import { matchesPattern } from "./regular-expression.ts";

it("searches a pattern in a text", () => {
  expect(matchesPattern("^[0-9]{6}$", "123456")).toBe(true);
  expect(matchesPattern("^[0-9]{6}$", "12345a")).toBe(false);
});

it("refuses the text when a pattern back-tracks without end, and the next check works", () => {
  expect(matchesPattern("^(a+)+$", `${"a".repeat(40)}!`)).toBe(false);
  expect(matchesPattern("a", "a")).toBe(true);
});

it("refuses everything where the pattern is none", () => {
  expect(matchesPattern("(", "(")).toBe(false);
});
