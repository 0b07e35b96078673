import type { EnumerationItem, TechnicalProfile } from "@vestibule/policy";
import { metadataItem } from "../claims/mapping.ts";
import { type BuiltInStrings, fillString, stringsFor } from "../strings/index.ts";
import { localizedTexts } from "../strings/localized.ts";
import type { Run } from "./run.ts";

/** Texts of one page, in the journey's language. Lookup order: pages.md 5.1 and technical-profiles.md 1.8. */
export interface PageTexts {
  readonly builtIn: BuiltInStrings;
  /** A string of the policy's localization; undefined where it has none. */
  localized(elementType: string, elementId: string | undefined, stringId: string): string | undefined;
  /** The localized items of a claim type's enumeration. */
  items(claimTypeId: string): readonly EnumerationItem[] | undefined;
  /** StringIds of the page's own texts that the localization has. */
  readonly uxElements: readonly string[];
  /** A text of the page that the policy words: localization, then `language.X` of the profile, then of the page. */
  ux(stringId: string): string | undefined;
  /** What the policy says for a keyed message; undefined where it leaves it to the built-in text. */
  configured(key: string, profiles: readonly TechnicalProfile[]): string | undefined;
  /**
   * A keyed message: localization, then the page's profile, then the failing one, then the built-in text.
   * Kinds of profiles may have texts of their own for a key that others use too: `kind.key`.
   */
  message(
    key: string,
    fillIns: readonly string[],
    profiles: readonly TechnicalProfile[],
    kind?: string,
  ): string;
  /** A sentence at a field, its parameters left open: the policy's under B2C's id or ours, else the built-in one. */
  fieldError(id: string): string;
}

/** Sentence at a field → B2C's ids of the same, the nearest first (pages.md 5.2, 5.3). Ours are `vb_field_…`. */
const fieldErrorIds: Readonly<Record<string, readonly string[]>> = {
  required: ["required_field_descriptive", "requiredField_generic", "required_field"],
  required_choice: ["required_field_descriptive", "requiredField_generic", "required_field"],
  email: ["invalid_email", "invalid_generic"],
  password_mismatch: ["error_passwordEntryMismatch"],
};

/**
 * @param overrides `language.X` metadata of the page's profile, as `X`.
 */
export function pageTexts(
  run: Run,
  contentDefinitionId: string | undefined,
  overrides: Readonly<Record<string, string>> = {},
): PageTexts {
  const { policy } = run.program;
  const { language } = run.state.culture;
  const texts = localizedTexts(policy, contentDefinitionId, language);
  const metadata =
    (contentDefinitionId === undefined
      ? undefined
      : policy.contentDefinitions.get(contentDefinitionId)?.metadata) ?? {};
  const builtIn = stringsFor(language);
  const ux = (stringId: string) =>
    texts.string("UxElement", undefined, stringId) ??
    (Object.hasOwn(overrides, stringId) ? overrides[stringId] : undefined) ??
    metadataItem(metadata, `language.${stringId}`);
  const configured = (key: string, profiles: readonly TechnicalProfile[]) =>
    texts.string("ErrorMessage", undefined, key) ??
    profiles.map((profile) => metadataItem(profile.metadata, key)).find((item) => item !== undefined);
  return {
    builtIn,
    localized: texts.string,
    items: texts.items,
    uxElements: texts.uxElements,
    ux,
    configured,
    message(key, fillIns, profiles, kind) {
      const text =
        configured(key, profiles) ??
        (kind === undefined ? undefined : builtIn.errorMessages[`${kind}.${key}`]) ??
        builtIn.errorMessages[key] ??
        key;
      return fillString(text, ...fillIns);
    },
    fieldError(id) {
      const own = [`vb_field_${id}`, ...(fieldErrorIds[id] ?? [])];
      for (const stringId of own) {
        const text = ux(stringId);
        if (text !== undefined) return text;
      }
      return builtIn.fieldErrors[id] ?? "";
    },
  };
}
