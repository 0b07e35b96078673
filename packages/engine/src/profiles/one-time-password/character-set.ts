import { characterRanges } from "../../claims/character-ranges.ts";

/** Smallest number of different characters that a code may be made of (technical-profiles.md 7). */
export const fewestCharacters = 10;

/**
 * The characters of a `CharacterSet` item, the body of a regular expression's class such as `a-z0-9`: each once, in
 * the order in which they are written. A range from high to low and an empty set give `undefined`.
 */
export function charactersOf(set: string): readonly string[] | undefined {
  const found = new Set<string>();
  for (const [first, last] of characterRanges(set.replace(/^\[(.*)\]$/s, "$1"))) {
    if (last < first || last - first > 0xffff) return undefined;
    for (let point = first; point <= last; point++) found.add(String.fromCodePoint(point));
  }
  return found.size === 0 ? undefined : [...found];
}
