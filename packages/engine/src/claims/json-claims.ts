import { type Diagnostic, nearestName } from "@vestibule/policy";
import type { ClaimValue } from "./value.ts";

/** Metadata item that lists, with commas or blanks between them, claims whose JSON text is JSON outside. */
export const jsonClaimsItem = "vestibule.jsonClaims";

/** Lower-case claim ids. */
export function jsonClaimsOf(text: string | undefined): ReadonlySet<string> {
  return new Set(namesIn(text).map((name) => name.toLowerCase()));
}

function namesIn(text: string | undefined): readonly string[] {
  return (text ?? "").split(/[\s,]+/).filter(Boolean);
}

/** A name of the list that is none of these claims would be ignored in silence. */
export function unknownJsonClaims(
  text: string | undefined,
  claims: readonly string[],
  report: (message: string, hint: string | undefined) => Diagnostic,
): readonly Diagnostic[] {
  const known = new Set(claims.map((id) => id.toLowerCase()));
  return namesIn(text)
    .filter((id) => !known.has(id.toLowerCase()))
    .map((id) => {
      const near = nearestName(id, claims);
      return report(
        `metadata item '${jsonClaimsItem}' names '${id}', which is none of its claims.`,
        near && `Did you mean '${near}'?`,
      );
    });
}

/** Any JSON, as it goes out. */
export type OutwardJson =
  | string
  | number
  | boolean
  | null
  | readonly OutwardJson[]
  | { readonly [name: string]: OutwardJson };

/** Nesting beyond this stays text. */
const deepest = 32;

/** What a whole number becomes that JavaScript would round unseen: two ids must not become one. */
type LongNumber = (digits: string) => unknown;

/**
 * A claim's value as JSON: a text that is a JSON object or list becomes that, and so does each such element of a
 * collection. Every other text stays what it is. Whole numbers beyond ±2^53 become their digits, as in every claim.
 */
export function asJson(value: ClaimValue): OutwardJson {
  return outward(value, (digits) => digits);
}

/** The same as JSON text for an API, with every number as it is written. */
export function asJsonText(value: ClaimValue): string {
  return JSON.stringify(outward(value, (digits) => JSON.rawJSON(digits)));
}

function outward(value: ClaimValue, long: LongNumber): OutwardJson {
  if (typeof value === "string") return parsed(value, long);
  if (Array.isArray(value))
    return value.map((each) => (typeof each === "string" ? parsed(each, long) : (each as OutwardJson)));
  return value as OutwardJson;
}

function parsed(text: string, long: LongNumber): OutwardJson {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    const json = JSON.parse(text, /\d{16}/.test(text) ? withLongNumbers(long) : undefined) as OutwardJson;
    return depthOf(json, 0) > deepest ? text : json;
  } catch {
    return text;
  }
}

function withLongNumbers(long: LongNumber) {
  return (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
    typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "")
      ? long(context?.source ?? "")
      : value;
}

function depthOf(json: OutwardJson, depth: number): number {
  if (typeof json !== "object" || json === null || depth > deepest || JSON.isRawJSON(json)) return depth;
  return Math.max(depth + 1, ...Object.values(json).map((each) => depthOf(each as OutwardJson, depth + 1)));
}
