import type {
  ClaimTypeFragment,
  ContentDefinitionFragment,
  JourneyFragment,
  MergedPolicy,
  MetadataItem,
  ProfileFragment,
  RelyingPartyFragment,
  ResourcesFragment,
  TransformationFragment,
} from "../document/document.ts";
import { defined } from "../document/element.ts";
import {
  type ClaimsProvider,
  type ClaimsTransformation,
  type ClaimType,
  type ContentDefinition,
  type DataType,
  IdMap,
  type Localization,
  type OrchestrationStepType,
  type Policy,
  type PredicateMethod,
  type ProtocolName,
  type RelyingParty,
  type SubJourney,
  type TechnicalProfile,
  type UserInputType,
  type UserJourney,
} from "../model.ts";
import { IncludeResolver } from "./flatten.ts";

/**
 * A merged policy as the model that the engine compiles. Each fragment becomes the same model object in every policy
 * that shares it. What is too incomplete to mean anything (a profile without protocol, a claim without data type, a
 * journey of legacy steps) is left out: the checks have said why, or nothing reaches it.
 */
export function finishPolicy(
  merged: MergedPolicy,
  profileOf: (id: string) => ProfileFragment | undefined,
): Policy | undefined {
  const { document } = merged;
  const relyingParty = merged.relyingParty && finishRelyingParty(merged.relyingParty);
  if (!relyingParty) return undefined;
  return {
    policyId: document.policyId,
    tenantId: document.tenantId,
    deploymentMode: document.deploymentMode ?? "Production",
    // The conventional address says nothing.
    ...(document.publicPolicyUri !== `http://${document.tenantId}/${document.policyId}` && {
      publicPolicyUri: document.publicPolicyUri,
    }),
    ...defined({
      tenantObjectId: document.tenantObjectId,
      userJourneyRecorderEndpoint: document.recorderEndpoint,
    }),
    claimTypes: finishMap(merged.claimTypes, finishClaimType),
    predicates: finishMap(merged.predicates, (predicate) => {
      const method = predicateMethods.get(predicate.method.toLowerCase());
      return method && { ...predicate, method };
    }),
    predicateValidations: finishValidations(merged),
    claimsTransformations: finishMap(merged.claimsTransformations, finishTransformation),
    contentDefinitions: finishMap(merged.contentDefinitions, finishContentDefinition),
    localization: finishLocalization(merged),
    ...(merged.displayControls.size > 0 && { displayControls: merged.displayControls }),
    ...finishProfiles(merged, profileOf),
    userJourneys: finishMap(merged.userJourneys, finishJourney),
    subJourneys: finishMap(merged.subJourneys, finishSubJourney),
    relyingParty,
  };
}

/** Profiles by id with their includes resolved; each is worked out once. */
export function profileLookup({
  profileFragments,
}: MergedPolicy): (id: string) => ProfileFragment | undefined {
  const resolver = resolvers.get(profileFragments) ?? new IncludeResolver(profileFragments);
  resolvers.set(profileFragments, resolver);
  return (id) => {
    const fragment = profileFragments.get(id);
    return fragment && resolver.flatten(fragment);
  };
}

const resolvers = new WeakMap<IdMap<ProfileFragment>, IncludeResolver>();

const finished = new WeakMap<object, object>();

/** The map of what `finish` makes of each value, the same object for the same input. */
function finishMap<From extends object, To extends object>(
  map: IdMap<From>,
  finish: (value: From) => To | undefined,
): IdMap<To> {
  const before = finished.get(map);
  if (before) return before as IdMap<To>;
  const result = new IdMap<To>();
  for (const [id, value] of map) {
    const known = finished.get(value) as To | undefined;
    const made = known ?? finish(value);
    if (!made) continue;
    if (!known) finished.set(value, made);
    result.set(id, made);
  }
  finished.set(map, result);
  return result;
}

const predicateMethods: ReadonlyMap<string, PredicateMethod> = new Map(
  (["IsLengthRange", "MatchesRegex", "IncludesCharacters", "IsDateRange"] as const).map((method) => [
    method.toLowerCase(),
    method,
  ]),
);

function finishClaimType(fragment: ClaimTypeFragment): ClaimType | undefined {
  if (!fragment.dataType) return undefined;
  const { mask, restriction } = fragment;
  const names: Record<string, string> = {};
  for (const { protocol, handler, partnerClaimType } of fragment.partnerNames ?? []) {
    const name = handler === undefined ? protocol : `${protocol}/${handler}`;
    if (!Object.hasOwn(names, name)) names[name] = partnerClaimType;
  }
  const validation = fragment.predicateValidationReference ?? fragment.inputValidationReference;
  return {
    id: fragment.id,
    at: fragment.at,
    dataType: fragment.dataType.value as DataType,
    ...defined({
      displayName: fragment.displayName,
      adminHelpText: fragment.adminHelpText,
      userHelpText: fragment.userHelpText,
      userInputType: fragment.userInputType?.value as UserInputType | undefined,
      predicateValidationReference: validation?.value,
      defaultPartnerClaimTypes: fragment.partnerNames && names,
      restriction: restriction && {
        ...(restriction.enumeration.length > 0 && { enumeration: restriction.enumeration }),
        ...defined({ pattern: restriction.pattern }),
      },
      mask: mask && finishMask(mask),
    }),
  };
}

