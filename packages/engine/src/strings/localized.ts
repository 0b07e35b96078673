import type { ContentDefinition, EnumerationItem, Localization, Policy } from "@vestibule/policy";

/** What a policy's localization says on one page in one language. Names compare without regard to case. */
export interface LocalizedTexts {
  /** `elementId` undefined = a string of any element, the first one. */
  string(elementType: string, elementId: string | undefined, stringId: string): string | undefined;
  /** The items that stand for a claim type's enumeration. */
  items(claimTypeId: string): readonly EnumerationItem[] | undefined;
  /** StringIds of the page's own texts, as written. */
  readonly uxElements: readonly string[];
}

const nothing: LocalizedTexts = { string: () => undefined, items: () => undefined, uxElements: [] };

interface Cached {
  readonly localization: Localization;
  readonly byLanguage: Map<string, LocalizedTexts>;
}
const cache = new WeakMap<ContentDefinition, Cached>();
/** Languages kept of one page; a policy supports fewer, but a caller may ask for any. */
const mostLanguages = 128;

/**
 * The references of a content definition in their order, those of the language itself before those of its parents
 * (`es-MX`, then `es`): the first resources that know a string give it. Never those of the default language.
 * Source: policy-language.md 6, claims-transformations.md 4.9.
 */
export function localizedTexts(
  { contentDefinitions, localization }: Pick<Policy, "contentDefinitions" | "localization">,
  contentDefinitionId: string | undefined,
  language: string,
): LocalizedTexts {
  const definition =
    contentDefinitionId === undefined ? undefined : contentDefinitions.get(contentDefinitionId);
  if (!definition || !localization.enabled) return nothing;
  const tag = language.toLowerCase();
  let cached = cache.get(definition);
  if (cached?.localization !== localization) {
    cached = { localization, byLanguage: new Map() };
    cache.set(definition, cached);
  }
  const known = cached.byLanguage.get(tag);
  if (known) return known;
  if (cached.byLanguage.size >= mostLanguages) cached.byLanguage.clear();
  const texts = indexed(definition, localization, tag);
  cached.byLanguage.set(tag, texts);
  return texts;
}

function indexed(definition: ContentDefinition, { resources }: Localization, tag: string): LocalizedTexts {
  const references =
    definition.localizedResourcesReferences ??
    Object.entries(definition.localizedResources).map(([language, id]) => ({ language, id }));
  const chosen = withParents(tag).flatMap((each) =>
    references.flatMap(({ language, id }) =>
      language.toLowerCase() === each ? (resources.get(id) ?? []) : [],
    ),
  );
  if (chosen.length === 0) return nothing;
  const strings = new Map<string, string>();
  const items = new Map<string, readonly EnumerationItem[]>();
  const uxElements = new Set<string>();
  const keep = <Value>(map: Map<string, Value>, key: string, value: Value) => {
    if (!map.has(key)) map.set(key, value);
  };
  for (const resource of chosen) {
    for (const { elementType, elementId = "", stringId, value } of resource.strings) {
      keep(strings, keyOf(elementType, elementId, stringId), value);
      keep(strings, keyOf(elementType, undefined, stringId), value);
      if (elementType.toLowerCase() === "uxelement") uxElements.add(stringId);
    }
    for (const collection of resource.collections)
      if (collection.targetCollection.toLowerCase() === "restriction")
        keep(items, collection.elementId.toLowerCase(), collection.items);
  }
  return {
    string: (elementType, elementId, stringId) => strings.get(keyOf(elementType, elementId, stringId)),
    items: (claimTypeId) => items.get(claimTypeId.toLowerCase()),
    uxElements: [...uxElements],
  };
}

function keyOf(elementType: string, elementId: string | undefined, stringId: string): string {
  return `${elementType}\n${elementId ?? "\n"}\n${stringId}`.toLowerCase();
}

/** `es-mx` → `es-mx`, `es`. */
function withParents(tag: string): string[] {
  const parts = tag.split("-");
  return parts.map((_, index) => parts.slice(0, parts.length - index).join("-"));
}
