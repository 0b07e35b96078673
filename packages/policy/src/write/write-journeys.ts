import type {
  OrchestrationStep,
  Precondition,
  SubJourney,
  UserJourney,
  ValidationTechnicalProfile,
} from "../model.ts";
import { container, element, type OutputElement, optionalText, textElement } from "./xml.ts";

/** A user journey, or a sub-journey where `subJourneyType` is given. Source: policy-language.md 9. */
export function writeJourney(
  journey: UserJourney & { readonly subJourneyType?: SubJourney["type"] },
): OutputElement {
  const authorization = journey.authorizationTechnicalProfiles ?? [];
  return element(
    journey.subJourneyType === undefined ? "UserJourney" : "SubJourney",
    {
      Id: journey.id,
      Type: journey.subJourneyType,
      NonInteractive: journey.nonInteractive,
      DefaultCpimIssuerTechnicalProfileReferenceId: journey.defaultCpimIssuerTechnicalProfileReferenceId,
    },
    optionalText("AssuranceLevel", journey.assuranceLevel),
    authorization.length > 0 &&
      element(
        "Authorization",
        {},
        container(
          "AuthorizationTechnicalProfiles",
          authorization.map((id) => element("AuthorizationTechnicalProfile", { ReferenceId: id })),
        ),
      ),
    container("OrchestrationSteps", journey.orchestrationSteps.map(writeStep)),
  );
}

function writeStep(step: OrchestrationStep): OutputElement {
  return element(
    "OrchestrationStep",
    {
      Order: step.order,
      Type: step.type,
      ContentDefinitionReferenceId: step.contentDefinitionReferenceId,
      CpimIssuerTechnicalProfileReferenceId: step.cpimIssuerTechnicalProfileReferenceId,
    },
    writePreconditions(step.preconditions),
    container(
      "ClaimsProviderSelections",
      step.claimsProviderSelections.map((selection) =>
        element("ClaimsProviderSelection", {
          TargetClaimsExchangeId: selection.targetClaimsExchangeId,
          ValidationClaimsExchangeId: selection.validationClaimsExchangeId,
        }),
      ),
      { DisplayOption: step.displayOption },
    ),
    container(
      "ClaimsExchanges",
      step.claimsExchanges.map(({ id, technicalProfileReferenceId }) =>
        element("ClaimsExchange", { Id: id, TechnicalProfileReferenceId: technicalProfileReferenceId }),
      ),
    ),
    step.subJourneyReferenceId !== undefined &&
      element("JourneyList", {}, element("Candidate", { SubJourneyReferenceId: step.subJourneyReferenceId })),
  );
}

function writePreconditions(preconditions: readonly Precondition[]): OutputElement | undefined {
  return container(
    "Preconditions",
    preconditions.map(({ type, executeActionsIf, values, action }) =>
      element(
        "Precondition",
        { Type: type, ExecuteActionsIf: executeActionsIf },
        values.map((value) => textElement("Value", value)),
        textElement("Action", action),
      ),
    ),
  );
}

/** Validation profiles and a display control's action profiles: the same members under two names. */
export function writeValidations(
  name: string,
  reference: string,
  profiles: readonly ValidationTechnicalProfile[],
): OutputElement[] {
  return profiles.map(({ referenceId, continueOnError, continueOnSuccess, preconditions }) =>
    element(
      name,
      { [reference]: referenceId, ContinueOnSuccess: continueOnSuccess, ContinueOnError: continueOnError },
      writePreconditions(preconditions),
    ),
  );
}
