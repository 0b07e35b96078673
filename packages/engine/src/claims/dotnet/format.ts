/**
 * .NET's composite formatting (`String.Format`) for text arguments: `{0}`, `{0,-5}`, `{0:D4}`, `{{`, `}}`.
 * Source: claims-transformations.md 4.3.
 */

/** A piece of a format: literal text, or the place of an argument. Width < 0 = padded on the right. */
type Piece = string | { readonly index: number; readonly width: number };

export type CompositeFormat =
  | { readonly kind: "format"; readonly pieces: readonly Piece[]; readonly arguments: number }
  | { readonly kind: "invalid"; readonly reason: string };

/** .NET refuses indexes and widths from here on. */
const limit = 1_000_000;

const item = /\{(\d{1,7}) *(?:, *(-?\d{1,7}) *)?(?::((?:[^{}]|\{\{|\}\})*))?\}/y;

/** Reads a format once; what it refuses is what .NET answers with a FormatException whatever the arguments are. */
export function parseFormat(format: string): CompositeFormat {
  const pieces: Piece[] = [];
  let literal = "";
  let needed = 0;
  for (let at = 0; at < format.length; ) {
    const char = format.charAt(at);
    if (char !== "{" && char !== "}") {
      literal += char;
      at++;
    } else if (format.charAt(at + 1) === char) {
      literal += char;
      at += 2;
    } else {
      item.lastIndex = at;
      const found = char === "{" ? item.exec(format) : null;
      const index = Number(found?.[1]);
      const width = Number(found?.[2] ?? 0);
      if (!found || index >= limit || Math.abs(width) >= limit)
        return { kind: "invalid", reason: `it cannot be read at character ${at + 1}` };
      if (literal !== "") pieces.push(literal);
      literal = "";
      pieces.push({ index, width });
      needed = Math.max(needed, index + 1);
      at = item.lastIndex;
    }
  }
  if (literal !== "") pieces.push(literal);
  return { kind: "format", pieces, arguments: needed };
}

/**
 * Fills a format in; undefined where .NET would throw, or where the result would be longer than `longest` characters.
 * Arguments are data: braces in them mean nothing.
 */
export function formatText(
  format: string,
  fillIns: readonly string[],
  longest = Number.POSITIVE_INFINITY,
): string | undefined {
  const parsed = parseFormat(format);
  if (parsed.kind === "invalid" || parsed.arguments > fillIns.length) return undefined;
  const filled: string[] = [];
  let length = 0;
  for (const piece of parsed.pieces) {
    const text = typeof piece === "string" ? piece : (fillIns[piece.index] ?? "");
    const width = typeof piece === "string" ? 0 : piece.width;
    length += Math.max(text.length, Math.abs(width));
    if (length > longest) return undefined;
    filled.push(width < 0 ? text.padEnd(-width) : text.padStart(width));
  }
  return filled.join("");
}
