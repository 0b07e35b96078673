import type { DataType } from "@vestibule/policy";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { ClaimValue } from "../claims/value.ts";
import { checkTransformations } from "./check.ts";
import { exercise, exercisePolicy } from "./exercise.fixture.ts";
import { transformationFamilies } from "./index.ts";

/** Texts that parsers stumble over, and any others. */
const hostileText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.json(),
  fc.constantFrom(
    "",
    "{0}{{",
    '{"__proto__":1}',
    "[".repeat(100),
    "<a>".repeat(100),
    "+".repeat(300),
    "2022-02-30T25:61:00Z",
    "-0",
    "\u0000\uD800",
    "(a+)+$",
  ),
);

const values: Readonly<Record<string, fc.Arbitrary<ClaimValue | null>>> = {
  string: hostileText,
  boolean: fc.boolean(),
  int: fc.integer(),
  long: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  date: fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
  dateTime: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  stringCollection: fc.array(hostileText, { maxLength: 5 }),
  userIdentity: fc.record({ issuer: hostileText, issuerUserId: hostileText }),
};
const value = (type: DataType) => fc.option(values[type] ?? fc.constant([]), { nil: null });

const methods = Object.values(transformationFamilies).flatMap((family) => Object.entries(family));

it.each(methods)("%s never throws, whatever claims and parameters hold", (name, method) => {
  const type = (types: readonly DataType[]) => types[0] ?? "string";
  const slots = Object.entries(method.inputs).map(([slot, { types }]) => [slot, type(types)] as const);
  const named = method.otherInputs ? [...slots, ["a.0", "string"] as const] : slots;
  const inputs = fc.record(
    Object.fromEntries(
      named.map(([slot, dataType]) => [slot, value(dataType).map((given) => [dataType, given] as const)]),
    ),
  );
  const parameters = fc.record(
    Object.fromEntries(
      [...Object.keys(method.parameters), ...(method.otherParameters ? ["x.y"] : [])].map((id) => [
        id,
        hostileText,
      ]),
    ),
  );
  const outputs = Object.fromEntries(
    Object.entries(method.outputs).map(([slot, { types }]) => [slot, type(types)]),
  );
  fc.assert(
    fc.property(inputs, parameters, (someInputs, someParameters) => {
      const given = { inputs: someInputs, parameters: someParameters, outputs };
      expect(exercise(name, given).kind).toMatch(/^(claims|assertion|missingInput|runtime)$/);
      expect(Array.isArray(checkTransformations(exercisePolicy(name, given)))).toBe(true);
    }),
    { numRuns: 50 },
  );
});

it.each(["__proto__", "constructor", "valueOf", "tostring"])("no operator is inherited: %s", (Operator) => {
  const given = {
    inputs: { inputClaim: ["int", 1] as const },
    parameters: { CompareToValue: "1", Operator, throwError: "false" },
    outputs: { outputClaim: "boolean" as const },
  };
  expect(exercise("AssertNumber", given).kind).toBe("runtime");
});
