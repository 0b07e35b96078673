import type { TechnicalProfile } from "@vestibule/policy";
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

export function pageTexts(run: Run, contentDefinitionId: string | undefined): PageTexts {
  const { policy } = run.program;
  const definition =
    contentDefinitionId === undefined ? undefined : policy.contentDefinitions.get(contentDefinitionId);
  const resources = [run.state.culture.language, run.state.culture.tag, policy.localization.defaultLanguage]
    .map(
      (language) =>
        definition?.localizedResources[language] ?? definition?.localizedResources[language.toLowerCase()],
    )
    .flatMap((id) => (id === undefined ? [] : (policy.localization.resources.get(id) ?? [])));
  const builtIn = stringsFor(run.state.culture.language);
  const same = (a: string | undefined, b: string | undefined) =>
    (a ?? "").toLowerCase() === (b ?? "").toLowerCase();
  const localized = (elementType: string, elementId: string | undefined, stringId: string) => {
    for (const { strings } of resources.slice(0, 1)) {
      const found = strings.find(
        (s) => s.elementType === elementType && same(s.elementId, elementId) && s.stringId === stringId,
      );
      if (found) return found.value;
    }
    return undefined;
  };
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
