import { PatternFault } from "./pattern-syntax.ts";

const escapes: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, e: 27 };

/** The text of a pattern and how far it was read. */
export class PatternText {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  get peek(): string {
    return this.#text.charAt(this.#at);
  }

  startsWith(part: string): boolean {
    return this.#text.startsWith(part, this.#at);
  }

  take(part: string): boolean {
    if (!this.startsWith(part)) return false;
    this.#at += part.length;
    return true;
  }

  /** `expression` must be sticky. */
  match(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#text) ?? undefined;
    if (found) this.#at += found[0].length;
    return found;
  }

  codePoint(): number {
    const code = this.#text.codePointAt(this.#at);
    if (code === undefined) throw new PatternFault("it ends too early");
    this.#at += code > 0xffff ? 2 : 1;
    return code;
  }

  /** What follows a backslash and stands for one character. */
  escapedCharacter(): number {
    const hex = this.match(/x([0-9a-f]{2})|u([0-9a-f]{4})/iy);
    if (hex) return Number.parseInt(hex[1] ?? hex[2] ?? "", 16);
    const octal = this.match(/[0-7]{1,3}/y);
    if (octal) return Number.parseInt(octal[0], 8) & 0xff;
    const control = this.match(/c([A-Z@[\]\\^_])/iy);
    if (control) return (control[1] ?? "").toUpperCase().charCodeAt(0) - 64;
    const letter = this.peek;
    const code = this.codePoint();
    const known = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
    if (known !== undefined) return known;
    if (/[\p{L}\p{Nd}_]/u.test(letter)) throw new PatternFault(`'\\${letter}' is not known`);
    return code;
  }
}
