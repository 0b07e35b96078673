import { readClass, readSet } from "./pattern-set-reader.ts";
import { type Pattern, PatternFault, type PatternNode } from "./pattern-syntax.ts";
import { PatternText } from "./pattern-text.ts";

/** Options that are on at a place: they may change inside a group, and end with it. */
interface Options {
  readonly i: boolean;
  readonly m: boolean;
  readonly n: boolean;
  readonly s: boolean;
  readonly x: boolean;
}

const deepest = 100;
const longest = 10_000;

/** Reads a .NET regular expression. Throws a PatternFault where it is none, or where it uses what cannot be kept. */
export function readPattern(text: string): Pattern {
  if (text.length > longest) throw new PatternFault(`it is longer than ${longest} characters`);
  return new Reader(text).read();
}

class Reader {
  readonly #text: PatternText;
  /** One entry a capture, in the order of their parentheses: its name, or undefined. Atomic groups hold a place too. */
  readonly #captures: { readonly name?: string; readonly hidden?: true }[] = [];
  readonly #references: string[] = [];
  #options: Options = { i: false, m: false, n: false, s: false, x: false };
  #depth = 0;

  constructor(text: string) {
    this.#text = new PatternText(text);
  }

  read(): Pattern {
    const root = this.#alternatives();
    if (!this.#text.atEnd) throw new PatternFault("a parenthesis is closed that was not opened");
    const groups = this.#numbered();
    for (const name of this.#references)
      if (!groups.has(name)) throw new PatternFault(`it refers to group '${name}', which it does not have`);
    return { root, groups };
  }

  /** .NET numbers the unnamed groups first, left to right, then the named ones. */
  #numbered(): Map<string, number[]> {
    const groups = new Map<string, number[]>();
    const add = (name: string, order: number) => groups.set(name, [...(groups.get(name) ?? []), order]);
    let number = 0;
    const named: [string, number][] = [];
    this.#captures.forEach(({ name, hidden }, index) => {
      if (hidden) return;
      if (name === undefined) add(String(++number), index + 1);
      else named.push([name, index + 1]);
    });
    const numberOf = new Map<string, string>();
    for (const [name, order] of named) {
      add(name, order);
      if (/^\d+$/.test(name)) continue;
      if (!numberOf.has(name)) numberOf.set(name, String(++number));
      add(numberOf.get(name) ?? name, order);
    }
    return groups;
  }

  #alternatives(): PatternNode {
    if (++this.#depth > deepest) throw new PatternFault("it is nested too deeply");
    const before = this.#options;
    const options = [this.#sequence()];
    while (this.#text.take("|")) options.push(this.#sequence());
    this.#options = before;
    this.#depth--;
    const [only] = options;
    return options.length === 1 && only ? only : { kind: "alternatives", options };
  }

  #sequence(): PatternNode {
    const items: PatternNode[] = [];
    for (;;) {
      this.#skipBlank();
      if (this.#text.atEnd || this.#text.startsWith("|") || this.#text.startsWith(")")) break;
      const atom = this.#atom();
      if (atom) items.push(this.#repeated(atom));
    }
    return { kind: "sequence", items };
  }

  #repeated(body: PatternNode): PatternNode {
    this.#skipBlank();
    const found = this.#quantifier();
    if (!found) return body;
    const lazy = this.#text.take("?");
    this.#skipBlank();
    if (this.#quantifier()) throw new PatternFault("a quantifier follows a quantifier");
    return { kind: "repeat", body, ...found, lazy };
  }

  #quantifier(): { least: number; most: number } | undefined {
    if (this.#text.take("*")) return { least: 0, most: Infinity };
    if (this.#text.take("+")) return { least: 1, most: Infinity };
    if (this.#text.take("?")) return { least: 0, most: 1 };
    const braces = this.#text.match(/\{(\d{1,9})(?:(,)(\d{1,9})?)?\}/y);
    if (!braces) return undefined;
    const least = Number(braces[1]);
    const most = braces[2] === undefined ? least : braces[3] === undefined ? Infinity : Number(braces[3]);
    if (least > most) throw new PatternFault(`the range {${least},${most}} is upside down`);
    return { least, most };
  }

  /** Undefined for what matches nothing by itself: comments and options. */
  #atom(): PatternNode | undefined {
    const text = this.#text;
    const { i, m, s } = this.#options;
    if (text.take("(")) return this.#group();
    if (text.take("[")) return { kind: "set", set: readSet(text), ignoreCase: i };
    if (text.take(".")) return { kind: "any", newline: s };
    if (text.take("^")) return { kind: "anchor", at: m ? "lineStart" : "start" };
    if (text.take("$")) return { kind: "anchor", at: m ? "lineEnd" : "end" };
    if (text.take("\\")) return this.#escape();
    if (/[*+?]/.test(text.peek)) throw new PatternFault(`'${text.peek}' has nothing to repeat`);
    return { kind: "char", code: text.codePoint(), ignoreCase: i };
  }

  #escape(): PatternNode {
    const text = this.#text;
    const { i } = this.#options;
    const anchors = {
      A: "start",
      Z: "end",
      z: "last",
      b: "boundary",
      B: "noBoundary",
    } as const;
    const anchor = text.match(/[AZzbB]/y)?.[0] as keyof typeof anchors | undefined;
    if (anchor) return { kind: "anchor", at: anchors[anchor] };
    if (text.startsWith("G")) throw new PatternFault("\\G is not supported");
    const item = readClass(text);
    if (item) return { kind: "set", set: { negated: false, items: [item] }, ignoreCase: i };
    const named = text.match(/k(?:<(\w+)>|'(\w+)')/y);
    const group = named?.[1] ?? named?.[2] ?? this.#groupNumber();
    if (group === undefined) return { kind: "char", code: text.escapedCharacter(), ignoreCase: i };
    this.#references.push(group);
    return { kind: "reference", group, ignoreCase: i };
  }

  /** `\1` to `\9`, and longer numbers of groups that were opened before; anything else in digits is octal. */
  #groupNumber(): string | undefined {
    const single = this.#text.match(/[1-9](?!\d)/y)?.[0];
    return single ?? (this.#captures.length >= 10 ? this.#text.match(/[1-9]\d(?!\d)/y)?.[0] : undefined);
  }

  #group(): PatternNode | undefined {
    const text = this.#text;
    if (!text.take("?")) return this.#close(this.#options.n ? {} : { order: this.#capture() });
    if (text.match(/#[^)]*\)/y)) return undefined;
    if (text.take(":")) return this.#close({});
    if (text.take(">")) return { kind: "atomic", ...this.#numberedBody({ hidden: true }) };
    for (const [opening, ahead, negated] of [
      ["<=", false, false],
      ["<!", false, true],
      ["=", true, false],
      ["!", true, true],
    ] as const)
      if (text.take(opening)) return { kind: "look", ahead, negated, body: this.#body() };
    const named = text.match(/<(\w+)>|'(\w+)'/y);
    if (named) return this.#close({ order: this.#capture({ name: named[1] ?? named[2] ?? "" }) });
    if (text.match(/[<']\w*-\w+[>']/y)) throw new PatternFault("balancing groups are not supported");
    if (text.startsWith("(")) throw new PatternFault("conditionals are not supported");
    return this.#inlineOptions();
  }

  /** `(?i-s)` until the end of the group around it, or `(?i-s:…)`. */
  #inlineOptions(): PatternNode | undefined {
    const found = this.#text.match(/([imnsx]*)(?:-([imnsx]*))?([:)])/iy);
    if (!found) throw new PatternFault("a group begins in a way that is not known");
    const before = this.#options;
    const options = { ...before };
    for (const letter of found[1]?.toLowerCase() ?? "") options[letter as keyof Options] = true;
    for (const letter of found[2]?.toLowerCase() ?? "") options[letter as keyof Options] = false;
    this.#options = options;
    if (found[3] === ")") return undefined;
    const group = this.#close({});
    this.#options = before;
    return group;
  }

  #capture(entry: { name?: string; hidden?: true } = {}): number {
    return this.#captures.push(entry);
  }

  #numberedBody(entry: { hidden: true }) {
    return { order: this.#capture(entry), body: this.#body() };
  }

  #close(order: { order?: number }): PatternNode {
    return { kind: "group", ...order, body: this.#body() };
  }

  #body(): PatternNode {
    const body = this.#alternatives();
    if (!this.#text.take(")")) throw new PatternFault("a parenthesis is not closed");
    return body;
  }

  /** With the option x, white space and `#` comments mean nothing. */
  #skipBlank(): void {
    if (this.#options.x) this.#text.match(/(?:\s|#[^\n]*)+/y);
  }
}
