import type { Anchor, CharacterSet, Pattern, PatternNode, SetItem } from "./pattern-syntax.ts";

/** A pattern written for one engine; undefined where the engine cannot say it. */
export interface WrittenPattern {
  readonly source: string;
  /** True where the writing is exact only for texts that do not end with a newline (`$`). */
  readonly needsNoFinalNewline: boolean;
  /** True where the writing is exact only for ASCII texts (`\b`). */
  readonly needsAscii: boolean;
}

const word = "\\p{L}\\p{Mn}\\p{Nd}\\p{Pc}";
const newlines = { js: "\\f\\n\\r\\t\\v\\u{85}\\p{Z}", re2: "\\f\\n\\r\\t\\v\\x{85}\\p{Z}" } as const;

/** For V8, with the flag `v`. Source of the equivalences: claims-transformations.md 4.5. */
export function writeForJavaScript(pattern: Pattern): string {
  return new Writer(pattern, "js").write(pattern.root);
}

/** For RE2, which has neither look-around nor back-references and in return never takes more than linear time. */
export function writeForRe2(pattern: Pattern): WrittenPattern | undefined {
  const writer = new Writer(pattern, "re2");
  try {
    const source = writer.write(pattern.root);
    return { source, needsNoFinalNewline: writer.needsNoFinalNewline, needsAscii: writer.needsAscii };
  } catch (fault) {
    if (fault instanceof NotInDialect) return undefined;
    throw fault;
  }
}

class NotInDialect extends Error {}

class Writer {
  needsNoFinalNewline = false;
  needsAscii = false;
  readonly #pattern: Pattern;
  readonly #dialect: "js" | "re2";

  constructor(pattern: Pattern, dialect: "js" | "re2") {
    this.#pattern = pattern;
    this.#dialect = dialect;
  }

  write(node: PatternNode): string {
    switch (node.kind) {
      case "char":
        return folded(this.#character(node.code), node.ignoreCase);
      case "any":
        return node.newline ? this.#everything() : "[^\\n]";
      case "set":
        return folded(this.#set(node.set), node.ignoreCase);
      case "anchor":
        return this.#anchor(node.at);
      case "group":
        return `(${node.order === undefined ? "?:" : ""}${this.write(node.body)})`;
      case "atomic":
        this.#onlyJavaScript();
        return `(?=(${this.write(node.body)}))(?:\\${node.order})`;
      case "look":
        this.#onlyJavaScript();
        return `(?${node.ahead ? "" : "<"}${node.negated ? "!" : "="}${this.write(node.body)})`;
      case "reference":
        this.#onlyJavaScript();
        return folded(
          (this.#pattern.groups.get(node.group) ?? []).map((order) => `(?:\\${order})`).join(""),
          node.ignoreCase,
        );
      case "repeat":
        return `(?:${this.write(node.body)})${quantifier(node.least, node.most)}${node.lazy ? "?" : ""}`;
      case "sequence":
        return node.items.map((item) => this.write(item)).join("");
      case "alternatives":
        return `(?:${node.options.map((option) => this.write(option)).join("|")})`;
    }
  }

  #onlyJavaScript(): void {
    if (this.#dialect === "re2") throw new NotInDialect();
  }

  #character(code: number): string {
    if (/[A-Za-z0-9]/.test(String.fromCodePoint(code))) return String.fromCodePoint(code);
    return `${this.#dialect === "js" ? "\\u" : "\\x"}{${code.toString(16)}}`;
  }

  #everything(): string {
    return this.#dialect === "js" ? "[\\s\\S]" : "(?s:.)";
  }

  #anchor(at: Anchor): string {
    const js = this.#dialect === "js";
    switch (at) {
      case "start":
        return js ? "(?<![\\s\\S])" : "\\A";
      case "lineStart":
        return js ? "(?<![^\\n])" : "(?m:^)";
      case "lineEnd":
        return js ? "(?![^\\n])" : "(?m:$)";
      case "last":
        return js ? "(?![\\s\\S])" : "\\z";
      case "end":
        this.needsNoFinalNewline = true;
        return js ? "(?=\\n?(?![\\s\\S]))" : "\\z";
      case "boundary":
      case "noBoundary":
        return this.#boundary(at === "boundary");
    }
  }

  #boundary(wanted: boolean): string {
    if (this.#dialect === "re2") {
      this.needsAscii = true;
      return wanted ? "\\b" : "\\B";
    }
    const inside = `[${word}\\u{200c}\\u{200d}]`;
    return wanted
      ? `(?:(?<=${inside})(?!${inside})|(?<!${inside})(?=${inside}))`
      : `(?:(?<=${inside})(?=${inside})|(?<!${inside})(?!${inside}))`;
  }

  #set(set: CharacterSet): string {
    if (isEverything(set)) return this.#everything();
    if (this.#dialect === "js") {
      const own = `[${set.negated ? "^" : ""}${set.items.map((item) => this.#item(item)).join("")}]`;
      return set.minus ? `[${own}--${this.#set(set.minus)}]` : own;
    }
    if (set.minus) throw new NotInDialect();
    const opposites = set.items.filter(isOpposite);
    if (opposites.length === 0) return `[${set.negated ? "^" : ""}${this.#items(set.items)}]`;
    // RE2 has no sets inside sets: the opposite of a class stands as a set of its own.
    const [only] = opposites;
    if (set.negated) {
      if (set.items.length === 1 && only) return `[${this.#items([{ ...only, negated: false }])}]`;
      throw new NotInDialect();
    }
    const rest = set.items.filter((item) => !isOpposite(item));
    const options = opposites.map((item) => `[^${this.#items([{ ...item, negated: false }])}]`);
    if (rest.length > 0) options.push(`[${this.#items(rest)}]`);
    return options.length === 1 ? options.join("") : `(?:${options.join("|")})`;
  }

  #items(items: readonly SetItem[]): string {
    return items.map((item) => this.#item(item)).join("");
  }

  #item(item: SetItem): string {
    switch (item.kind) {
      case "range":
        return item.from === item.to
          ? this.#character(item.from)
          : `${this.#character(item.from)}-${this.#character(item.to)}`;
      case "category":
        return `\\${item.negated ? "P" : "p"}{${item.name}}`;
      case "class": {
        if (item.name === "digit") return item.negated ? "\\P{Nd}" : "\\p{Nd}";
        const members = item.name === "word" ? word : newlines[this.#dialect];
        return item.negated ? `[^${members}]` : members;
      }
    }
  }
}

type Opposite = Extract<SetItem, { kind: "class" }>;

const isOpposite = (item: SetItem): item is Opposite =>
  item.kind === "class" && item.negated && item.name !== "digit";

/** `[\s\S]` and its like: a class and its opposite. */
function isEverything(set: CharacterSet): boolean {
  if (set.negated || set.minus) return false;
  const classes = set.items.filter((item) => item.kind === "class");
  return classes.some((one) =>
    classes.some((other) => other.name === one.name && other.negated !== one.negated),
  );
}

function folded(source: string, ignoreCase: boolean): string {
  return ignoreCase ? `(?i:${source})` : source;
}

function quantifier(least: number, most: number): string {
  if (most === Infinity) return least === 0 ? "*" : least === 1 ? "+" : `{${least},}`;
  if (least === 0 && most === 1) return "?";
  return least === most ? `{${least}}` : `{${least},${most}}`;
}
