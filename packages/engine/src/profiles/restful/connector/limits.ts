import type { ClaimValue } from "../../../claims/value.ts";

/** Longest values that the directory takes, in characters (api-connectors.md A4.3). */
const longest: Readonly<Record<string, number>> = {
  displayName: 256,
  givenName: 64,
  surname: 64,
  city: 128,
  country: 128,
  state: 128,
  jobTitle: 128,
  postalCode: 40,
  streetAddress: 1024,
};
const longestCustom = 256;

/** The longest text that an attribute takes, in characters; `attribute` is a built-in or a bare custom name. */
export function longestValue(attribute: string): number {
  return longest[attribute] ?? longestCustom;
}

/** Why a returned value could not be written; undefined where it can (U25). */
export function lengthProblem(attribute: string, value: ClaimValue): string | undefined {
  if (typeof value !== "string") return undefined;
  const limit = longestValue(attribute);
  if (value.length > limit) return `it is longer than ${limit} characters`;
  if (attribute === "displayName" && /[<>]/.test(value)) return "a display name cannot hold < or >";
  return undefined;
}

/** Tokens travel in headers and addresses. */
const longestJson = 16 * 1024;

/** Why JSON cannot go into a token; undefined where it can. */
export function jsonLengthProblem(value: ClaimValue): string | undefined {
  const length = typeof value === "object" ? JSON.stringify(value).length : String(value).length;
  return length > longestJson ? `it is longer than ${longestJson} characters` : undefined;
}
