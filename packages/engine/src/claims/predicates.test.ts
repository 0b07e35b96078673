import { IdMap, type Predicate, type PredicateGroup } from "@vestibule/policy";
import { expect, it } from "vitest";
import { samplePolicy } from "../testing/sample-policy.ts";
import { unsatisfiedGroups } from "./predicates.ts";

const group = (characterSet: string, id: string) => ({
  id,
  method: "IncludesCharacters" as const,
  parameters: { CharacterSet: characterSet },
});
const policy = {
  ...samplePolicy(),
  predicates: IdMap.of([
    group("a-z", "Lowercase"),
    group("A-Z", "Uppercase"),
    group("0-9", "Number"),
    group("@#$%^&*\\-_+=[]{}|\\\\:',.?/`~\"();!", "Symbol"),
    { id: "Length", method: "IsLengthRange" as const, parameters: { Minimum: "8", Maximum: "64" } },
  ]),
  predicateValidations: IdMap.of([
    {
      id: "Strong",
      predicateGroups: [
        { id: "LengthGroup", predicates: ["Length"], matchAtLeast: 1 },
        {
          id: "CharacterClasses",
          predicates: ["Lowercase", "Uppercase", "Number", "Symbol"],
          matchAtLeast: 3,
        },
      ],
    },
  ]),
};
const type = { id: "newPassword", dataType: "string" as const, predicateValidationReference: "Strong" };
const failing = (text: string) =>
  unsatisfiedGroups(policy, type, text, 0).map((unsatisfied) => unsatisfied.group.id);

it.each([
  ["Passw0rd", []],
  ["passw0rd]", []],
  ["password", ["CharacterClasses"]],
  ["Pw0!", ["LengthGroup"]],
  ["", ["LengthGroup", "CharacterClasses"]],
])("%j fails %j", (text, groups) => {
  expect(failing(text)).toEqual(groups);
});

const one = (predicateGroups: readonly PredicateGroup[], predicates: readonly Predicate[]) => ({
  ...policy,
  predicates: IdMap.of(predicates),
  predicateValidations: IdMap.of([{ id: "Strong", predicateGroups }]),
});

it("takes every character of the documents' symbols alone, and nothing between them", () => {
  const symbols = one([{ id: "Symbols", predicates: ["Symbol"] }], [...policy.predicates.values()]);
  const holds = (text: string) => unsatisfiedGroups(symbols, type, text, 0).length === 0;
  const written = "@#$%^&*-_+=[]{}|\\:',.?/`~\"();!";
  expect([...written].filter((symbol) => !holds(symbol))).toEqual([]);
  expect([..."a5Z <>"].filter(holds)).toEqual([]);
});

it("refuses what a rejecting group matches, and names the predicates that held", () => {
  const word = { id: "Word", method: "MatchesRegex" as const, parameters: { RegularExpression: "secret" } };
  const rejecting = one([{ id: "NoWord", predicates: ["Word"], reject: true }], [word]);
  expect(unsatisfiedGroups(rejecting, type, "public", 0)).toEqual([]);
  expect(unsatisfiedGroups(rejecting, type, "a secret", 0)).toMatchObject([
    { group: { id: "NoWord" }, predicates: [{ id: "Word" }] },
  ]);
});
