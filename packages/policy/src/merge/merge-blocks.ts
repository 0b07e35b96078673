import type {
  ClaimTypeFragment,
  ContentDefinitionFragment,
  DisplayControlFragment,
  LocalizationFragment,
  ResourcesFragment,
  RestrictionFragment,
  TransformationFragment,
} from "../document/document.ts";
import { defined } from "../document/element.ts";
import { byBehavior, distinct, keyed } from "./kinds.ts";

/** How the building blocks of a child lie over those of its parent. Source: policy-language.md 13.3. */

export function mergeClaimTypes(child: ClaimTypeFragment, parent: ClaimTypeFragment): ClaimTypeFragment {
  return {
    ...parent,
    ...child,
    ...defined({
      partnerNames: keyed(
        child.partnerNames,
        parent.partnerNames,
        ({ protocol, handler }) => `${protocol} ${handler ?? ""}`,
      ),
      restriction: mergeRestrictions(child.restriction, parent.restriction),
    }),
  };
}

function mergeRestrictions(
  child: RestrictionFragment | undefined,
  parent: RestrictionFragment | undefined,
): RestrictionFragment | undefined {
  if (!child || !parent) return child ?? parent;
  // A list against a pattern: the child's kind replaces the parent's.
  if (child.pattern || parent.pattern) return child;
  const items = byBehavior(child.mergeBehavior, child.enumeration, parent.enumeration);
  return { ...child, enumeration: distinct(items, ({ value }) => value) };
}

export function mergeTransformations(
  child: TransformationFragment,
  parent: TransformationFragment,
): TransformationFragment {
  if (child.transformationMethod.toLowerCase() !== parent.transformationMethod.toLowerCase()) return child;
  const claim = (each: { readonly transformationClaimType: string }) => each.transformationClaimType;
  return {
    ...child,
    inputClaims: keyed(child.inputClaims, parent.inputClaims, claim) ?? [],
    inputParameters: keyed(child.inputParameters, parent.inputParameters, ({ id }) => id) ?? [],
    outputClaims: keyed(child.outputClaims, parent.outputClaims, claim) ?? [],
  };
}

export function mergeContentDefinitions(
  child: ContentDefinitionFragment,
  parent: ContentDefinitionFragment,
): ContentDefinitionFragment {
  const references =
    child.references && parent.references
      ? {
          mergeBehavior: child.references.mergeBehavior,
          items: byBehavior(child.references.mergeBehavior, child.references.items, parent.references.items),
        }
      : (child.references ?? parent.references);
  return {
    ...parent,
    ...child,
    ...defined({ metadata: keyed(child.metadata, parent.metadata, ({ key }) => key), references }),
  };
}

export function mergeLocalization(
  child: LocalizationFragment,
  parent: LocalizationFragment,
): LocalizationFragment {
  const languages =
    child.languages && parent.languages
      ? {
          ...child.languages,
          items: distinct(
            byBehavior(child.languages.mergeBehavior, child.languages.items, parent.languages.items),
            (language) => language,
          ),
          extendsBuiltInLanguages:
            child.languages.mergeBehavior !== "ReplaceAll" && parent.languages.extendsBuiltInLanguages,
        }
      : (child.languages ?? parent.languages);
  return { ...parent, ...child, ...defined({ languages }) };
}

export function mergeResources(child: ResourcesFragment, parent: ResourcesFragment): ResourcesFragment {
  return {
    ...parent,
    ...child,
    strings:
      keyed(
        child.strings,
        parent.strings,
        ({ elementType, elementId, stringId }) => `${elementType} ${elementId ?? ""} ${stringId}`,
      ) ?? [],
    collections:
      keyed(
        child.collections,
        parent.collections,
        ({ elementType, elementId, targetCollection }) => `${elementType} ${elementId} ${targetCollection}`,
      ) ?? [],
  };
}

export function mergeDisplayControls(
  child: DisplayControlFragment,
  parent: DisplayControlFragment,
): DisplayControlFragment {
  const claim = (each: { readonly claimTypeReferenceId: string }) => each.claimTypeReferenceId;
  return {
    ...parent,
    ...child,
    inputClaims: keyed(child.inputClaims, parent.inputClaims, claim) ?? [],
    displayClaims: keyed(child.displayClaims, parent.displayClaims, claim) ?? [],
    outputClaims: keyed(child.outputClaims, parent.outputClaims, claim) ?? [],
    actions: keyed(child.actions, parent.actions, ({ id }) => id) ?? [],
  };
}
