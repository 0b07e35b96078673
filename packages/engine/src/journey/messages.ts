import type { ContentDefinition, TechnicalProfile } from "@vestibule/policy";
import { metadataItem } from "../claims/mapping.ts";
import { type BuiltInStrings, fillString, stringsFor } from "../strings/index.ts";
import type { Run } from "./run.ts";

/** Texts of one page, in the journey's language. Lookup order: pages.md 5.1 and technical-profiles.md 1.8. */
export interface PageTexts {
  readonly builtIn: BuiltInStrings;
  /** A string of the policy's localization; undefined where it has none. */
  localized(elementType: string, elementId: string | undefined, stringId: string): string | undefined;
  /** A keyed message: localization, then the page's profile, then the failing one, then the built-in text. */
  message(key: string, fillIns: readonly string[], profiles: readonly TechnicalProfile[]): string;
}

/** Id of a page's localized resources for a language. The language may be what a browser wrote: own names only. */
export function resourcesIdFor(
  definition: ContentDefinition | undefined,
  language: string,
): string | undefined {
  const own = definition?.localizedResources ?? {};
  const name = [language, language.toLowerCase()].find((candidate) => Object.hasOwn(own, candidate));
  return name === undefined ? undefined : own[name];
}

export function pageTexts(run: Run, contentDefinitionId: string | undefined): PageTexts {
  const { policy } = run.program;
  const definition =
    contentDefinitionId === undefined ? undefined : policy.contentDefinitions.get(contentDefinitionId);
  const resources = [run.state.culture.language, run.state.culture.tag, policy.localization.defaultLanguage]
    .map((language) => resourcesIdFor(definition, language))
    .map((id) => (id === undefined ? undefined : policy.localization.resources.get(id)))
    .find((found) => found !== undefined);
  const builtIn = stringsFor(run.state.culture.language);
  const same = (a: string | undefined, b: string | undefined) =>
    (a ?? "").toLowerCase() === (b ?? "").toLowerCase();
  const localized = (elementType: string, elementId: string | undefined, stringId: string) =>
    resources?.strings.find(
      (s) => s.elementType === elementType && same(s.elementId, elementId) && s.stringId === stringId,
    )?.value;
  return {
    builtIn,
    localized,
    message(key, fillIns, profiles) {
      const text =
        localized("ErrorMessage", undefined, key) ??
        profiles.map((profile) => metadataItem(profile.metadata, key)).find((item) => item !== undefined) ??
        builtIn.errorMessages[key] ??
        key;
      return fillString(text, ...fillIns);
    },
  };
}
