import { describe, expect, it } from "vitest";
import { dotNetPattern } from "./regular-expression.ts";

function search(pattern: string, text: string) {
  const compiled = dotNetPattern(pattern);
  if (compiled.kind === "invalid") return compiled.reason;
  const found = compiled.search(text);
  return found.kind === "match" ? Object.fromEntries(found.groups) : found.kind;
}
const matches = (pattern: string, text: string) => typeof search(pattern, text) === "object";

describe("a .NET pattern", () => {
  it.each([
    ["abc$", "abc\n", true],
    ["abc$", "abc\n\n", false],
    ["abc\\z", "abc\n", false],
    ["abc\\Z", "abc\n", true],
    ["\\Aabc", "xabc", false],
    ["^a.c$", "a\rc", true],
    ["^a.c$", "a\nc", false],
    ["(?s)^a.c$", "a\nc", true],
    ["(?m)^b$", "a\nb\nc", true],
    ["^\\d+$", "\u0661\u0662", true],
    ["^\\w+$", "Ångström_1", true],
    ["^\\w+$", "a\u0903", false],
    ["^\\s$", "\u0085", true],
    ["^\\S+$", "a\u00a0b", false],
    ["^[\\s\\S]{3}$", "a\nb", true],
    ["^[\\W_]+$", "-_-", true],
    ["^[^\\W_]+$", "ab_", false],
    ["^[^\\W_]+$", "ab1", true],
    ["(?i)^abc$", "ABC", true],
    ["^a(?i)b(?-i)c$", "aBc", true],
    ["^a(?i)b(?-i)c$", "aBC", false],
    ["^(?i:a)b$", "Ab", true],
    ["^(?x) a b # comment\n c $", "abc", true],
    ["^[a-z-[aeiou]]+$", "bcd", true],
    ["^[a-z-[aeiou]]+$", "bad", false],
    ["^\\p{IsGreek}+$", "αβγ", true],
    ["^\\p{Lu}\\P{Lu}$", "Ab", true],
    ["^a(?#comment)b$", "ab", true],
    ["^\\x41\\u0042\\103\\cJ$", "ABC\n", true],
    ["^[]a]+$", "]a", true],
    ["^a{,2}$", "a{,2}", true],
    ["^(?>a+)ab$", "aaab", false],
    ["\\bcat\\b", "a cat.", true],
    ["\\bcat\\b", "écat", false],
    ["^(?=([^,]+)).+(?=(\\1))", "a@x.com,b@x.com,a@x.com", true],
    ["^(?=([^,]+)).+(?=(\\1))", "a@x.com,b@x.com", false],
    ["(?<!a)b", "ab", false],
    ["^.$", "😀", true],
    ["^[ -~]+$", "a b{}~", true],
    ["^[&&--!!]+$", "&-!", true],
    ["^(a|b)?c\\/\\-\\@$", "c/-@", true],
  ])("%s in %j: %s", (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  it("names and numbers groups as .NET does: unnamed ones first", () => {
    expect(search("^(?<alias>.*)@(.*)$", "emily@contoso.com")).toEqual({
      "1": "contoso.com",
      "2": "emily",
      alias: "emily",
    });
    expect(search("^(?<q>['\"])(a)\\k<q>\\1$", "'a'a")).toMatchObject({ q: "'" });
    expect(search("(?n)^(a)(?'x'b)$", "ab")).toEqual({ x: "b", "1": "b" });
    expect(search("^(?:(?<d>a)|(?<d>b))$", "b")).toMatchObject({ d: "b" });
    expect(search("^(?<a>x)?y$", "y")).toEqual({});
  });

  it.each([
    ["(a", "a parenthesis is not closed"],
    ["a)", "a parenthesis is closed that was not opened"],
    ["[a", "a set of characters is not closed"],
    ["[z-a]", "a range of characters is upside down"],
    ["*a", "'*' has nothing to repeat"],
    ["a**", "a quantifier follows a quantifier"],
    ["a{3,1}", "the range {3,1} is upside down"],
    ["(a)\\2", "it refers to group '2', which it does not have"],
    ["\\q", "'\\q' is not known"],
    ["\\p{Nope}", "the category 'Nope' is not known"],
    ["(?(1)a|b)", "conditionals are not supported"],
    ["(?<a-b>x)", "balancing groups are not supported"],
    ["\\Ga", "\\G is not supported"],
  ])("%s is refused", (pattern, reason) => {
    expect(search(pattern, "a")).toBe(reason);
  });

  it("is refused where it is nested too deeply or too long", () => {
    expect(search("(".repeat(200), "a")).toBe("it is nested too deeply");
    expect(search("a".repeat(10_001), "a")).toBe("it is longer than 10000 characters");
  });

  it("takes linear time where it can, and is stopped where it cannot", () => {
    expect(search("^(a+)+$", `${"a".repeat(5000)}!`)).toBe("none");
    expect(search("^(?=a)(a|aa|aaa)+$", `${"a".repeat(60)}!`)).toBe("abandoned");
    expect(search("a", "a".repeat(200_001))).toBe("abandoned");
  });
});
