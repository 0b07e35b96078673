import { dotNetPattern } from "../claims/dotnet/regular-expression.ts";
import { textContains, textsAreEqual } from "../claims/dotnet/text.ts";
import { unsatisfiedGroups } from "../claims/predicates.ts";
import type { ClaimValue } from "../claims/value.ts";
import type { TransformationInput } from "./input.ts";
import {
  assertion,
  boolean,
  type Family,
  ignoreCase,
  type MethodFinding,
  nothing,
  optionalString,
  output,
  type ParameterSlot,
  requiredIgnoreCase,
  runtime,
  string,
  stringComparison,
  text,
} from "./transformation.ts";

const notEqual = "UserMessageIfClaimsTransformationStringsAreNotEqual";
const operator: ParameterSlot = { type: "string", values: ["EQUAL", "NOT EQUAL"] };
const optionalText: ParameterSlot = { type: "string", optional: true };

/** Source: claims-transformations.md 5.9. */
export const stringComparisonTransformations: Family = {
  AssertStringClaimsAreEqual: {
    summary: "Raises a message where two texts differ.",
    inputs: { inputClaim1: string, inputClaim2: string },
    parameters: { stringComparison },
    outputs: {},
    assertion: notEqual,
    run: (input) =>
      equal(value(input, "inputClaim1"), value(input, "inputClaim2"), input.comparison)
        ? nothing
        : assertion(notEqual),
  },

  CompareClaims: {
    summary: "Compares two texts; a claim without a value equals only another one.",
    inputs: { inputClaim1: optionalString, inputClaim2: optionalString },
    parameters: { operator, ignoreCase },
    outputs: { outputClaim: boolean },
    run(input) {
      const same = equal(value(input, "inputClaim1"), value(input, "inputClaim2"), input.ignoringCase);
      return output({ outputClaim: same === (input.word("operator") !== "not equal") });
    },
  },

  CompareClaimToValue: {
    summary: "Compares a text with a fixed one.",
    inputs: { inputClaim1: optionalString },
    parameters: { compareTo: text, operator, ignoreCase },
    outputs: { outputClaim: boolean },
    run(input) {
      const same = equal(value(input, "inputClaim1"), input.parameter("compareTo"), input.ignoringCase);
      return output({ outputClaim: same === (input.word("operator") !== "not equal") });
    },
  },

  StringContains: {
    summary: "True where a text holds another.",
    inputs: { inputClaim: string },
    parameters: { contains: text, ignoreCase: requiredIgnoreCase },
    outputs: { outputClaim: boolean },
    run: (input) =>
      output({
        outputClaim: textContains(input.text("inputClaim"), input.parameter("contains"), input.ignoringCase),
      }),
  },

  CopyClaimIfPredicateMatch: {
    summary: "Copies a text where it satisfies the predicate validation of the output claim's type.",
    inputs: { inputClaim: string },
    parameters: {},
    outputs: { outputClaim: string },
    check({ outputClaims }, policy): MethodFinding[] {
      const type = policy.claimTypes.get(outputClaims[0]?.claimTypeReferenceId ?? "");
      if (!type || type.predicateValidationReference !== undefined) return [];
      const message = `copies into claim type '${type.id}', which has no PredicateValidationReference.`;
      return [{ code: "VB110", severity: "error", message }];
    },
    run(input) {
      const type = input.output("outputClaim")?.type;
      if (!type || !input.has("inputClaim")) return nothing;
      const candidate = input.text("inputClaim");
      const { policy, now } = input.context;
      const milliseconds = Number((now - 621_355_968_000_000_000n) / 10_000n);
      return unsatisfiedGroups(policy, type, candidate, milliseconds).length === 0
        ? output({ outputClaim: candidate })
        : nothing;
    },
  },

  SetClaimsIfRegexMatch: {
    summary: "Searches a text for a pattern; sets a text, whether it matched, and the captured groups.",
    inputs: { claimToMatch: string },
    parameters: {
      matchTo: { type: "string", holds: "regularExpression" },
      outputClaimIfMatched: optionalText,
      extractGroups: { type: "boolean", default: "false" },
    },
    outputs: { outputClaim: { types: ["string"], mayBeUndeclared: true }, regexCompareResultClaim: boolean },
    otherOutputs: string,
    run: matchPattern,
  },

  SetClaimsIfStringsAreEqual: {
    summary: "Compares a text with a fixed one; sets a message, its code, and whether they are equal.",
    inputs: { inputClaim: string },
    parameters: {
      matchTo: text,
      stringComparison,
      stringMatchMsg: text,
      stringMatchMsgCode: text,
    },
    outputs: {
      outputClaim1: string,
      outputClaim2: string,
      stringCompareResultClaim: boolean,
    },
    run(input) {
      const same = equal(value(input, "inputClaim"), input.parameter("matchTo"), input.comparison);
      if (!same) return output({ stringCompareResultClaim: false });
      return output({
        outputClaim1: input.parameter("stringMatchMsg"),
        outputClaim2: input.parameter("stringMatchMsgCode"),
        stringCompareResultClaim: true,
      });
    },
  },

  SetClaimsIfStringsMatch: {
    summary: "Compares a text with a fixed one; sets a text, and whether they are equal.",
    inputs: { claimToMatch: string },
    parameters: { matchTo: text, stringComparison, outputClaimIfMatched: text },
    outputs: {
      outputClaim: string,
      stringCompareResultClaim: boolean,
    },
    run(input) {
      const same = equal(value(input, "claimToMatch"), input.parameter("matchTo"), input.comparison);
      return output({
        outputClaim: same ? input.parameter("outputClaimIfMatched") : null,
        stringCompareResultClaim: same,
      });
    },
  },
};

const value = (input: TransformationInput, name: string) => (input.has(name) ? input.text(name) : undefined);

function equal(
  a: string | undefined,
  b: string | undefined,
  comparison: "Ordinal" | "OrdinalIgnoreCase",
): boolean {
  return a === undefined || b === undefined ? a === b : textsAreEqual(a, b, comparison);
}

const ownOutputs = new Set(["outputclaim", "regexcompareresultclaim"]);

function matchPattern(input: TransformationInput) {
  const pattern = dotNetPattern(input.parameter("matchTo"));
  if (pattern.kind === "invalid") return runtime(`matchTo is no pattern: ${pattern.reason}`);
  const found = pattern.search(input.text("claimToMatch"));
  if (found.kind === "abandoned") return runtime("the search for matchTo took too long");
  if (found.kind === "none") return output({ outputClaim: null, regexCompareResultClaim: false });
  const claims: Record<string, ClaimValue | null> = {
    outputClaim: input.givenParameter("outputClaimIfMatched") ?? null,
    regexCompareResultClaim: true,
  };
  if (input.isOn("extractGroups")) {
    const names = new Map([...found.groups.keys()].map((name) => [name.toLowerCase(), name]));
    for (const { name } of input.outputs) {
      const group = found.groups.get(name) ?? found.groups.get(names.get(name.toLowerCase()) ?? "");
      if (group !== undefined && !ownOutputs.has(name.toLowerCase())) claims[name] = group;
    }
  }
  return output(claims);
}
