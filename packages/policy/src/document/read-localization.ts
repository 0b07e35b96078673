import type { XmlElement } from "../xml/parse.ts";
import type { LocalizationFragment, MergeBehavior, ResourcesFragment } from "./document.ts";
import { defined, type ElementReader } from "./element.ts";
import { readEnumerationItem } from "./read-claims.ts";

/** Source: policy-language.md 6. */
export function readLocalization(reader: ElementReader, element: XmlElement): LocalizationFragment {
  const languages = reader.child(element, "SupportedLanguages");
  const mergeBehavior =
    (languages && (reader.id(languages, "MergeBehavior") as MergeBehavior | undefined)) ?? "ReplaceAll";
  return {
    at: reader.at(element),
    ...defined({
      enabled: reader.flag(element, "Enabled"),
      defaultLanguage: languages && reader.id(languages, "DefaultLanguage"),
      policyLanguage: languages && reader.id(languages, "PolicyLanguage"),
      languages: languages && {
        mergeBehavior,
        items: unique(languages.children.map(({ text }) => text.trim())),
        extendsBuiltInLanguages: mergeBehavior !== "ReplaceAll",
      },
    }),
  };
}

function unique(items: readonly string[]): string[] {
  return [...new Set(items)];
}

export function readResources(reader: ElementReader, element: XmlElement): ResourcesFragment {
  const culture = reader.id(element, "Culture");
  return {
    // Without an id its culture identifies it: policy-language.md 13.3.
    id: reader.id(element, "Id") ?? `culture ${culture ?? ""}`,
    at: reader.at(element),
    ...defined({ culture }),
    collections: reader.items(element, "LocalizedCollections", "LocalizedCollection").map((collection) => ({
      elementType: reader.requiredId(collection, "ElementType"),
      elementId: reader.requiredId(collection, "ElementId"),
      targetCollection: reader.requiredId(collection, "TargetCollection"),
      items: collection.children.map((item) => readEnumerationItem(reader, item)),
      at: reader.at(collection),
    })),
    strings: reader.items(element, "LocalizedStrings", "LocalizedString").map((string) => ({
      elementType: reader.requiredId(string, "ElementType"),
      stringId: reader.requiredId(string, "StringId"),
      value: string.text,
      at: reader.at(string),
      ...defined({ elementId: reader.id(string, "ElementId") }),
    })),
  };
}
