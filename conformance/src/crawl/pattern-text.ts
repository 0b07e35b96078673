/**
 * Writes a text that a regular expression takes, for the usual syntax: classes, groups, alternatives, quantifiers.
 * Look-around is passed over, so that a caller must try what comes. `extra` is how often more than the least a part is
 * repeated.
 */
export function patternText(source: string, extra: number): string {
  return new PatternWriter(source.replace(/^\(\?i\)/, ""), extra).alternatives();
}

const classes: Readonly<Record<string, string>> = {
  d: "4",
  w: "a",
  s: " ",
  D: "a",
  W: "-",
  S: "a",
  t: "\t",
  n: "\n",
};

class PatternWriter {
  readonly #source: string;
  readonly #extra: number;
  #at = 0;

  constructor(source: string, extra: number) {
    this.#source = source;
    this.#extra = extra;
  }

  /** The first alternative; the others are read over. */
  alternatives(): string {
    const first = this.#sequence();
    while (this.#peek() === "|") {
      this.#at++;
      this.#sequence();
    }
    return first;
  }

  #sequence(): string {
    let text = "";
    while (this.#at < this.#source.length && this.#peek() !== "|" && this.#peek() !== ")") {
      const [first = "", ...others] = this.#part();
      const choices = [first, ...others];
      // Different characters in turn: look-ahead often wants one of each kind.
      for (let count = this.#times(), at = 0; at < count; at++) text += choices[at % choices.length];
    }
    return text;
  }

  /** What stands for the next part of the pattern, in several ways where there are several. */
  #part(): readonly string[] {
    const character = this.#next();
    switch (character) {
      case "^":
      case "$":
        return [];
      case ".":
        return ["a"];
      case "\\":
        return [this.#escaped()];
      case "[":
        return this.#class();
      case "(":
        return [this.#group()];
      default:
        return [character];
    }
  }

  #group(): string {
    const kind = /^\?(?:[:>]|<?[=!]|<[A-Za-z]\w*>|[a-z-]+:)/.exec(this.#source.slice(this.#at))?.[0] ?? "";
    this.#at += kind.length;
    const inside = this.alternatives();
    this.#at++;
    return /^\?<?[=!]/.test(kind) ? "" : inside;
  }

  #escaped(): string {
    const character = this.#next();
    if (/[bBAzZ]/.test(character)) return "";
    if (character === "u" || character === "x") {
      const length = character === "u" ? 4 : 2;
      const code = Number.parseInt(this.#source.slice(this.#at, this.#at + length), 16);
      this.#at += length;
      return Number.isNaN(code) ? "" : String.fromCharCode(code);
    }
    return classes[character] ?? character;
  }

  /** Characters of a class: the kindest that it takes. */
  #class(): readonly string[] {
    const from = this.#at;
    if (this.#peek() === "^") this.#at++;
    if (this.#peek() === "]") this.#at++;
    while (this.#at < this.#source.length && this.#peek() !== "]") {
      if (this.#peek() === "\\") this.#at++;
      this.#at++;
    }
    const inside = this.#source.slice(from, this.#at);
    this.#at++;
    const pattern = expression(`^[${inside}]$`);
    const kind = [..."aA4"].filter((each) => pattern?.test(each));
    if (kind.length > 0) return kind;
    return [[..."-_.@ !"].find((each) => pattern?.test(each)) ?? inside[0] ?? ""];
  }

  #times(): number {
    const rest = this.#source.slice(this.#at);
    const counted = /^\{(\d+)(?:(,)(\d*))?\}\??/.exec(rest);
    if (counted) {
      this.#at += counted[0].length;
      const least = Number(counted[1]);
      const most = counted[2] === undefined ? least : counted[3] === "" ? 99 : Number(counted[3]);
      return Math.min(least + this.#extra, most, 64);
    }
    const mark = /^[*+?]\??/.exec(rest)?.[0];
    if (mark === undefined) return 1;
    this.#at += mark.length;
    if (mark[0] === "?") return Math.min(this.#extra, 1);
    return (mark[0] === "+" ? 1 : 0) + this.#extra;
  }

  #peek(): string {
    return this.#source[this.#at] ?? "";
  }

  #next(): string {
    return this.#source[this.#at++] ?? "";
  }
}

/** A regular expression of a policy; undefined where it is none here. */
export function expression(source: string): RegExp | undefined {
  try {
    return /^\(\?i\)/.test(source) ? new RegExp(source.slice(4), "i") : new RegExp(source);
  } catch {
    return undefined;
  }
}
