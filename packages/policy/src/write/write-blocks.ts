import type {
  ClaimReference,
  ClaimsTransformation,
  ClaimType,
  ContentDefinition,
  DisplayControl,
  EnumerationItem,
  Localization,
  LocalizedResources,
  Policy,
  Predicate,
  PredicateValidation,
  UserInputType,
} from "../model.ts";
import { writeValidations } from "./write-journeys.ts";
import { writeMetadata } from "./write-profile.ts";
import { container, element, type OutputElement, optionalText, textElement } from "./xml.ts";

/** Source: policy-language.md 3 to 7, in the order that the grammar asks for. */
export function writeBuildingBlocks(policy: Policy): OutputElement | undefined {
  const blocks = [
    container("ClaimsSchema", policy.claimTypes.values().map(writeClaimType)),
    container("Predicates", policy.predicates.values().map(writePredicate)),
    container("PredicateValidations", policy.predicateValidations.values().map(writeValidation)),
    container("ClaimsTransformations", policy.claimsTransformations.values().map(writeTransformation)),
    container("ContentDefinitions", policy.contentDefinitions.values().map(writeContentDefinition)),
    writeLocalization(policy.localization),
    container("DisplayControls", policy.displayControls?.values().map(writeDisplayControl) ?? []),
  ].filter((block) => block !== undefined);
  return container("BuildingBlocks", blocks);
}

/** Input types that user flows have and the policy language has not. */
const inputTypes: Readonly<Partial<Record<UserInputType, string>>> = {
  Link: "Readonly",
  NumericBox: "TextBox",
  PhoneNumber: "TextBox",
};

function writeClaimType(claim: ClaimType): OutputElement {
  const { restriction, mask, userInputType } = claim;
  const options = restriction?.enumeration ?? [];
  const pattern = restriction?.pattern;
  return element(
    "ClaimType",
    { Id: claim.id },
    optionalText("DisplayName", claim.displayName),
    textElement("DataType", claim.dataType),
    container(
      "DefaultPartnerClaimTypes",
      Object.entries(claim.defaultPartnerClaimTypes ?? {}).map(([name, partner]) => {
        const slash = name.indexOf("/");
        return element("Protocol", {
          Name: slash < 0 ? name : name.slice(0, slash),
          Handler: slash < 0 ? undefined : name.slice(slash + 1),
          PartnerClaimType: partner,
        });
      }),
    ),
    mask &&
      (mask.type === "Regex"
        ? textElement("Mask", mask.replacement ?? "", { Type: "Regex", Regex: mask.pattern })
        : textElement("Mask", mask.pattern, { Type: "Simple" })),
    optionalText("AdminHelpText", claim.adminHelpText),
    optionalText("UserHelpText", claim.userHelpText),
    optionalText("UserInputType", userInputType && (inputTypes[userInputType] ?? userInputType)),
    options.length > 0
      ? element("Restriction", {}, options.map(writeOption("Enumeration")))
      : pattern &&
          element(
            "Restriction",
            {},
            element("Pattern", { RegularExpression: pattern.regularExpression, HelpText: pattern.helpText }),
          ),
    claim.predicateValidationReference !== undefined &&
      element("PredicateValidationReference", { Id: claim.predicateValidationReference }),
  );
}

function writeOption(name: string): (item: EnumerationItem) => OutputElement {
  return ({ text, value, selectByDefault }) =>
    element(name, { Text: text, Value: value, SelectByDefault: selectByDefault });
}

function writePredicate(predicate: Predicate): OutputElement {
  return element(
    "Predicate",
    { Id: predicate.id, Method: predicate.method, HelpText: predicate.helpText },
    optionalText("UserHelpText", predicate.userHelpText),
    container(
      "Parameters",
      Object.entries(predicate.parameters).map(([id, value]) => textElement("Parameter", value, { Id: id })),
    ),
  );
}

function writeValidation(validation: PredicateValidation): OutputElement {
  return element(
    "PredicateValidation",
    { Id: validation.id },
    container(
      "PredicateGroups",
      validation.predicateGroups.map((group) =>
        element(
          "PredicateGroup",
          { Id: group.id },
          optionalText("UserHelpText", group.userHelpText),
          container(
            "PredicateReferences",
            group.predicates.map((id) => element("PredicateReference", { Id: id })),
            { MatchAtLeast: group.matchAtLeast, Reject: group.reject },
          ),
        ),
      ),
    ),
  );
}

