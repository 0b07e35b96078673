import type { JourneyFragment, ProfileFragment } from "../document/document.ts";
import { includeCycle } from "../merge/flatten.ts";
import type { ClaimReference, Precondition, ValidationTechnicalProfile } from "../model.ts";
import { didYouMean } from "../report.ts";
import type { Scope } from "./scope.ts";

/** Every reference that the file writes leads to something in it or an ancestor (PL101 to PL114). */
export function checkReferences(scope: Scope): void {
  const { document } = scope.merged;
  for (const { profile } of document.technicalProfiles) checkProfile(scope, profile);
  for (const transformation of document.claimsTransformations)
    for (const claim of [...transformation.inputClaims, ...transformation.outputClaims])
      scope.claim(claim.claimTypeReferenceId, claim.at);
  for (const journey of [...document.userJourneys, ...document.subJourneys]) checkJourney(scope, journey);
  checkBlocks(scope);
  checkRelyingParty(scope);
}

function claims(scope: Scope, references: readonly ClaimReference[] | undefined): void {
  for (const { claimTypeReferenceId, at, from } of references ?? []) {
    scope.claim(claimTypeReferenceId, at);
    for (const profile of from ?? []) scope.profile(profile, at);
    if (from)
      scope.report.warning(
        "PL018",
        at,
        `From has no effect: '${claimTypeReferenceId}' counts whichever technical profile made it.`,
      );
  }
}

function validations(scope: Scope, profiles: readonly ValidationTechnicalProfile[] | undefined): void {
  for (const { referenceId, at, preconditions } of profiles ?? []) {
    scope.profile(referenceId, at);
    checkPreconditions(scope, preconditions, "SkipThisValidationTechnicalProfile");
  }
}

function checkProfile(scope: Scope, profile: ProfileFragment): void {
  const { merged, report, options } = scope;
  claims(scope, profile.inputClaims);
  claims(scope, profile.persistedClaims);
  claims(scope, profile.outputClaims);
  for (const display of profile.displayClaims ?? []) {
    if (display.kind === "control")
      scope.resolve(
        merged.displayControls,
        display.displayControlReferenceId,
        display.at,
        "PL108",
        "DisplayControl",
      );
    else if (display.claimTypeReferenceId !== "") scope.claim(display.claimTypeReferenceId, display.at);
  }
  for (const reference of profile.inputClaimsTransformations ?? []) scope.transformation(reference);
  for (const reference of profile.outputClaimsTransformations ?? []) scope.transformation(reference);
  validations(scope, profile.validationTechnicalProfiles);
  scope.placedProfile(profile.sessionManagement);
  if (scope.placedProfile(profile.include)) {
    const cycle = includeCycle(merged.profileFragments, profile);
    if (cycle) {
      const message = `IncludeTechnicalProfile goes round in a circle or is too deep: ${cycle.slice(0, 12).join(" → ")}.`;
      report.error("PL110", profile.include?.at, message);
    }
  }
  if (profile.includeClaimsFrom && scope.placedProfile(profile.includeClaimsFrom)) {
    const { value, at } = profile.includeClaimsFrom;
    const here = merged.document.technicalProfiles.some(
      ({ profile: { id } }) => id.toLowerCase() === value.toLowerCase(),
    );
    if (!here)
      report.error(
        "PL103",
        at,
        `IncludeClaimsFromTechnicalProfile names '${value}', which another file declares.`,
      );
  }
  for (const source of profile.inputTokenSources ?? []) scope.placedProfile(source);
  const containers = options.keyContainers;
  if (containers)
    for (const { storageReferenceId, at } of profile.cryptographicKeys ?? [])
      if (!hasContainer(containers, storageReferenceId)) {
        const message = `The tenant '${merged.document.tenantId}' does not have a cryptographic key with the storage reference '${storageReferenceId}'.`;
        report.error("PL106", at, message, didYouMean(storageReferenceId, containers));
      }
}

/** `B2C_1A_` is added where it is missing, and case does not matter. Source: policy-language.md 16.1. */
function hasContainer(containers: readonly string[], id: string): boolean {
  const bare = (name: string) => name.toLowerCase().replace(/^b2c_1a_/, "");
  return containers.some((container) => bare(container) === bare(id));
}

