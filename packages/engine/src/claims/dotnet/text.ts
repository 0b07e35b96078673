/**
 * Casing and comparison as .NET's invariant culture has them: one UTF-16 unit at a time, one unit to one unit, nothing
 * normalised or trimmed. Source: claims-transformations.md 4.1 and 4.2.
 */

/** Units on which .NET's versions differ, or whose JavaScript counterpart lies elsewhere: they have no other case. */
const withoutUpper = "\u0131\u017F\u00B5\u03C2";
const withoutLower = "\u0130\u212A\u212B\u2126";

function upperUnit(unit: string): string {
  const upper = unit.toUpperCase();
  return upper.length === 1 && !withoutUpper.includes(unit) ? upper : unit;
}

function lowerUnit(unit: string): string {
  const lower = unit.toLowerCase();
  return lower.length === 1 && !withoutLower.includes(unit) ? lower : unit;
}

/** `ToUpperInvariant`: `straße` becomes `STRAßE`. */
export function upperInvariant(text: string): string {
  return text.replace(/[^\0-\x7F]|[a-z]/g, upperUnit);
}

/** `ToLowerInvariant`: `ΣΑΣ` becomes `σασ`, `I` never the dotless `ı`. */
export function lowerInvariant(text: string): string {
  return text.replace(/[^\0-\x7F]|[A-Z]/g, lowerUnit);
}

export type StringComparison = "Ordinal" | "OrdinalIgnoreCase";

export function textsAreEqual(a: string, b: string, comparison: StringComparison): boolean {
  if (comparison === "Ordinal") return a === b;
  return a.length === b.length && upperInvariant(a) === upperInvariant(b);
}

/** An empty text is part of every text. */
export function textContains(text: string, part: string, comparison: StringComparison): boolean {
  return comparison === "Ordinal" ? text.includes(part) : upperInvariant(text).includes(upperInvariant(part));
}

/** `Boolean.Parse`: `true` or `false` in any case, with white space around; undefined for anything else, `1` too. */
export function parseBoolean(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  return word === "true" ? true : word === "false" ? false : undefined;
}

const bounds = { int: 2n ** 31n, long: 2n ** 63n } as const;

/** `Int32.Parse` and `Int64.Parse` in the invariant culture; undefined where the text is none or is out of range. */
export function parseInteger(text: string, type: "int" | "long"): bigint | undefined {
  const digits = /^\s*([+-]?)0*(\d{1,19})\s*$/.exec(text);
  if (!digits) return undefined;
  const magnitude = BigInt(digits[2] ?? "0");
  const value = digits[1] === "-" ? -magnitude : magnitude;
  return fitsInteger(value, type) ? value : undefined;
}

export function fitsInteger(value: bigint, type: "int" | "long"): boolean {
  return value >= -bounds[type] && value < bounds[type];
}

/** A `double` as .NET writes it in the invariant culture: shortest digits, exponents as `1E+15` and `1E-05`. */
export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power > -5 && power < 15) return Object.is(value, -0) ? "-0" : String(value);
  const sign = power < 0 ? "-" : "+";
  return `${mantissa}E${sign}${String(Math.abs(power)).padStart(2, "0")}`;
}
