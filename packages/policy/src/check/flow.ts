import type { MergedPolicy, ProfileFragment } from "../document/document.ts";
import type { Reach } from "./reach.ts";
import type { Scope } from "./scope.ts";

/**
 * Which claims exist where (PL210, PL211). Preconditions count as never skipping; what validation profiles and display
 * controls put out counts only when the profile restates it. Source: policy-language.md 14.3.
 */
export function checkFlow(
  scope: Scope,
  reach: Reach,
  profileOf: (id: string) => ProfileFragment | undefined,
): void {
  const { merged, report, options } = scope;
  const find = options.flowAnalysis === "warning" ? report.warning.bind(report) : report.error.bind(report);
  const party = merged.relyingParty;
  const fromRequest = (party?.technicalProfile?.inputClaims ?? []).map((claim) =>
    lower(claim.claimTypeReferenceId),
  );
  const produced = producer(merged);
  const everywhere = new Set<string>(fromRequest);
  const main = party?.defaultUserJourney && merged.userJourneys.get(party.defaultUserJourney.value);
  for (const [journey, steps] of reach.journeys) {
    const available = new Set<string>(fromRequest);
    // What the presented token gave the authorization profiles is there before the first step.
    for (const { value } of journey.authorizationTechnicalProfiles ?? []) {
      const { inputClaims = [], outputClaims = [] } = profileOf(value) ?? {};
      for (const claim of [...inputClaims, ...outputClaims]) available.add(lower(claim.claimTypeReferenceId));
    }
    for (const { number, step } of steps) {
      const here: ProfileFragment[] = [];
      const references = [
        ...step.claimsExchanges.map(({ technicalProfileReferenceId }) => technicalProfileReferenceId),
        ...(step.type === "GetClaims" ? [step.cpimIssuerTechnicalProfileReferenceId ?? ""] : []),
      ];
      for (const id of references) {
        const profile = profileOf(id);
        if (profile) here.push(profile);
      }
      for (const profile of here) {
        const own = transformationOutputs(merged, profile.inputClaimsTransformations);
        for (const { claimTypeReferenceId: claim, required, defaultValue, at } of profile.inputClaims ?? []) {
          if (!required || defaultValue !== undefined) continue;
          if (available.has(lower(claim)) || own.has(lower(claim))) continue;
          const message = `Claim '${claim}' is an input claim of technical profile '${profile.id}' in step ${number} of '${journey.id}', but it is not an output claim of any previous step.`;
          find("PL210", at, message, "Let an earlier step put it out, or give it a DefaultValue.");
        }
      }
      for (const profile of here) for (const claim of produced(profile)) available.add(claim);
    }
    // The token of each journey that starts here holds the same claims; the main journey decides.
    if (journey === main) for (const claim of available) everywhere.add(claim);
  }
  if (!main) return;
  for (const { claimTypeReferenceId: claim, defaultValue, at } of party?.technicalProfile?.outputClaims ??
    []) {
    if (defaultValue !== undefined || everywhere.has(lower(claim)) || !merged.claimTypes.has(claim)) continue;
    const message = `Claim '${claim}' is an output claim of the relying party's technical profile, but it is not an output claim of any step of '${main.id}'.`;
    find("PL211", at, message, "Let a step put it out, or give it a DefaultValue.");
  }
}

const lower = (id: string) => id.toLowerCase();

function producer(merged: MergedPolicy): (profile: ProfileFragment) => ReadonlySet<string> {
  const known = new Map<ProfileFragment, ReadonlySet<string>>();
  return (profile) => {
    const before = known.get(profile);
    if (before) return before;
    const claims = new Set((profile.outputClaims ?? []).map((claim) => lower(claim.claimTypeReferenceId)));
    for (const claim of transformationOutputs(merged, profile.inputClaimsTransformations)) claims.add(claim);
    for (const claim of transformationOutputs(merged, profile.outputClaimsTransformations)) claims.add(claim);
    known.set(profile, claims);
    return claims;
  };
}

function transformationOutputs(
  merged: MergedPolicy,
  references: ProfileFragment["inputClaimsTransformations"],
): ReadonlySet<string> {
  const claims = new Set<string>();
  for (const { value } of references ?? [])
    for (const output of merged.claimsTransformations.get(value)?.outputClaims ?? [])
      claims.add(lower(output.claimTypeReferenceId));
  return claims;
}