function checkJourney(scope: Scope, journey: JourneyFragment): void {
  const { merged, report } = scope;
  scope.placedProfile(journey.defaultIssuer);
  for (const profile of journey.authorizationTechnicalProfiles ?? []) scope.placedProfile(profile);
  if (journey.clientDefinition && !merged.clientDefinitions.has(journey.clientDefinition.value)) {
    const { value, at } = journey.clientDefinition;
    report.warning("PL112", at, `ClientDefinition '${value}' is not declared; it has no effect anyway.`);
  }
  for (const step of journey.steps) {
    const { at, contentDefinitionReferenceId: page, cpimIssuerTechnicalProfileReferenceId: issuer } = step;
    if (page !== undefined && page !== "")
      scope.resolve(merged.contentDefinitions, page, at, "PL105", "ContentDefinition");
    if (issuer !== undefined && issuer !== "") scope.profile(issuer, at);
    for (const exchange of step.claimsExchanges)
      scope.profile(exchange.technicalProfileReferenceId, exchange.at);
    for (const candidate of step.candidates)
      scope.resolve(merged.subJourneys, candidate.value, candidate.at, "PL104", "SubJourney");
    checkPreconditions(scope, step.preconditions, "SkipThisOrchestrationStep");
  }
}

/** PL212 to PL214. Source: policy-language.md 9.5. */
function checkPreconditions(
  { merged, report }: Scope,
  preconditions: readonly Precondition[],
  action: Precondition["action"],
): void {
  for (const { type, values, action: written, at } of preconditions) {
    if (written !== action)
      report.error("PL213", at, `The action '${written}' does not fit here.`, `Write '${action}'.`);
    if (type === "ClaimEquals" && values.length !== 2)
      report.error(
        "PL212",
        at,
        `ClaimEquals takes a claim and a text; it has ${values.length} Value elements.`,
      );
    const named = type === "ClaimEquals" ? values.slice(0, 1) : values;
    for (const id of named) {
      if (!merged.claimTypes.has(id))
        report.warning(
          "PL214",
          at,
          `No claim '${id}' is declared; it counts as absent.`,
          didYouMean(id, merged.claimTypes.ids()),
        );
    }
    const [id = "", literal] = values;
    if (type !== "ClaimEquals" || literal === undefined) continue;
    const dataType = merged.claimTypes.get(id)?.dataType?.value;
    if (dataType === "boolean" && !/^(true|false)$/i.test(literal))
      report.warning("PL214", at, `The boolean claim '${id}' never equals '${literal}'.`);
    else if (dataType?.endsWith("Collection"))
      report.warning("PL214", at, `The collection '${id}' never equals a text.`);
    else if (literal !== "" && merged.claimTypes.has(literal))
      report.warning("PL214", at, `'${literal}' is taken as text, not as the claim of that name.`);
  }
}

function checkBlocks(scope: Scope): void {
  const { merged, report } = scope;
  const { document } = merged;
  for (const { predicateValidationReference, inputValidationReference } of document.claimTypes) {
    if (predicateValidationReference) {
      const { value, at } = predicateValidationReference;
      scope.resolve(merged.predicateValidations, value, at, "PL107", "PredicateValidation");
    }
    if (inputValidationReference) {
      const { value, at } = inputValidationReference;
      scope.resolve(merged.inputValidations, value, at, "PL107", "InputValidation");
    }
  }
  for (const { references } of [...document.predicateValidations, ...document.inputValidations])
    for (const { value, at } of references) scope.resolve(merged.predicates, value, at, "PL107", "Predicate");
  for (const definition of document.contentDefinitions)
    for (const { id, at } of definition.references?.items ?? []) {
      if (id === "")
        report.warning("PL111", at, "The reference names no LocalizedResources; it has no effect.");
      else scope.resolve(merged.localizedResources, id, at, "PL111", "LocalizedResources");
    }
  for (const control of document.displayControls) {
    claims(scope, control.inputClaims);
    claims(scope, control.outputClaims);
    for (const { claimTypeReferenceId, at } of control.displayClaims) scope.claim(claimTypeReferenceId, at);
    for (const action of control.actions) validations(scope, action.technicalProfiles);
  }
}

function checkRelyingParty(scope: Scope): void {
  const { merged } = scope;
  const party = merged.document.relyingParty;
  if (!party) return;
  const journey = (id: string, at: ProfileFragment["at"]) =>
    scope.resolve(merged.userJourneys, id, at, "PL104", "UserJourney");
  if (party.defaultUserJourney) journey(party.defaultUserJourney.value, party.defaultUserJourney.at);
  for (const endpoint of party.endpoints ?? []) journey(endpoint.journey, endpoint.at);
  if (party.technicalProfile) checkProfile(scope, party.technicalProfile);
}
