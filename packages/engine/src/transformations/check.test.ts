import { IdMap } from "@vestibule/policy";
import { describe, expect, it } from "vitest";
import { technicalProfile } from "../testing/sample-policy.ts";
import { checkTransformations } from "./check.ts";
import { checkTransformationUses } from "./check-uses.ts";
import { type Exercise, exercisePolicy } from "./exercise.fixture.ts";
import { transformationFamilies, transformationMethod } from "./index.ts";

function findings(method: string, exercise: Exercise): string[] {
  return checkTransformations(exercisePolicy(method, exercise)).map(
    ({ severity, code, message, hint }) =>
      `${severity} ${code} ${message.slice(message.indexOf(")") + 2)}${hint === undefined ? "" : ` ${hint}`}`,
  );
}

const outputClaim = { outputClaim: "string" } as const;
const inputClaim = { inputClaim: ["string", undefined] } as const;

describe("a transformation is refused at load", () => {
  it.each<[string, string, Exercise, string[]]>([
    [
      "with a method that does not exist",
      "FormatStringClam",
      {},
      ["error VB103 uses a method that does not exist. Nearest: 'FormatStringClaim'."],
    ],
    [
      "with a claim under a wrong name",
      "FormatStringClaim",
      {
        inputs: { inputCliam: ["string", undefined] },
        parameters: { stringFormat: "{0}" },
        outputs: outputClaim,
      },
      [
        "error VB104 declares InputClaim [string]inputCliam, which the method does not expect. Nearest: 'inputClaim'.",
        "error VB104 does not declare InputClaim [string]inputClaim, which the method expects.",
      ],
    ],
    [
      "with a claim of another type",
      "ConvertStringToPhoneNumberClaim",
      { inputs: { phoneNumberString: ["string", undefined] }, outputs: outputClaim },
      [
        "error VB105 declares OutputClaim [string]outputClaim, where the method expects [phoneNumber]outputClaim.",
      ],
    ],
    [
      "without a claim that may be absent, but must be declared",
      "AddItemToStringCollection",
      { inputs: { item: ["string", undefined] }, outputs: { collection: "stringCollection" } },
      ["error VB104 does not declare InputClaim [stringCollection]collection, which the method expects."],
    ],
    [
      "without a parameter",
      "StringSubstring",
      { inputs: inputClaim, parameters: { startIndex: ["int", "zero"] }, outputs: outputClaim },
      [
        "error VB106 has parameter 'startIndex' with the value 'zero', which is no int.",
        "error VB106 has no parameter 'length', which the method needs.",
      ],
    ],
    [
      "with a word that is not offered",
      "ChangeCase",
      {
        inputs: { inputClaim1: ["string", undefined] },
        parameters: { toCase: "LOWR" },
        outputs: outputClaim,
      },
      [
        "error VB106 has parameter 'toCase' with the value 'LOWR'; offered are LOWER, UPPER. Nearest: 'LOWER'.",
      ],
    ],
    [
      "with a pattern that cannot be used",
      "SetClaimsIfRegexMatch",
      {
        inputs: { claimToMatch: ["string", undefined] },
        parameters: { matchTo: "(?(1)a|b)" },
        outputs: { regexCompareResultClaim: "boolean" },
      },
      [
        "error VB109 has parameter 'matchTo' with a pattern that cannot be used: conditionals are not supported.",
      ],
    ],
    [
      "that copies into a claim without predicates",
      "CopyClaimIfPredicateMatch",
      { inputs: inputClaim, outputs: outputClaim },
      ["error VB110 copies into claim type 'out_outputClaim', which has no PredicateValidationReference."],
    ],
    [
      "that copies between types",
      "CopyClaim",
      { inputs: inputClaim, outputs: { outputClaim: "int" } },
      ["error VB105 copies a claim of type string into one of type int: they must be the same."],
    ],
    [
      "whose paths contradict each other",
      "GenerateJson",
      {
        inputs: { a: ["string", undefined], "a.b": ["string", undefined], "c.0": ["string", undefined] },
        parameters: { "c.2": "x", "c.name": "y", "d..e": "z" },
        outputs: outputClaim,
      },
      [
        "error VB112 has the path 'a.b', which runs through a value.",
        "error VB112 has the path 'c.name', which makes one place an array and an object.",
        "error VB112 has the path 'd..e', which has an empty part.",
        "error VB112 has an array at 'c' whose indexes do not run from 0 without a hole.",
      ],
    ],
  ])("%s", (_name, method, exercise, expected) => {
    expect(findings(method, exercise)).toEqual(expected);
  });
});

