import type { JourneyFragment, MergedPolicy, ProfileFragment, StepFragment } from "../document/document.ts";

/** How a technical profile is called. */
export type CallSite = "step" | "validation" | "control" | "session" | "issuer" | "authorization";

/** A step in the order in which it can run, sub-journeys in place. */
export interface ReachedStep {
  /** `4`, or `4.2` inside a sub-journey. */
  readonly number: string;
  readonly step: StepFragment;
  readonly journey: JourneyFragment;
}

export interface Reach {
  readonly profiles: ReadonlyMap<ProfileFragment, ReadonlySet<CallSite>>;
  /** Every journey that can start, its steps flattened. */
  readonly journeys: ReadonlyMap<JourneyFragment, readonly ReachedStep[]>;
  readonly contentDefinitions: ReadonlySet<string>;
  readonly issuers: ReadonlySet<ProfileFragment>;
}

/** Most steps of one flattened journey: sub-journeys that call each other may multiply them. */
const maximumSteps = 2000;
const maximumNesting = 10;

/** What a relying-party policy can run. `profileOf` gives profiles with their includes. */
export function reachOf(merged: MergedPolicy, profileOf: (id: string) => ProfileFragment | undefined): Reach {
  const profiles = new Map<ProfileFragment, Set<CallSite>>();
  const journeys = new Map<JourneyFragment, readonly ReachedStep[]>();
  const contentDefinitions = new Set<string>();
  const issuers = new Set<ProfileFragment>();
  const waiting: string[] = [];
  const party = merged.relyingParty;
  if (party?.defaultUserJourney) waiting.push(party.defaultUserJourney.value);
  for (const { journey } of party?.endpoints ?? []) waiting.push(journey);

  const visit = (id: string | undefined, site: CallSite): void => {
    const profile = id === undefined ? undefined : profileOf(id);
    if (!profile) return;
    if (site === "issuer") issuers.add(profile);
    const sites = profiles.get(profile);
    if (sites) {
      sites.add(site);
      return;
    }
    profiles.set(profile, new Set([site]));
    for (const { referenceId } of profile.validationTechnicalProfiles ?? []) visit(referenceId, "validation");
    visit(profile.sessionManagement?.value, "session");
    for (const display of profile.displayClaims ?? []) {
      if (display.kind !== "control") continue;
      const control = merged.displayControls.get(display.displayControlReferenceId);
      for (const { technicalProfiles } of control?.actions ?? [])
        for (const { referenceId } of technicalProfiles) visit(referenceId, "control");
    }
    for (const { key, value } of profile.metadata ?? []) {
      if (/^contentdefinitionreferenceid$/i.test(key)) contentDefinitions.add(value.toLowerCase());
      if (/^(refreshtokenuserjourneyid|clientcredentialsuserjourneyid)$/i.test(key)) waiting.push(value);
    }
  };

  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const journey = merged.userJourneys.get(id);
    if (!journey || journeys.has(journey)) continue;
    const steps = flatten(merged, journey);
    journeys.set(journey, steps);
    visit(journey.defaultIssuer?.value, "issuer");
    for (const { value } of journey.authorizationTechnicalProfiles ?? []) visit(value, "authorization");
    for (const { step } of steps) {
      if (step.contentDefinitionReferenceId !== undefined)
        contentDefinitions.add(step.contentDefinitionReferenceId.toLowerCase());
      for (const { technicalProfileReferenceId } of step.claimsExchanges)
        visit(technicalProfileReferenceId, "step");
      if (step.type === "SendClaims") visit(step.cpimIssuerTechnicalProfileReferenceId, "issuer");
      if (step.type === "GetClaims") visit(step.cpimIssuerTechnicalProfileReferenceId, "step");
    }
  }
  return { profiles, journeys, contentDefinitions, issuers };
}

function flatten(merged: MergedPolicy, journey: JourneyFragment): readonly ReachedStep[] {
  const steps: ReachedStep[] = [];
  const add = (current: JourneyFragment, prefix: string, depth: number): void => {
    for (const step of current.steps) {
      if (steps.length >= maximumSteps) return;
      const number = `${prefix}${step.order}`;
      steps.push({ number, step, journey: current });
      const called =
        step.type === "InvokeSubJourney"
          ? merged.subJourneys.get(step.candidates[0]?.value ?? "")
          : undefined;
      if (called && depth < maximumNesting) add(called, `${number}.`, depth + 1);
    }
  };
  add(journey, "", 0);
  return steps;
}
