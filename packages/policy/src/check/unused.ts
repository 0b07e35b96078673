import type { Diagnostic } from "../diagnostic.ts";
import type { MergedPolicy, PolicyDocument, ProfileFragment } from "../document/document.ts";

interface References {
  readonly profiles: ReadonlySet<string>;
  readonly transformations: ReadonlySet<string>;
}

const known = new WeakMap<PolicyDocument, References>();

/**
 * Technical profiles and claims transformations that no file mentions (PL319, PL406). Only all files together can tell:
 * bases offer what their extensions use. Said where a thing is first declared.
 */
export function unusedDeclarations(policies: readonly MergedPolicy[]): readonly Diagnostic[] {
  const references = policies.map(({ document }) => referencesOf(document));
  const mentioned = (kind: keyof References, id: string) =>
    references.some((each) => each[kind].has(id.toLowerCase()));
  const unused = (
    code: string,
    what: string,
    { id, at }: ProfileFragment | PolicyDocument["claimsTransformations"][number],
  ): Diagnostic => ({
    code,
    severity: "warning",
    message: `${what} '${id}' is never referenced.`,
    at,
  });
  return policies.flatMap(({ document, parent }) => [
    ...document.technicalProfiles
      .filter(({ profile: { id } }) => !parent?.profileFragments.has(id) && !mentioned("profiles", id))
      .map(({ profile }) => unused("PL319", "Technical profile", profile)),
    ...document.claimsTransformations
      .filter(({ id }) => !parent?.claimsTransformations.has(id) && !mentioned("transformations", id))
      .map((transformation) => unused("PL406", "ClaimsTransformation", transformation)),
  ]);
}

function referencesOf(document: PolicyDocument): References {
  const before = known.get(document);
  if (before) return before;
  const profiles = new Set<string>();
  const transformations = new Set<string>();
  const add = (id: string | undefined) => id !== undefined && profiles.add(id.toLowerCase());
  const all = document.technicalProfiles.map(({ profile }) => profile);
  for (const profile of all) {
    add(profile.include?.value);
    add(profile.includeClaimsFrom?.value);
    add(profile.sessionManagement?.value);
    for (const { value } of profile.inputTokenSources ?? []) add(value);
    for (const { referenceId } of profile.validationTechnicalProfiles ?? []) add(referenceId);
    for (const { value } of profile.inputClaimsTransformations ?? [])
      transformations.add(value.toLowerCase());
    for (const { value } of profile.outputClaimsTransformations ?? [])
      transformations.add(value.toLowerCase());
  }
  for (const { actions } of document.displayControls)
    for (const { technicalProfiles } of actions)
      for (const { referenceId } of technicalProfiles) add(referenceId);
  for (const journey of [...document.userJourneys, ...document.subJourneys]) {
    add(journey.defaultIssuer?.value);
    for (const { value } of journey.authorizationTechnicalProfiles ?? []) add(value);
    for (const step of journey.steps) {
      add(step.cpimIssuerTechnicalProfileReferenceId);
      for (const { technicalProfileReferenceId } of step.claimsExchanges) add(technicalProfileReferenceId);
    }
  }
  const result = { profiles, transformations };
  known.set(document, result);
  return result;
}
