/** Smallest number of different characters that a code may be made of (technical-profiles.md 7). */
export const fewestCharacters = 10;

/**
 * The characters of a `CharacterSet` item, the body of a regular expression's class such as `a-z0-9`: each once, in
 * the order in which they are written. A range from high to low and an empty set give `undefined`.
 */
export function charactersOf(set: string): readonly string[] | undefined {
  const found = new Set<string>();
  const written = [...set.replace(/^\[(.*)\]$/s, "$1")];
  for (let index = 0; index < written.length; index++) {
    const first = characterAt(written, index);
    index = first.end;
    if (written[index + 1] !== "-" || index + 2 >= written.length) {
      found.add(first.character);
      continue;
    }
    const last = characterAt(written, index + 2);
    index = last.end;
    const from = first.character.codePointAt(0) ?? 0;
    const to = last.character.codePointAt(0) ?? 0;
    if (to < from || to - from > 0xffff) return undefined;
    for (let point = from; point <= to; point++) found.add(String.fromCodePoint(point));
  }
  return found.size === 0 ? undefined : [...found];
}

/** A character at a place, a backslash before it taken away; `end` = index of its last part. */
function characterAt(written: readonly string[], index: number): { character: string; end: number } {
  const escaped = written[index] === "\\" && index + 1 < written.length;
  const end = escaped ? index + 1 : index;
  return { character: written[end] ?? "", end };
}
