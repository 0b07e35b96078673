import { IdMap, type OrchestrationStep, type Policy } from "@vestibule/policy";
import { metadataItem } from "../claims/mapping.ts";
import type { Program } from "./program.ts";

/** What a policy's relying party can come to: the rest of its chain need not be supported, or even be right. */
export interface Reachable {
  /** Journey id, or `subJourneyKey` of a sub-journey's id → its steps in order. */
  readonly journeys: IdMap<readonly OrchestrationStep[]>;
  /** Ids of technical profiles, in the spelling of their definitions. */
  readonly profiles: readonly string[];
}

/** A journey and a sub-journey may have the same id, as in a published pack: the sub-journey's is told apart. */
export const subJourneyKey = (id: string) => `sub-journey ${id}`;

/** Follows the relying party's journeys through sub-journeys, exchanges, validation profiles, controls and session management. */
export function reachable(policy: Policy, entry: Program["entry"]): Reachable {
  const journeys = new IdMap<readonly OrchestrationStep[]>();
  const profiles = new IdMap<string>();
  const visitJourney = (id: string | undefined) => {
    const journey = id === undefined ? undefined : policy.userJourneys.get(id);
    if (!journey || journeys.has(journey.id)) return;
    for (const id of journey.authorizationTechnicalProfiles ?? []) visitProfile(id);
    visitSteps(journey.id, journey.orchestrationSteps);
  };
  const visitSubJourney = (id: string | undefined) => {
    const subJourney = id === undefined ? undefined : policy.subJourneys.get(id);
    if (!subJourney || journeys.has(subJourneyKey(subJourney.id))) return;
    visitSteps(subJourneyKey(subJourney.id), subJourney.orchestrationSteps);
  };
  const visitSteps = (key: string, unordered: readonly OrchestrationStep[]) => {
    const steps = [...unordered].sort((a, b) => a.order - b.order);
    journeys.set(key, steps);
    for (const step of steps) {
      visitSubJourney(step.subJourneyReferenceId);
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
