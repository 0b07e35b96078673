import { doubleText } from "./text.ts";

/**
 * JSON as Json.NET holds it: numbers keep their text, the last of several members with one name wins, names are compared
 * exactly. Members live in a Map, so that no name can reach a prototype. Source: claims-transformations.md 4.7.
 */
export type JsonNode =
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "null" }
  | { readonly kind: "array"; readonly items: readonly JsonNode[] }
  | { readonly kind: "object"; readonly members: ReadonlyMap<string, JsonNode> };

export type JsonReading =
  | {
      readonly kind: "json";
      readonly node: JsonNode /** Read only as Json.NET does. */;
      readonly lenient: boolean;
    }
  | { readonly kind: "invalid"; readonly reason: string };

/** Json.NET's own bound. */
const deepest = 64;

class JsonFault extends Error {}

/** Reads JSON; what is only Json.NET's (single quotes, bare names, comments, trailing commas) is taken and said. */
export function readJson(text: string): JsonReading {
  const reader = new JsonReader(text);
  try {
    return { kind: "json", node: reader.document(), lenient: reader.lenient };
  } catch (fault) {
    if (fault instanceof JsonFault) return { kind: "invalid", reason: fault.message };
    throw fault;
  }
}

/** Compact JSON text; characters beyond ASCII stay as they are. */
export function jsonText(node: JsonNode): string {
  switch (node.kind) {
    case "string":
      return JSON.stringify(node.value);
    case "number":
      return node.text;
    case "boolean":
      return String(node.value);
    case "null":
      return "null";
    case "array":
      return `[${node.items.map(jsonText).join(",")}]`;
    case "object":
      return `{${[...node.members].map(([name, member]) => `${JSON.stringify(name)}:${jsonText(member)}`).join(",")}}`;
  }
}

/** A value as the text of a string claim: `True` and `False` as .NET writes them, null is empty, nested values as JSON. */
export function jsonScalarText(node: JsonNode): string {
  switch (node.kind) {
    case "string":
      return node.value;
    case "number":
      return numberText(node.text);
    case "boolean":
      return node.value ? "True" : "False";
    case "null":
      return "";
    case "array":
    case "object":
      return jsonText(node);
  }
}

function numberText(text: string): string {
  return /^-?\d+$/.test(text) ? BigInt(text).toString() : doubleText(Number(text));
}

class JsonReader {
  lenient = false;
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonNode {
    const node = this.#value(0);
    this.#skipBlank();
    if (this.#at < this.#text.length) throw new JsonFault(`more follows at character ${this.#at + 1}`);
    return node;
  }

  #value(depth: number): JsonNode {
    if (depth > deepest) throw new JsonFault(`it is nested more than ${deepest} levels deep`);
    this.#skipBlank();
    switch (this.#text.charAt(this.#at)) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
      case "'":
        return { kind: "string", value: this.#string() };
      default:
        return this.#word();
    }
  }

  #object(depth: number): JsonNode {
    const members = new Map<string, JsonNode>();
    this.#at++;
    while (!this.#takeEnd("}")) {
      const name = this.#name();
      this.#expect(":");
      members.set(name, this.#value(depth + 1));
      this.#separator("}");
    }
    return { kind: "object", members };
  }

  #array(depth: number): JsonNode {
    const items: JsonNode[] = [];
    this.#at++;
    while (!this.#takeEnd("]")) {
      items.push(this.#value(depth + 1));
      this.#separator("]");
    }
    return { kind: "array", items };
  }

  #takeEnd(end: string): boolean {
    this.#skipBlank();
    if (this.#text.charAt(this.#at) !== end) return false;
    this.#at++;
    return true;
  }

  /** A comma, or the end, which is left for `#takeEnd`. */
  #separator(end: string): void {
    this.#skipBlank();
    if (this.#text.charAt(this.#at) === end) return;
    this.#expect(",");
    this.#skipBlank();
    if (this.#text.charAt(this.#at) === end) this.lenient = true;
  }

  #expect(char: string): void {
    this.#skipBlank();
    if (this.#text.charAt(this.#at) !== char)
      throw new JsonFault(`'${char}' is expected at character ${this.#at + 1}`);
    this.#at++;
  }

  #name(): string {
    this.#skipBlank();
    if (/["']/.test(this.#text.charAt(this.#at))) return this.#string();
    const bare = this.#match(/[\p{L}_$][\p{L}\p{Nd}_$]*/uy);
    if (bare === undefined) throw new JsonFault(`a name is expected at character ${this.#at + 1}`);
    this.lenient = true;
    return bare;
  }

  #string(): string {
    const quote = this.#text.charAt(this.#at);
    if (quote === "'") this.lenient = true;
    const raw = this.#match(quote === '"' ? /"(?:[^"\\]|\\[\s\S])*"/y : /'(?:[^'\\]|\\[\s\S])*'/y);
    if (raw === undefined) throw new JsonFault(`a text is not closed at character ${this.#at + 1}`);
    const body = raw.slice(1, -1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON asks for these to be escaped, Json.NET does not
    if (/[\x00-\x1F]/.test(body)) this.lenient = true;
    return body.replace(/\\(?:u([0-9a-f]{4})|([\s\S]))/gi, (_, hex: string | undefined, char: string) =>
      hex === undefined ? unescaped(char) : String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }

  #word(): JsonNode {
    const number = this.#match(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y);
    if (number !== undefined) return { kind: "number", text: number };
    const word = this.#match(/\w+/y);
    if (word === "true" || word === "false") return { kind: "boolean", value: word === "true" };
    if (word === "null") return { kind: "null" };
    throw new JsonFault(`a value is expected at character ${this.#at + 1}`);
  }

  #skipBlank(): void {
    for (;;) {
      this.#match(/[\s\uFEFF]+/y);
      if (this.#match(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/y) === undefined) return;
      this.lenient = true;
    }
  }

  #match(expression: RegExp): string | undefined {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

function unescaped(char: string): string {
  const found = Object.hasOwn(escapes, char) ? escapes[char] : undefined;
  if (found === undefined) throw new JsonFault(`the escape '\\${char}' is not known`);
  return found;
}