function writeTransformation(transformation: ClaimsTransformation): OutputElement {
  const claims = (name: string, all: ClaimsTransformation["inputClaims"]) =>
    all.map((claim) =>
      element(name, {
        ClaimTypeReferenceId: claim.claimTypeReferenceId,
        TransformationClaimType: claim.transformationClaimType,
      }),
    );
  return element(
    "ClaimsTransformation",
    { Id: transformation.id, TransformationMethod: transformation.transformationMethod },
    container("InputClaims", claims("InputClaim", transformation.inputClaims)),
    container(
      "InputParameters",
      transformation.inputParameters.map(({ id, dataType, value }) =>
        element("InputParameter", { Id: id, DataType: dataType, Value: value }),
      ),
    ),
    container("OutputClaims", claims("OutputClaim", transformation.outputClaims)),
  );
}

function writeContentDefinition(definition: ContentDefinition): OutputElement {
  const references =
    definition.localizedResourcesReferences ??
    Object.entries(definition.localizedResources).map(([language, id]) => ({ language, id }));
  return element(
    "ContentDefinition",
    { Id: definition.id },
    textElement("LoadUri", definition.loadUri),
    optionalText("RecoveryUri", definition.recoveryUri),
    textElement("DataUri", definition.dataUri),
    writeMetadata(definition.metadata),
    container(
      "LocalizedResourcesReferences",
      references.map(({ language, id }) =>
        element("LocalizedResourcesReference", { Language: language, LocalizedResourcesReferenceId: id }),
      ),
    ),
  );
}

function writeLocalization(localization: Localization): OutputElement | undefined {
  const { enabled, defaultLanguage, supportedLanguages, resources } = localization;
  const nothing = !enabled && resources.size === 0 && supportedLanguages.length === 0;
  if (nothing && defaultLanguage === "en") return undefined;
  return element(
    "Localization",
    { Enabled: enabled },
    element(
      "SupportedLanguages",
      {
        DefaultLanguage: defaultLanguage,
        PolicyLanguage: localization.policyLanguage,
        MergeBehavior: localization.extendsBuiltInLanguages ? "Append" : "ReplaceAll",
      },
      supportedLanguages.map((language) => textElement("SupportedLanguage", language)),
    ),
    resources.values().map(writeResources),
  );
}

function writeResources(resources: LocalizedResources): OutputElement {
  return element(
    "LocalizedResources",
    { Id: resources.id, Culture: resources.culture },
    container(
      "LocalizedCollections",
      resources.collections.map(({ elementType, elementId, targetCollection, items }) =>
        element(
          "LocalizedCollection",
          { ElementType: elementType, ElementId: elementId, TargetCollection: targetCollection },
          items.map(writeOption("Item")),
        ),
      ),
    ),
    container(
      "LocalizedStrings",
      resources.strings.map(({ elementType, elementId, stringId, value }) =>
        textElement("LocalizedString", value, {
          ElementType: elementType,
          ElementId: elementId,
          StringId: stringId,
        }),
      ),
    ),
  );
}

function writeDisplayControl(control: DisplayControl): OutputElement {
  const claims = (name: string, all: readonly ClaimReference[]) =>
    all.map((claim) =>
      element(name, {
        ClaimTypeReferenceId: claim.claimTypeReferenceId,
        Required: claim.required,
        DefaultValue: claim.defaultValue,
        AlwaysUseDefaultValue: claim.alwaysUseDefaultValue,
      }),
    );
  return element(
    "DisplayControl",
    {
      Id: control.id,
      UserInterfaceControlType: control.userInterfaceControlType,
      DisplayName: control.displayName,
    },
    container("InputClaims", claims("InputClaim", control.inputClaims)),
    container(
      "DisplayClaims",
      control.displayClaims.map(({ claimTypeReferenceId, controlClaimType, required }) =>
        element("DisplayClaim", {
          ClaimTypeReferenceId: claimTypeReferenceId,
          ControlClaimType: controlClaimType,
          Required: required,
        }),
      ),
    ),
    container("OutputClaims", claims("OutputClaim", control.outputClaims)),
    container(
      "Actions",
      control.actions.map(({ id, technicalProfiles }) =>
        element(
          "Action",
          { Id: id },
          element(
            "ValidationClaimsExchange",
            {},
            writeValidations(
              "ValidationClaimsExchangeTechnicalProfile",
              "TechnicalProfileReferenceId",
              technicalProfiles,
            ),
          ),
        ),
      ),
    ),
  );
}
