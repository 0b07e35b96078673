import type { Precondition } from "../model.ts";
import type { XmlElement } from "../xml/parse.ts";
import type { JourneyFragment, StepFragment } from "./document.ts";
import { defined, type ElementReader } from "./element.ts";

/** Source: policy-language.md 9.1, 9.2. */
export function readJourney(
  reader: ElementReader,
  element: XmlElement,
  kind: JourneyFragment["kind"],
): JourneyFragment {
  const preserve = reader.child(element, "PreserveOriginalAssertion");
  const authorization = reader.child(element, "Authorization");
  return {
    id: reader.requiredId(element, "Id"),
    at: reader.at(element),
    kind,
    ...defined({
      type: reader.id(element, "Type") as JourneyFragment["type"],
      nonInteractive: reader.flag(element, "NonInteractive"),
      assuranceLevel: reader.text(element, "AssuranceLevel")?.trim(),
      preserveOriginalAssertion: preserve && {
        value: reader.boolean(preserve.text) ?? false,
        at: reader.at(preserve),
      },
      defaultIssuer: reader.placedId(element, "DefaultCpimIssuerTechnicalProfileReferenceId"),
      clientDefinition: reader.placedId(reader.child(element, "ClientDefinition"), "ReferenceId"),
      authorizationTechnicalProfiles:
        authorization &&
        reader.list(
          authorization,
          "AuthorizationTechnicalProfiles",
          "AuthorizationTechnicalProfile",
          (profile) => ({ value: reader.requiredId(profile, "ReferenceId"), at: reader.at(profile) }),
        ),
    }),
    steps: reader
      .items(element, "OrchestrationSteps", "OrchestrationStep")
      .map((step) => readStep(reader, step))
      .sort((a, b) => a.order - b.order),
  };
}

/** Source: policy-language.md 9.3. */
function readStep(reader: ElementReader, element: XmlElement): StepFragment {
  const selections = reader.child(element, "ClaimsProviderSelections");
  return {
    at: reader.at(element),
    order: reader.integer(element.attributes.Order) ?? 0,
    type: reader.requiredId(element, "Type"),
    ...defined({
      contentDefinitionReferenceId: reader.id(element, "ContentDefinitionReferenceId"),
      cpimIssuerTechnicalProfileReferenceId: reader.id(element, "CpimIssuerTechnicalProfileReferenceId"),
      displayOption: selections && (reader.id(selections, "DisplayOption") as StepFragment["displayOption"]),
    }),
    preconditions: readPreconditions(reader, element),
    claimsProviderSelections: reader
      .items(element, "ClaimsProviderSelections", "ClaimsProviderSelection")
      .map((selection) => ({
        at: reader.at(selection),
        ...defined({
          targetClaimsExchangeId: reader.id(selection, "TargetClaimsExchangeId"),
          validationClaimsExchangeId: reader.id(selection, "ValidationClaimsExchangeId"),
        }),
      })),
    claimsExchanges: reader.items(element, "ClaimsExchanges", "ClaimsExchange").map((exchange) => ({
      id: reader.requiredId(exchange, "Id"),
      technicalProfileReferenceId: reader.requiredId(exchange, "TechnicalProfileReferenceId"),
      at: reader.at(exchange),
    })),
    candidates: reader.items(element, "JourneyList", "Candidate").map((candidate) => ({
      value: reader.requiredId(candidate, "SubJourneyReferenceId"),
      at: reader.at(candidate),
    })),
  };
}

/** Source: policy-language.md 9.5. Blanks around values have no meaning. */
export function readPreconditions(reader: ElementReader, element: XmlElement): readonly Precondition[] {
  return reader.items(element, "Preconditions", "Precondition").map((precondition) => ({
    type: precondition.attributes.Type === "ClaimEquals" ? "ClaimEquals" : "ClaimsExist",
    executeActionsIf: reader.flag(precondition, "ExecuteActionsIf") ?? true,
    values: precondition.children.filter(({ name }) => name === "Value").map(({ text }) => text.trim()),
    action:
      reader.text(precondition, "Action")?.trim() === "SkipThisValidationTechnicalProfile"
        ? "SkipThisValidationTechnicalProfile"
        : "SkipThisOrchestrationStep",
    at: reader.at(precondition),
  }));
}
