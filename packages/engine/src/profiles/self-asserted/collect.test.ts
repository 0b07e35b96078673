import { type ClaimType, IdMap } from "@vestibule/policy";
import { expect, it } from "vitest";
import { samplePolicy } from "../../testing/sample-policy.ts";
import { collectFields, type FormTexts } from "./collect.ts";

const texts: FormTexts = {
  displayName: ({ id }) => id,
  message: (key) => key,
  fieldError: (id) => id,
  passwordMismatch: "",
  options: () => [],
  patternHelp: () => undefined,
  groupHelp: () => undefined,
  predicateHelp: () => undefined,
};
const policy = {
  ...samplePolicy(),
  predicates: IdMap.of([
    { id: "Length", method: "IsLengthRange" as const, parameters: { Minimum: "6", Maximum: "64" } },
  ]),
  predicateValidations: IdMap.of([{ id: "Six", predicateGroups: [{ id: "All", predicates: ["Length"] }] }]),
};

/** What is said of `text` in a field of `type`. */
function problemOf(type: ClaimType, text: string): string | undefined {
  return collectFields({
    policy,
    bag: {},
    fields: [{ type, required: true, readOnly: false, verified: false }],
    posted: { [type.id]: text },
    texts,
    identifierAliases: [],
    emptyBecomesClaim: false,
    now: 0,
  }).problems[type.id];
}

it("lets the predicates of a derived policy stand in for the pattern of its base", () => {
  const base: ClaimType = {
    id: "word",
    dataType: "string",
    userInputType: "TextBox",
    restriction: { pattern: { regularExpression: "^.{8,16}$" } },
  };
  expect(problemOf(base, "sixsix")).toBe("pattern");
  const derived = { ...base, predicateValidationReference: "Six" };
  expect(problemOf(derived, "sixsix")).toBeUndefined();
  expect(problemOf(derived, "five5")).toBe("pattern");
});