function finishMask(mask: NonNullable<ClaimTypeFragment["mask"]>): NonNullable<ClaimType["mask"]> {
  return mask.type === "Regex"
    ? { type: "Regex", pattern: mask.regex ?? "", replacement: mask.text }
    : { type: "Simple", pattern: mask.text };
}

function finishValidations(merged: MergedPolicy): Policy["predicateValidations"] {
  const { predicateValidations, inputValidations } = merged;
  if (inputValidations.size === 0) return predicateValidations;
  const all = new IdMap(predicateValidations);
  for (const [id, validation] of inputValidations) if (!all.has(id)) all.set(id, validation);
  return all;
}

function finishTransformation(fragment: TransformationFragment): ClaimsTransformation {
  return fragment;
}

/** First of each key wins: within one element a duplicate is refused, a merge leaves none. */
function metadataRecord(items: readonly MetadataItem[] | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries((items ?? []).map(({ key, value }) => [key, value]));
}

function finishContentDefinition(fragment: ContentDefinitionFragment): ContentDefinition | undefined {
  if (!fragment.loadUri || !fragment.dataUri) return undefined;
  const references = (fragment.references?.items ?? []).filter(({ id }) => id !== "");
  const first: Record<string, string> = {};
  for (const { language, id } of references) if (!Object.hasOwn(first, language)) first[language] = id;
  const several = references.length > Object.keys(first).length;
  return {
    id: fragment.id,
    at: fragment.at,
    loadUri: fragment.loadUri.value,
    dataUri: fragment.dataUri.value,
    ...defined({ recoveryUri: fragment.recoveryUri }),
    metadata: metadataRecord(fragment.metadata),
    localizedResources: first,
    ...(several && {
      localizedResourcesReferences: references.map(({ language, id }) => ({ language, id })),
    }),
  };
}

function finishLocalization(merged: MergedPolicy): Localization {
  const { localization } = merged;
  const before = localizations.get(merged.localizedResources);
  if (before && before.localization === localization) return before.result;
  const languages = localization?.languages;
  const result: Localization = {
    // The section without the attribute is in use; no section means none is: policy-language.md 6.
    enabled: localization !== undefined && localization.enabled !== false,
    defaultLanguage: localization?.defaultLanguage ?? "en",
    supportedLanguages: languages?.items ?? [],
    ...(languages?.extendsBuiltInLanguages === true && { extendsBuiltInLanguages: true }),
    ...defined({ policyLanguage: localization?.policyLanguage }),
    resources: finishMap(merged.localizedResources, (resources: ResourcesFragment) => resources),
  };
  localizations.set(merged.localizedResources, { localization, result });
  return result;
}

/** The last one made of the same texts: policies of one chain share it. */
const localizations = new WeakMap<
  MergedPolicy["localizedResources"],
  { readonly localization: MergedPolicy["localization"]; readonly result: Localization }
>();

function finishProfiles(
  merged: MergedPolicy,
  profileOf: (id: string) => ProfileFragment | undefined,
): Pick<Policy, "technicalProfiles" | "claimsProviders"> {
  const before = finished.get(merged.profileFragments) as IdMap<TechnicalProfile> | undefined;
  if (before) return { technicalProfiles: before, claimsProviders: finishProviders(merged) };
  const technicalProfiles = new IdMap<TechnicalProfile>();
  for (const [id] of merged.profileFragments) {
    const fragment = profileOf(id);
    if (!fragment?.protocol) continue;
    const known = finished.get(fragment) as TechnicalProfile | undefined;
    const profile = known ?? finishProfile(fragment, fragment.protocol);
    if (!known) finished.set(fragment, profile);
    technicalProfiles.set(id, profile);
  }
  finished.set(merged.profileFragments, technicalProfiles);
  return { technicalProfiles, claimsProviders: finishProviders(merged) };
}

function finishProviders(merged: MergedPolicy): readonly ClaimsProvider[] {
  const before = finished.get(merged.brackets);
  if (before) return before as readonly ClaimsProvider[];
  const held = new Map<object, string[]>();
  for (const [id, bracket] of merged.brackets) {
    const ids = held.get(bracket);
    if (ids) ids.push(id);
    else held.set(bracket, [id]);
  }
  // A bracket without name and domain is only grammar.
  const telling = merged.brackets
    .values()
    .filter(({ displayName, domains }) => displayName !== "" || domains.length > 0);
  const providers = [...new Set(telling)].map((bracket): ClaimsProvider => {
    const [domain, ...furtherDomains] = bracket.domains;
    return {
      at: bracket.at,
      displayName: bracket.displayName,
      ...defined({ domain }),
      ...(furtherDomains.length > 0 && { furtherDomains }),
      technicalProfileIds: held.get(bracket) ?? [],
    };
  });
  finished.set(merged.brackets, providers);
  return providers;
}

