import { parseJson } from "@vestibule/engine";

/**
 * Reads JSON of a provider: undefined where it is none or nests too deep. A whole number that a JavaScript number cannot
 * hold becomes its digits as text: two people's ids must not become one.
 */
export function readJson(text: string): unknown {
  return plain(parseJson(text));
}

export function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  return asObject(readJson(text));
}

export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (JSON.isRawJSON(value)) return value.rawJSON;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}
