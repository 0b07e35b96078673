import { IdMap } from "@vestibule/policy";
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
    group("@#$%^&*\\-_+=[]{}|\\:',.?/`~\"();!", "Symbol"),
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
