import type { LocalizedResources, Policy } from "@vestibule/policy";
import type { TransformationTexts } from "./transformation.ts";

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/**
 * The localization that a content definition names for a language tag: the exact language, then its parents, never the
 * default language. Source: claims-transformations.md 4.9.
 */
export function transformationTexts(
  policy: Policy,
  contentDefinitionId: string | undefined,
  language: string,
): TransformationTexts {
  const definition =
    contentDefinitionId === undefined ? undefined : policy.contentDefinitions.get(contentDefinitionId);
  const references = definition?.localizedResourcesReferences ?? [
    ...Object.entries(definition?.localizedResources ?? {}).map(([tag, id]) => ({ language: tag, id })),
  ];
  const resources = withParents(language)
    .map((tag) =>
      references.flatMap((reference): LocalizedResources[] => {
        const found = same(reference.language, tag)
          ? policy.localization.resources.get(reference.id)
          : undefined;
        return found ? [found] : [];
      }),
    )
    .find((found) => found.length > 0);
  return {
    string(elementType, stringId) {
      const strings = (resources ?? []).flatMap((resource) => resource.strings);
      return strings.find((entry) => same(entry.elementType, elementType) && same(entry.stringId, stringId))
        ?.value;
    },
    restriction(claimTypeId) {
      const collections = (resources ?? []).flatMap((resource) => resource.collections);
      return collections.find(
        (entry) =>
          same(entry.elementType, "ClaimType") &&
          same(entry.elementId, claimTypeId) &&
          same(entry.targetCollection, "Restriction"),
      )?.items;
    },
  };
}

/** `es-MX` → `es-MX`, `es`. */
function withParents(tag: string): string[] {
  const parts = tag.split("-");
  return parts.map((_, index) => parts.slice(0, parts.length - index).join("-"));
}
