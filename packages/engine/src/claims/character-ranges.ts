/**
 * What a set of characters holds, written as in `a-z0-9_\\-`: ranges, and characters as themselves. A backslash makes
 * the next character literal; `-` is literal where it stands first, last or behind a range. Each entry is the first and
 * the last code point of a range, which is empty where they stand the wrong way round. Source: policy-language.md 4.2.
 */
export function characterRanges(set: string): readonly (readonly [first: number, last: number])[] {
  const written = [...set];
  const ranges: [number, number][] = [];
  for (let index = 0; index < written.length; index++) {
    const first = characterAt(written, index);
    index = first.end;
    if (written[index + 1] !== "-" || index + 2 >= written.length) {
      ranges.push([first.point, first.point]);
      continue;
    }
    const last = characterAt(written, index + 2);
    index = last.end;
    ranges.push([first.point, last.point]);
  }
  return ranges;
}

/** A character at a place, a backslash before it taken away; `end` = index of its last part. */
function characterAt(written: readonly string[], index: number): { point: number; end: number } {
  const escaped = written[index] === "\\" && index + 1 < written.length;
  const end = escaped ? index + 1 : index;
  return { point: written[end]?.codePointAt(0) ?? 0, end };
}
