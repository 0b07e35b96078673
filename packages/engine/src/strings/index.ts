import { english } from "./english.ts";
import type { BuiltInStrings } from "./language.ts";

export type { BuiltInStrings } from "./language.ts";

/** Lower-case language tag (`en`, `pt-br`) → its built-in texts. A new language is one more entry. */
export const builtInStrings: Readonly<Record<string, BuiltInStrings>> = { en: english };

/** English, the language that every string falls back to (pages.md 5.1). */
export const uxStrings = english.ux;
export const errorMessages = english.errorMessages;
export const fieldErrors = english.fieldErrors;

/** The built-in texts of a language tag: the tag itself, its primary language, else English. */
export function stringsFor(language: string): BuiltInStrings {
  const tag = language.toLowerCase();
  const [primary = tag] = tag.split("-");
  for (const candidate of [tag, primary]) {
    if (Object.hasOwn(builtInStrings, candidate)) return builtInStrings[candidate] ?? english;
  }
  return english;
}

/** Puts parameters in the place of `{0}`, `{1}`…; a placeholder without a parameter stays as it is. */
export function fillString(text: string, ...parameters: readonly string[]): string {
  return text.replace(/\{(\d)\}/g, (placeholder, index: string) => parameters[Number(index)] ?? placeholder);
}
