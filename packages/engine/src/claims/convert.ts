import type { DataType } from "@vestibule/policy";
import { dateTimeText, isDateTime, parseIsoDateTime, type Ticks, ticksOf } from "./dotnet/date-time.ts";
import { parseInteger } from "./dotnet/text.ts";
import { inwardIdentities, inwardSecurityIds } from "./identity.ts";
import type { ClaimValue } from "./value.ts";

export type Conversion =
  | { readonly kind: "value"; readonly value: ClaimValue }
  | { readonly kind: "absent" }
  | { readonly kind: "error"; readonly reason: string };

const value = (converted: ClaimValue): Conversion => ({ kind: "value", value: converted });
const error = (reason: string): Conversion => ({ kind: "error", reason });
const absent: Conversion = { kind: "absent" };

/**
 * Converts what an outside provider gave (JSON) into a claim of `dataType`. Null and an empty collection are absent.
 * Source: api-connectors.md B6.
 */
export function convertClaim(dataType: DataType, raw: unknown): Conversion {
  if (raw === null || raw === undefined) return absent;
  switch (dataType) {
    case "string":
    case "duration":
      return value(toText(raw));
    case "phoneNumber":
      return value(phoneNumber(toText(raw)));
    case "boolean":
      return toBoolean(raw);
    case "int":
      return toInteger(raw, "int");
    case "long":
      return toInteger(raw, "long");
    case "date":
      return toDate(raw);
    case "dateTime":
      return toDateTime(raw);
    case "stringCollection":
      return toCollection(raw);
    case "objectIdentity":
    case "objectIdentityCollection":
      return typeof raw === "object" ? value(raw as ClaimValue) : error("expected an identity");
    case "alternativeSecurityIdCollection":
    case "userIdentity":
    case "userIdentityCollection": {
      const identities =
        dataType === "alternativeSecurityIdCollection" ? inwardSecurityIds(raw) : inwardIdentities(raw);
      return identities === undefined ? error("expected an identity") : value(identities);
    }
  }
}

function toText(raw: unknown): string {
  if (typeof raw === "string") return raw;
  return typeof raw === "object" ? JSON.stringify(raw) : String(raw);
}

/** Blanks, hyphens and parentheses mean nothing, `00` is a plus sign; any other text stays (policy-language.md 3.2). */
function phoneNumber(text: string): string {
  const digits = text.replace(/[\s\-()]/g, "").replace(/^00/, "+");
  return /^\+?\d+$/.test(digits) ? digits : text;
}

function toBoolean(raw: unknown): Conversion {
  if (typeof raw === "boolean") return value(raw);
  const text =
    typeof raw === "number" ? String(raw) : typeof raw === "string" ? raw.trim().toLowerCase() : "";
  if (text === "true" || text === "1") return value(true);
  if (text === "false" || text === "0") return value(false);
  return error("expected true or false");
}

function toInteger(raw: unknown, type: "int" | "long"): Conversion {
  const text =
    typeof raw === "number" && Number.isInteger(raw)
      ? BigInt(raw).toString()
      : typeof raw === "string"
        ? raw
        : "";
  const parsed = parseInteger(text, type);
  return parsed === undefined ? error(`expected a whole number of type ${type}`) : value(longClaim(parsed));
}

/** A whole number as a claim: a number, or its digits beyond ±2^53. */
export function longClaim(integer: bigint): number | string {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer.toString();
}

function toDate(raw: unknown): Conversion {
  const parsed = toDateTime(raw);
  return parsed.kind === "value" ? value(String(parsed.value).slice(0, 10)) : parsed;
}

function toDateTime(raw: unknown): Conversion {
  if (typeof raw === "number") return fromTicks(unixSeconds(raw));
  if (typeof raw !== "string") return error("expected an ISO 8601 date");
  // B2C's documentation tells API authors to send this impossible date for "nothing": U47.
  if (raw.trim().startsWith("1970-00-00")) return fromTicks(ticksOf(0));
  return fromTicks(parseIsoDateTime(raw));
}

function unixSeconds(seconds: number): Ticks | undefined {
  return Math.abs(seconds) < 1e12 ? ticksOf(Math.round(seconds * 1000)) : undefined;
}

function fromTicks(ticks: Ticks | undefined): Conversion {
  return ticks !== undefined && isDateTime(ticks)
    ? value(dateTimeText(ticks))
    : error("expected an ISO 8601 date that exists");
}

function toCollection(raw: unknown): Conversion {
  if (!Array.isArray(raw)) return value([toText(raw)]);
  return raw.length === 0 ? absent : value(raw.map(toText));
}
