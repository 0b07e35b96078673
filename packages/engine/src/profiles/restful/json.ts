declare global {
  // Node 24 has the JSON source-text proposal; TypeScript's es2024 library does not describe it yet.
  interface JSON {
    rawJSON(text: string): RawJson;
    isRawJSON(value: unknown): value is RawJson;
  }
}

/** A number that a JavaScript number cannot hold exactly, in its JSON text. */
interface RawJson {
  readonly rawJSON: string;
}

export type Json =
  | string
  | number
  | boolean
  | null
  | RawJson
  | readonly Json[]
  | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

/** Nesting beyond this is refused (api-connectors.md U64). */
const maximumDepth = 32;

/** Parses an answer's text; undefined where it is not JSON or nests too deep. Of repeated keys the last wins (U64). */
export function parseJson(text: string): Json | undefined {
  // A byte order mark is no part of the text (RFC 8259 section 8.1 lets readers ignore it).
  const source = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (nestsDeeperThan(source, maximumDepth)) return undefined;
  try {
    return JSON.parse(source, /\d{16}/.test(source) ? keepLongNumbers : undefined) as Json;
  } catch {
    return undefined;
  }
}

/** A 64-bit whole number must not lose its last digits on the way through a double. */
function keepLongNumbers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === "number" &&
    !Number.isSafeInteger(value) &&
    context?.source &&
    /^-?\d+$/.test(context.source)
    ? JSON.rawJSON(context.source)
    : value;
}

function nestsDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > limit) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

/** A member by its exact name, else by its name without regard to case (U46). */
export function member(object: JsonObject, name: string): Json | undefined {
  if (Object.hasOwn(object, name)) return object[name];
  const lower = name.toLowerCase();
  const key = Object.keys(object).find((candidate) => candidate.toLowerCase() === lower);
  return key === undefined ? undefined : object[key];
}
