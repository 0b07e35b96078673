import { expect, it } from "vitest";
import { expression, patternText } from "./pattern-text.ts";

it.each([
  "^[a-z]{3}[0-9]{2}$",
  "^\\d{5}(-\\d{4})?$",
  "^(?=.*[A-Z])[a-zA-Z0-9]{2,8}$",
  "^(yes|no)$",
  "^\\+\\d{8,15}$",
  "^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$",
  "(^([0-9A-Za-z]|(\\.(?!@)))+$)|(^$)",
  "^(?<area>\\d{3})\\u002d\\x41$",
  "^.{4}$",
  "(?i)^ABC\\.d?$",
])("writes a text for %s", (pattern) => {
  const written = [0, 1, 2, 7].map((extra) => patternText(pattern, extra));
  expect(written.some((text) => expression(pattern)?.test(text))).toBe(true);
});

it.each(["(", "[a-", "a{2", "\\", "(?<", ")("])("comes to an end with the broken %s", (pattern) => {
  expect(typeof patternText(pattern, 1)).toBe("string");
});
