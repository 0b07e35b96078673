import { fitsInteger } from "../claims/dotnet/text.ts";
import { assertion, type Family, int, output, runtime, string } from "./transformation.ts";

const comparisons: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  lessthan: (a, b) => a < b,
  greaterthan: (a, b) => a > b,
  greaterthanorequal: (a, b) => a >= b,
  lessthanorequal: (a, b) => a <= b,
  equal: (a, b) => a === b,
  notequal: (a, b) => a !== b,
};

/** Source: claims-transformations.md 5.4. */
export const integerTransformations: Family = {
  AdjustNumber: {
    summary: "Adds or subtracts one; a claim without a value counts as 0.",
    inputs: { inputClaim: { types: ["int"], mayBeAbsent: true } },
    parameters: { Operator: { type: "string", values: ["INCREMENT", "DECREMENT"], default: "INCREMENT" } },
    outputs: { outputClaim: int },
    run(input) {
      const adjusted = input.integer("inputClaim") + (input.word("Operator") === "decrement" ? -1n : 1n);
      if (!fitsInteger(adjusted, "int")) return runtime("the number leaves the range of int");
      return output({ outputClaim: Number(adjusted) });
    },
  },

  AssertNumber: {
    summary: "Compares a number; raises a message where the comparison holds, unless throwError is false.",
    inputs: { inputClaim: int },
    parameters: {
      CompareToValue: { type: "int" },
      Operator: {
        type: "string",
        values: ["LessThan", "GreaterThan", "GreaterThanOrEqual", "LessThanOrEqual", "Equal", "NotEqual"],
      },
      throwError: { type: "boolean", default: "true" },
    },
    outputs: { outputClaim: { types: ["boolean"], mayBeUndeclared: true } },
    assertion: "AssertNumberError",
    assertionSwitch: "throwError",
    run(input) {
      const operator = input.word("Operator");
      const holds = Object.hasOwn(comparisons, operator) ? comparisons[operator] : undefined;
      if (!holds) return runtime("Operator is none that is offered");
      const result = holds(input.integer("inputClaim"), BigInt(input.number("CompareToValue")));
      if (result && input.isOn("throwError")) return assertion("AssertNumberError");
      return output({ outputClaim: result });
    },
  },

  ConvertNumberToStringClaim: {
    summary: "A number as text, without grouping.",
    inputs: { inputClaim: { types: ["long", "int"] } },
    parameters: {},
    outputs: { outputClaim: string },
    run: (input) =>
      output({ outputClaim: input.has("inputClaim") ? input.integer("inputClaim").toString() : "" }),
  },
};
