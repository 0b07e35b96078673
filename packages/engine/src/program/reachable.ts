import { IdMap, type OrchestrationStep, type Policy } from "@vestibule/policy";
import { metadataItem } from "../claims/mapping.ts";
import type { Program } from "./program.ts";

/** What a policy's relying party can come to: the rest of its chain need not be supported, or even be right. */
export interface Reachable {
  /** Journey or sub-journey id → its steps in order. */
  readonly journeys: IdMap<readonly OrchestrationStep[]>;
  /** Ids of technical profiles, in the spelling of their definitions. */
  readonly profiles: readonly string[];
}

/** Follows the relying party's journeys through sub-journeys, exchanges, validation profiles, controls and session management. */
export function reachable(policy: Policy, entry: Program["entry"]): Reachable {
  const journeys = new IdMap<readonly OrchestrationStep[]>();
  const profiles = new IdMap<string>();
  const visitJourney = (id: string | undefined) => {
    const journey =
      id === undefined ? undefined : (policy.userJourneys.get(id) ?? policy.subJourneys.get(id));
    if (!journey || journeys.has(journey.id)) return;
    const steps = [...journey.orchestrationSteps].sort((a, b) => a.order - b.order);
    journeys.set(journey.id, steps);
    if ("authorizationTechnicalProfiles" in journey)
      for (const id of journey.authorizationTechnicalProfiles ?? []) visitProfile(id);
    for (const step of steps) {
      visitJourney(step.subJourneyReferenceId);
      visitProfile(step.cpimIssuerTechnicalProfileReferenceId);
      for (const { technicalProfileReferenceId } of step.claimsExchanges)
        visitProfile(technicalProfileReferenceId);
    }
  };
  const visitProfile = (id: string | undefined) => {
    const profile = id === undefined ? undefined : policy.technicalProfiles.get(id);
    if (!profile || profiles.has(profile.id)) return;
    profiles.set(profile.id, profile.id);
    visitProfile(profile.useTechnicalProfileForSessionManagement);
    for (const { referenceId } of profile.validationTechnicalProfiles) visitProfile(referenceId);
    for (const claim of profile.displayClaims)
      if (claim.kind === "control") visitControl(claim.displayControlReferenceId);
    for (const key of ["RefreshTokenUserJourneyId", "ClientCredentialsUserJourneyId"])
      visitJourney(metadataItem(profile.metadata, key));
  };
  const visitControl = (id: string) => {
    for (const { technicalProfiles } of policy.displayControls?.get(id)?.actions ?? [])
      for (const { referenceId } of technicalProfiles) visitProfile(referenceId);
  };
  for (const id of Object.values(entry)) visitJourney(id);
  return { journeys, profiles: profiles.values() };
}
