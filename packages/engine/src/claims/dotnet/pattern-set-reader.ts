import { blocks, type CharacterSet, categories, PatternFault, type SetItem } from "./pattern-syntax.ts";
import type { PatternText } from "./pattern-text.ts";

/** Reads a character set behind its `[`. */
export function readSet(text: PatternText, depth = 0): CharacterSet {
  if (depth > 20) throw new PatternFault("its sets are nested too deeply");
  const negated = text.take("^");
  const items: SetItem[] = [];
  // A `]` in the first place is a character.
  for (let first = true; first || !text.take("]"); first = false) {
    if (text.atEnd) throw new PatternFault("a set of characters is not closed");
    if (!first && text.take("-[")) {
      const minus = readSet(text, depth + 1);
      if (!text.take("]")) throw new PatternFault("a subtraction must end its set");
      return { negated, items, minus };
    }
    items.push(readItem(text));
  }
  return { negated, items };
}

function readItem(text: PatternText): SetItem {
  const from = readCharacter(text);
  if (typeof from !== "number") return from;
  if (!text.startsWith("-") || text.startsWith("-]") || text.startsWith("-["))
    return { kind: "range", from, to: from };
  text.take("-");
  const to = readCharacter(text);
  if (typeof to !== "number") throw new PatternFault("a range ends with a class");
  if (to < from) throw new PatternFault("a range of characters is upside down");
  return { kind: "range", from, to };
}

function readCharacter(text: PatternText): number | SetItem {
  if (!text.take("\\")) return text.codePoint();
  return readClass(text) ?? text.escapedCharacter();
}

/** `w`, `W`, `d`, `D`, `s`, `S`, `p{…}`, `P{…}` behind a backslash. */
export function readClass(text: PatternText): SetItem | undefined {
  const letter = text.match(/[wWdDsS]/y)?.[0];
  if (letter !== undefined) {
    const names = { w: "word", d: "digit", s: "space" } as const;
    const name = names[letter.toLowerCase() as keyof typeof names];
    return { kind: "class", name, negated: letter !== letter.toLowerCase() };
  }
  const property = text.match(/([pP])\{([\w-]+)\}/y);
  if (!property) return undefined;
  const negated = property[1] === "P";
  const name = property[2] ?? "";
  if (categories.has(name)) return { kind: "category", name, negated };
  const block = Object.hasOwn(blocks, name) ? blocks[name] : undefined;
  if (!block || negated) throw new PatternFault(`the category '${name}' is not known`);
  return { kind: "range", from: block[0], to: block[1] };
}
