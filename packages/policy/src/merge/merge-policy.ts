import type {
  BehaviorsFragment,
  MergedPolicy,
  PolicyDocument,
  ProfileFragment,
  ProviderBracket,
  RelyingPartyFragment,
} from "../document/document.ts";
import { defined } from "../document/element.ts";
import { IdMap } from "../model.ts";
import { keyed } from "./kinds.ts";
import {
  mergeClaimTypes,
  mergeContentDefinitions,
  mergeDisplayControls,
  mergeLocalization,
  mergeResources,
  mergeTransformations,
} from "./merge-blocks.ts";
import { mergeJourneys } from "./merge-journey.ts";
import { mergeProfiles } from "./merge-profile.ts";

/**
 * A file over its merged parent (policy-language.md 13). Whatever the file does not touch is the parent's own object, so
 * that a policy derived from a large base costs what it changes.
 */
export function mergePolicy(document: PolicyDocument, parent: MergedPolicy | undefined): MergedPolicy {
  const profiles = document.technicalProfiles.map(({ profile }) => profile);
  const localization =
    document.localization && parent?.localization
      ? mergeLocalization(document.localization, parent.localization)
      : (document.localization ?? parent?.localization);
  return {
    document,
    ...defined({
      parent,
      localization,
      relyingParty: mergeRelyingParties(document.relyingParty, parent?.relyingParty),
    }),
    claimTypes: overlay(document.claimTypes, parent?.claimTypes, mergeClaimTypes),
    predicates: overlay(document.predicates, parent?.predicates, own),
    inputValidations: overlay(document.inputValidations, parent?.inputValidations, own),
    predicateValidations: overlay(document.predicateValidations, parent?.predicateValidations, own),
    claimsTransformations: overlay(
      document.claimsTransformations,
      parent?.claimsTransformations,
      mergeTransformations,
    ),
    clientDefinitions: overlay(document.clientDefinitions, parent?.clientDefinitions, own),
    contentDefinitions: overlay(
      document.contentDefinitions,
      parent?.contentDefinitions,
      mergeContentDefinitions,
    ),
    localizedResources: overlay(document.localizedResources, parent?.localizedResources, mergeResources),
    displayControls: overlay(document.displayControls, parent?.displayControls, mergeDisplayControls),
    profileFragments: overlay(profiles, parent?.profileFragments, mergeProfiles),
    brackets: mergeBrackets(document, parent),
    userJourneys: overlay(document.userJourneys, parent?.userJourneys, mergeJourneys),
    subJourneys: overlay(document.subJourneys, parent?.subJourneys, mergeJourneys),
  };
}

const own = <T>(child: T) => child;

function overlay<T extends { readonly id: string }>(
  child: readonly T[],
  parent: IdMap<T> | undefined,
  merge: (child: T, parent: T) => T,
): IdMap<T> {
  if (child.length === 0) return parent ?? new IdMap();
  const result = new IdMap<T>(parent ?? []);
  const stated = new Set<string>();
  for (const item of child) {
    const key = item.id.toLowerCase();
    // Two of one file that differ in case only: the first wins (PL010).
    if (stated.has(key)) continue;
    stated.add(key);
    const inherited = parent?.get(item.id);
    result.set(item.id, inherited ? merge(item, inherited) : item);
  }
  return result;
}

/**
 * Providers dissolve: a profile keeps the bracket that first held it, unless a later one states domains
 * (policy-language.md 13.3, ClaimsProvider).
 */
function mergeBrackets(document: PolicyDocument, parent: MergedPolicy | undefined): IdMap<ProviderBracket> {
  const inherited = parent?.brackets;
  const changes = document.technicalProfiles.filter(
    ({ bracket, profile }) => bracket.domains.length > 0 || !inherited?.has(profile.id),
  );
  if (changes.length === 0) return inherited ?? new IdMap();
  const result = new IdMap<ProviderBracket>(inherited ?? []);
  for (const { bracket, profile } of changes) result.set(profile.id, bracket);
  return result;
}

function mergeRelyingParties(
  child: RelyingPartyFragment | undefined,
  parent: RelyingPartyFragment | undefined,
): RelyingPartyFragment | undefined {
  if (!child || !parent) return child ?? parent;
  return {
    ...parent,
    ...child,
    technicalProfileCount: Math.max(child.technicalProfileCount, parent.technicalProfileCount),
    ...defined({
      endpoints: keyed(child.endpoints, parent.endpoints, ({ id }) => id),
      behaviors: mergeBehaviors(child.behaviors, parent.behaviors),
      technicalProfile: mergeOptionalProfiles(child.technicalProfile, parent.technicalProfile),
    }),
  };
}

function mergeBehaviors(
  child: BehaviorsFragment | undefined,
  parent: BehaviorsFragment | undefined,
): BehaviorsFragment | undefined {
  if (!child || !parent) return child ?? parent;
  return { ...parent, ...child, places: { ...parent.places, ...child.places } };
}

function mergeOptionalProfiles(
  child: ProfileFragment | undefined,
  parent: ProfileFragment | undefined,
): ProfileFragment | undefined {
  return child && parent ? mergeProfiles(child, parent) : (child ?? parent);
}
