import type { OrchestrationStep, Policy, TechnicalProfile } from "@vestibule/policy";

/** What a journey uses a technical profile for, where neither protocol nor handler says it (technical-profiles.md 1.1). */
export interface Roles {
  /** A step that sends claims points at it, or a journey names it as its default. */
  readonly issues: boolean;
  /** A step of type `GetClaims` points at it. */
  readonly readsHint: boolean;
  /** A journey names it among its authorization profiles. */
  readonly authorizes: boolean;
}

export function rolesOf(profile: TechnicalProfile, policy: Policy): Roles {
  const id = profile.id.toLowerCase();
  const named = (reference: string | undefined) => reference?.toLowerCase() === id;
  const pointedAt = (step: OrchestrationStep) => named(step.cpimIssuerTechnicalProfileReferenceId);
  const journeys = policy.userJourneys.values();
  const steps = [...journeys, ...policy.subJourneys.values()].flatMap(
    ({ orchestrationSteps }) => orchestrationSteps,
  );
  return {
    issues:
      steps.some((step) => step.type !== "GetClaims" && pointedAt(step)) ||
      journeys.some((journey) => named(journey.defaultCpimIssuerTechnicalProfileReferenceId)),
    readsHint: steps.some((step) => step.type === "GetClaims" && pointedAt(step)),
    authorizes: journeys.some(({ authorizationTechnicalProfiles }) =>
      authorizationTechnicalProfiles?.some(named),
    ),
  };
}
