import { describe, expect, it } from "vitest";
import { matchesPattern } from "./regular-expression.ts";

describe("a policy's pattern", () => {
  it.each([
    ["^[0-9]{6}$", "123456", true],
    ["^[0-9]{6}$", "12345a", false],
    ["^[a-zA-Z0-9.!#$%&'^_`{}~-]+@[a-zA-Z0-9-]+(?:\\.[a-zA-Z0-9-]+)*$", "ida.lund@contoso.example", true],
    ["b", "abc", true],
    ["^(?=.*[a-z])(?=.*[0-9]).{4,}$", "abc1", true],
    ["^(?=.*[a-z])(?=.*[0-9]).{4,}$", "abcd", false],
    ["^(a|b)\\1$", "aa", true],
    ["^(a|b)\\1$", "ab", false],
    ["^\\p{L}+$", "Åsa", true],
  ])("%s in %j", (pattern, text, expected) => {
    expect(matchesPattern(pattern, text)).toBe(expected);
  });

  it("takes linear time however it is written", () => {
    expect(matchesPattern("^(a+)+$", `${"a".repeat(5000)}!`)).toBe(false);
    expect(matchesPattern("^(a|aa)+$", `${"a".repeat(5000)}!`)).toBe(false);
  });

  it("is stopped where it can only back-track, and the next check works", () => {
    expect(matchesPattern("^(?=(a+)+$)b", `${"a".repeat(40)}!`)).toBe(false);
    expect(matchesPattern("^(?=a)a$", "a")).toBe(true);
  });

  it("refuses everything where it is no pattern", () => {
    expect(matchesPattern("(", "(")).toBe(false);
  });
});
