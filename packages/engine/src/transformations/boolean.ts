import { parseBoolean } from "../claims/dotnet/text.ts";
import { assertion, boolean, type Family, nothing, output, string, text } from "./transformation.ts";

const comparison = { valueToCompareTo: { type: "boolean" } } as const;
const notEqual = "UserMessageIfClaimsTransformationBooleanValueIsNotEqual";

/** Source: claims-transformations.md 5.1 and 5.9. */
export const booleanTransformations: Family = {
  AndClaims: {
    summary: "True where both claims are true.",
    inputs: { inputClaim1: boolean, inputClaim2: boolean },
    parameters: {},
    outputs: { outputClaim: boolean },
    run: (input) => output({ outputClaim: input.flag("inputClaim1") && input.flag("inputClaim2") }),
  },

  OrClaims: {
    summary: "True where one of the claims is true.",
    inputs: { inputClaim1: boolean, inputClaim2: boolean },
    parameters: {},
    outputs: { outputClaim: boolean },
    run: (input) => output({ outputClaim: input.flag("inputClaim1") || input.flag("inputClaim2") }),
  },

  NotClaims: {
    summary: "True where the claim is false.",
    inputs: { inputClaim: boolean },
    parameters: {},
    outputs: { outputClaim: boolean },
    run: (input) => output({ outputClaim: !input.flag("inputClaim") }),
  },

  AssertBooleanClaimIsEqualToValue: {
    summary: "Raises a message where the claim differs from the value.",
    inputs: { inputClaim: boolean },
    parameters: comparison,
    outputs: {},
    assertion: notEqual,
    run: (input) =>
      input.claim("inputClaim") === input.isOn("valueToCompareTo") ? nothing : assertion(notEqual),
  },

  CompareBooleanClaimToValue: {
    summary: "True where the claim has the value.",
    inputs: { inputClaim: boolean },
    parameters: comparison,
    outputs: { compareResult: boolean },
    run: (input) => output({ compareResult: input.claim("inputClaim") === input.isOn("valueToCompareTo") }),
  },

  SetClaimIfBooleansMatch: {
    summary: "Sets a text where the claim has the value.",
    inputs: { claimToMatch: boolean },
    parameters: { matchTo: { type: "string", values: ["true", "false"] }, outputClaimIfMatched: text },
    outputs: { outputClaim: string },
    run(input) {
      const matches = input.claim("claimToMatch") === parseBoolean(input.parameter("matchTo"));
      return matches ? output({ outputClaim: input.parameter("outputClaimIfMatched") }) : nothing;
    },
  },
};
