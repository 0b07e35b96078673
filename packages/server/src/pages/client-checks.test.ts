import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import type { PagePredicates } from "@vestibule/engine";
import { expect, it } from "vitest";
import { dataScript } from "./data-script.ts";
import { sampleField, sampleView, signUpModel } from "./pages.fixture.ts";

const script = readFileSync(join(import.meta.dirname, "../../assets/page/checks.js"), "utf8");
const { includesCharacters, groupHolds } = runInNewContext(
  `const decode = (text) => text; ${script}; ({ includesCharacters, groupHolds })`,
) as {
  includesCharacters(set: string, value: string): boolean;
  groupHolds(group: unknown, value: string): boolean;
};

it("reads sets of characters as the server does", () => {
  const set = "@#$%^&*\\-_+=[]{}|\\\\:',.?/`~\"();!";
  const written = "@#$%^&*-_+=[]{}|\\:',.?/`~\"();!";
  expect([...written].filter((symbol) => !includesCharacters(set, symbol))).toEqual([]);
  expect([..."a5Z <>"].filter((other) => includesCharacters(set, other))).toEqual([]);
  expect([..."amz-9"].map((character) => includesCharacters("a-z-9", character))).not.toContain(false);
  expect([..."A8"].map((character) => includesCharacters("a-z-9", character))).not.toContain(true);
});

it("refuses on the page what a rejecting group matches", () => {
  const groups: PagePredicates["groups"] = [
    {
      helpText: "No secrets",
      matchAtLeast: 1,
      reject: true,
      predicates: [
        { method: "MatchesRegex", parameters: { RegularExpression: "secret" }, helpText: "no secret" },
      ],
    },
  ];
  const view = sampleView({
    ...signUpModel,
    fields: [sampleField("word", "Word", { predicates: { groups } })],
  });
  const json = /var SA_FIELDS = (.*);$/m.exec(dataScript(view))?.[1] ?? "";
  const [field] = (
    JSON.parse(json) as { AttributeFields: { INPUT_VALIDATION: { PREDICATE_GROUPS: unknown[] } }[] }
  ).AttributeFields;
  const [group] = field?.INPUT_VALIDATION.PREDICATE_GROUPS ?? [];
  expect(groupHolds(group, "public")).toBe(true);
  expect(groupHolds(group, "a secret")).toBe(false);
});
