/** Below an element of `row`, the values of `attribute` of every element at `path` differ. */
export interface UniqueRule {
  readonly row: string;
  readonly path: readonly string[];
  readonly attribute: string;
  readonly code: "PL010" | "PL311";
}

function unique(row: string, path: string, attribute = "Id", code: UniqueRule["code"] = "PL010"): UniqueRule {
  return { row, path: path.split("/"), attribute, code };
}

/** Keys that the schema states (or should: policy-language.md 12 row 17). Source: policy-language.md 14.2 PL010, PL311. */
export const uniqueRules: readonly UniqueRule[] = [
  unique("ClaimsSchema", "ClaimType"),
  unique("Predicates", "Predicate"),
  unique("PredicateParameters", "Parameter"),
  unique("InputValidations", "InputValidation"),
  unique("PredicateValidations", "PredicateValidation"),
  unique("ClaimsTransformations", "ClaimsTransformation"),
  unique("ClientDefinitions", "ClientDefinition"),
  unique("ContentDefinitions", "ContentDefinition"),
  unique("Localization", "LocalizedResources"),
  unique("DisplayControls", "DisplayControl"),
  unique("Actions", "Action"),
  unique("ClaimsProviders", "ClaimsProvider/TechnicalProfiles/TechnicalProfile"),
  unique("ValidationTechnicalProfiles", "ValidationTechnicalProfile", "ReferenceId"),
  unique("UserJourneys", "UserJourney"),
  unique("SubJourneys", "SubJourney"),
  unique("OrchestrationSteps", "OrchestrationStep", "Order"),
  unique("OrchestrationSteps", "OrchestrationStep/ClaimsExchanges/ClaimsExchange"),
  unique("AuthorizationTechnicalProfiles", "AuthorizationTechnicalProfile", "ReferenceId"),
  unique("Endpoints", "Endpoint"),
  unique("DocumentReferences", "DocumentReference"),
  unique("Metadata", "Item", "Key", "PL311"),
];
