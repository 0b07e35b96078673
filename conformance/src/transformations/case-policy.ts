import {
  type ClaimsTransformation,
  type ClaimType,
  type DataType,
  IdMap,
  type LocalizedResources,
  type Policy,
  type Predicate,
  type PredicateMethod,
} from "@vestibule/policy";
import type { TransformationCase } from "./case-file.ts";

export const contentDefinitionId = "api.case";
const validationId = "OutputClaimValidation";

/** Claim that a declared input or output is: each its own, so that what is written cannot hide what was there. */
export const inputId = ({ context }: TransformationCase, type: string): string =>
  context.inputClaimTypeIds?.[type] ?? `input.${type}`;
export const outputId = (type: string): string => `output.${type}`;

/** The policy that would hold a case's transformation. */
export function casePolicy(each: TransformationCase): Policy {
  const localized = localizedResources(each);
  return {
    policyId: "B2C_1A_case",
    tenantId: "contoso.onmicrosoft.com",
    deploymentMode: "Production",
    claimTypes: IdMap.of(claimTypes(each)),
    predicates: IdMap.of(predicates(each)),
    predicateValidations: IdMap.of([
      {
        id: validationId,
        predicateGroups: [{ id: "Only", predicates: predicates(each).map(({ id }) => id) }],
      },
    ]),
    claimsTransformations: IdMap.of([caseTransformation(each)]),
    contentDefinitions: IdMap.of([
      {
        id: contentDefinitionId,
        loadUri: "~/case.html",
        dataUri: "urn:com:microsoft:aad:b2c:elements:contract:selfasserted:2.1.7",
        metadata: {},
        localizedResources: Object.fromEntries(localized.map(({ id }) => [id, id])),
      },
    ]),
    localization: {
      enabled: true,
      defaultLanguage: "en",
      supportedLanguages: localized.map(({ id }) => id),
      resources: IdMap.of(localized),
    },
    claimsProviders: [],
    technicalProfiles: new IdMap(),
    userJourneys: new IdMap(),
    subJourneys: new IdMap(),
    relyingParty: {
      defaultUserJourney: "",
      endpoints: {},
      behaviors: {},
      technicalProfile: {
        id: "PolicyProfile",
        protocol: "OpenIdConnect",
        metadata: {},
        inputClaims: [],
        outputClaims: [],
      },
    },
  };
}

export function caseTransformation(each: TransformationCase): ClaimsTransformation {
  return {
    id: "Case",
    transformationMethod: each.method,
    inputClaims: each.inputs.map(({ type }) => ({
      claimTypeReferenceId: inputId(each, type),
      transformationClaimType: type,
    })),
    inputParameters: each.parameters,
    outputClaims: each.outputs.map(({ type }) => ({
      claimTypeReferenceId: outputId(type),
      transformationClaimType: type,
    })),
  };
}

function claimTypes(each: TransformationCase): ClaimType[] {
  const { outputClaimPredicate, outputClaimRestriction } = each.context;
  return [
    ...each.inputs.map(({ type, dataType }) => ({
      id: inputId(each, type),
      dataType: dataType as DataType,
    })),
    ...each.outputs.map(({ type, dataType }) => ({
      id: outputId(type),
      dataType: dataType as DataType,
      ...(outputClaimPredicate && { predicateValidationReference: validationId }),
      ...(outputClaimRestriction && { restriction: { enumeration: outputClaimRestriction } }),
    })),
  ];
}

function predicates({ context }: TransformationCase): Predicate[] {
  const { method, ...parameters } = context.outputClaimPredicate ?? {};
  return method === undefined ? [] : [{ id: "Predicate", method: method as PredicateMethod, parameters }];
}

/** One set of resources a language, named after it. */
function localizedResources({ context, outputs }: TransformationCase): LocalizedResources[] {
  const { localizedStrings = [], localizedCollections = [] } = context;
  const languages = new Set([...localizedStrings, ...localizedCollections].map(({ language }) => language));
  return [...languages].map((language) => ({
    id: language,
    strings: localizedStrings
      .filter((entry) => entry.language === language)
      .map(({ elementType, stringId, text }) => ({ elementType, stringId, value: text })),
    collections: localizedCollections
      .filter((entry) => entry.language === language)
      .flatMap(({ items }) =>
        outputs.map(({ type }) => ({
          elementType: "ClaimType",
          elementId: outputId(type),
          targetCollection: "Restriction",
          items,
        })),
      ),
  }));
}