function finishProfile(
  fragment: ProfileFragment,
  protocol: NonNullable<ProfileFragment["protocol"]>,
): TechnicalProfile {
  return {
    id: fragment.id,
    at: fragment.at,
    protocol: { name: protocol.name as ProtocolName, ...defined({ handler: protocol.handler }) },
    ...defined({
      displayName: fragment.displayName,
      description: fragment.description,
      domains: fragment.domains,
      inputTokenFormat: fragment.inputTokenFormat,
      outputTokenFormat: fragment.outputTokenFormat,
      useTechnicalProfileForSessionManagement: fragment.sessionManagement?.value,
      includeInSso: fragment.includeInSso,
      enabledForUserJourneys: fragment.enabledForUserJourneys?.value,
      errorHandlers: fragment.errorHandlers,
    }),
    metadata: metadataRecord(fragment.metadata),
    cryptographicKeys: (fragment.cryptographicKeys ?? []).map(({ id, storageReferenceId }) => ({
      id,
      storageReferenceId,
    })),
    inputClaimsTransformations: (fragment.inputClaimsTransformations ?? []).map(({ value }) => value),
    inputClaims: fragment.inputClaims ?? [],
    persistedClaims: fragment.persistedClaims ?? [],
    displayClaims: fragment.displayClaims ?? [],
    outputClaims: fragment.outputClaims ?? [],
    outputClaimsTransformations: (fragment.outputClaimsTransformations ?? []).map(({ value }) => value),
    validationTechnicalProfiles: fragment.validationTechnicalProfiles ?? [],
  };
}

const legacyStepTypes = new Set(["ConsentScreen", "ReviewScreen", "UserDialog"]);

function finishSteps(journey: JourneyFragment): UserJourney["orchestrationSteps"] | undefined {
  if (journey.steps.some(({ type }) => legacyStepTypes.has(type))) return undefined;
  return journey.steps.map(({ candidates, ...step }) => ({
    ...step,
    type: step.type as OrchestrationStepType,
    ...defined({ subJourneyReferenceId: candidates[0]?.value }),
  }));
}

function finishJourney(journey: JourneyFragment): UserJourney | undefined {
  const orchestrationSteps = finishSteps(journey);
  return (
    orchestrationSteps && {
      id: journey.id,
      at: journey.at,
      ...defined({
        defaultCpimIssuerTechnicalProfileReferenceId: journey.defaultIssuer?.value,
        nonInteractive: journey.nonInteractive,
        assuranceLevel: journey.assuranceLevel,
        authorizationTechnicalProfiles: journey.authorizationTechnicalProfiles?.map(({ value }) => value),
      }),
      orchestrationSteps,
    }
  );
}

function finishSubJourney(journey: JourneyFragment): SubJourney | undefined {
  const orchestrationSteps = finishSteps(journey);
  return (
    orchestrationSteps && {
      id: journey.id,
      at: journey.at,
      type: journey.type ?? "Call",
      orchestrationSteps,
    }
  );
}

function finishRelyingParty(fragment: RelyingPartyFragment): RelyingParty | undefined {
  const profile = fragment.technicalProfile;
  if (!fragment.defaultUserJourney || !profile?.protocol) return undefined;
  const protocol = profile.protocol.name;
  if (protocol !== "OpenIdConnect" && protocol !== "SAML2") return undefined;
  const subject = profile.subjectNamingInfo;
  const keys = profile.cryptographicKeys?.map(({ id, storageReferenceId }) => ({ id, storageReferenceId }));
  return {
    at: fragment.at,
    defaultUserJourney: fragment.defaultUserJourney.value,
    endpoints: Object.fromEntries((fragment.endpoints ?? []).map(({ id, journey }) => [id, journey])),
    behaviors: finishBehaviors(fragment),
    technicalProfile: {
      id: profile.id,
      protocol,
      metadata: metadataRecord(profile.metadata),
      inputClaims: profile.inputClaims ?? [],
      outputClaims: profile.outputClaims ?? [],
      ...defined({
        cryptographicKeys: keys,
        displayName: profile.displayName,
        description: profile.description,
        subjectNamingInfo: subject && withoutPlace(subject),
      }),
    },
  };
}

function withoutPlace<T extends { readonly at: unknown }>({ at: _, ...rest }: T): Omit<T, "at"> {
  return rest;
}

function finishBehaviors(fragment: RelyingPartyFragment): RelyingParty["behaviors"] {
  if (!fragment.behaviors) return {};
  const {
    at: _at,
    places: _places,
    deprecatedInsights: _insights,
    parameterNames: _names,
    ...behaviors
  } = fragment.behaviors;
  return behaviors;
}