describe("a transformation is warned about", () => {
  it.each<[string, string, Exercise, string[]]>([
    [
      "with a parameter that has no effect",
      "StringReplace",
      {
        inputs: inputClaim,
        parameters: { oldValue: "a", newValue: "", newValeu: "b" },
        outputs: outputClaim,
      },
      [
        "warning VB107 has parameter 'newValeu', which the method does not know: it has no effect. Nearest: 'newValue'.",
      ],
    ],
    [
      "with a format that fails when it runs",
      "FormatStringClaim",
      { inputs: inputClaim, parameters: { stringFormat: "{0} {1}" }, outputs: outputClaim },
      ["warning VB108 has parameter 'stringFormat' with the place {1}, for which there is no claim."],
    ],
    [
      "with a parameter of another type",
      "CompareClaimToValue",
      {
        inputs: { inputClaim1: ["string", undefined] },
        parameters: { compareTo: "a", operator: "equal", ignoreCase: ["boolean", "true"] },
        outputs: { outputClaim: "boolean" },
      },
      [
        "warning VB106 has parameter 'ignoreCase' of type boolean; B2C fails at run time unless it is string.",
      ],
    ],
    [
      "without an enumeration to look into",
      "GetMappedValueFromLocalizedCollection",
      { inputs: { mapFromClaim: ["string", undefined] }, outputs: { restrictionValueClaim: "string" } },
      [
        "warning VB111 looks into claim type 'out_restrictionValueClaim', which has neither a Restriction nor a localized one.",
      ],
    ],
  ])("%s", (_name, method, exercise, expected) => {
    expect(findings(method, exercise)).toEqual(expected);
  });
});

it("takes names in any case, older spellings, and ids that are data", () => {
  expect(
    findings("formatstringclaim", {
      inputs: { INPUTCLAIM: ["string", undefined] },
      parameters: { formatString: "{RelyingPartyTenantId}{0}" },
      outputs: { OutputClaim: "string" },
    }),
  ).toEqual([]);
  expect(
    findings("LookupValue", {
      inputs: { inputParameterId: ["string", undefined] },
      parameters: { a: "1", A: "2", erroronfailedlookup: ["boolean", "TRUE"] },
      outputs: outputClaim,
    }),
  ).toEqual([]);
});

describe("where transformations are called", () => {
  const uses = (handler: string, metadata: Record<string, string>, validates: boolean) => {
    const policy = exercisePolicy("FormatLocalizedString", {});
    const assertion = {
      id: "Assert",
      transformationMethod: "AssertStringClaimsAreEqual",
      inputClaims: [],
      inputParameters: [],
      outputClaims: [],
    };
    const profile = technicalProfile(
      "Transform",
      { name: "Proprietary", handler },
      { metadata, outputClaimsTransformations: ["Test", "Assert"] },
    );
    const page = technicalProfile(
      "Page",
      { name: "Proprietary", handler: "x" },
      { validationTechnicalProfiles: validates ? [{ referenceId: "transform", preconditions: [] }] : [] },
    );
    return checkTransformationUses({
      ...policy,
      claimsTransformations: IdMap.of([...policy.claimsTransformations.values(), assertion]),
      technicalProfiles: IdMap.of([profile, page]),
    }).map(({ code, severity }) => `${severity} ${code}`);
  };
  const handler = "Web.TPEngine.Providers.ClaimsTransformationProtocolProvider, Web.TPEngine";

  it("says that localized texts need a content definition, and messages a page", () => {
    expect(uses(handler, {}, false)).toEqual(["warning VB113", "notice VB114"]);
    expect(uses(handler, { ContentDefinitionReferenceId: "api.x" }, true)).toEqual([]);
  });
});

it("has every method of the reference, each with a sentence of its own", () => {
  const all = Object.values(transformationFamilies).flatMap((family) => Object.entries(family));
  expect(all).toHaveLength(69);
  expect(new Set(all.map(([, { summary }]) => summary)).size).toBe(69);
  for (const alias of ["GuidAndRandomGenerator", "GetAgeGroupAndConsentProvided", "setClaimsIfRegexMatch"])
    expect(transformationMethod(alias)).toBeDefined();
});
