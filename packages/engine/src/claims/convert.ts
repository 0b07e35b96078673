import type { DataType } from "@vestibule/policy";
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
    case "phoneNumber":
    case "duration":
      return value(toText(raw));
    case "boolean":
      return toBoolean(raw);
    case "int":
      return toInteger(raw, -(2n ** 31n), 2n ** 31n - 1n);
    case "long":
      return toInteger(raw, -(2n ** 63n), 2n ** 63n - 1n);
    case "date":
      return toDate(raw);
    case "dateTime":
      return toDateTime(raw);
    case "stringCollection":
      return toCollection(raw);
    case "alternativeSecurityIdCollection":
    case "objectIdentity":
    case "objectIdentityCollection":
    case "userIdentity":
    case "userIdentityCollection":
      return typeof raw === "object" ? value(raw as ClaimValue) : error("expected an identity");
  }
}

function toText(raw: unknown): string {
  if (typeof raw === "string") return raw;
  return typeof raw === "object" ? JSON.stringify(raw) : String(raw);
}

function toBoolean(raw: unknown): Conversion {
  if (typeof raw === "boolean") return value(raw);
  const text =
    typeof raw === "number" ? String(raw) : typeof raw === "string" ? raw.trim().toLowerCase() : "";
  if (text === "true" || text === "1") return value(true);
  if (text === "false" || text === "0") return value(false);
  return error("expected true or false");
}

function toInteger(raw: unknown, least: bigint, most: bigint): Conversion {
  const text =
    typeof raw === "number" && Number.isInteger(raw)
      ? String(raw)
      : typeof raw === "string"
        ? raw.trim()
        : "";
  if (!/^[+-]?\d{1,19}$/.test(text)) return error("expected a whole number");
  const parsed = BigInt(text);
  if (parsed < least || parsed > most) return error(`expected a whole number from ${least} to ${most}`);
  const number = Number(parsed);
  return value(Number.isSafeInteger(number) ? number : parsed.toString());
}

function toDate(raw: unknown): Conversion {
  const parsed = toDateTime(raw);
  return parsed.kind === "value" ? value(String(parsed.value).slice(0, 10)) : parsed;
}

const isoDate =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

function toDateTime(raw: unknown): Conversion {
  if (typeof raw === "number" && Number.isFinite(raw)) return fromMilliseconds(raw * 1000);
  if (typeof raw !== "string") return error("expected an ISO 8601 date");
  const text = raw.trim();
  // B2C's documentation tells API authors to send this impossible date for "nothing": U47.
  if (text.startsWith("1970-00-00")) return fromMilliseconds(0);
  const match = isoDate.exec(text);
  if (!match) return error("expected an ISO 8601 date");
  const [
    ,
    year = "",
    month = "",
    day = "",
    hour = "00",
    minute = "00",
    second = "00",
    fraction = "",
    zone = "Z",
  ] = match;
  const parsed = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction.slice(0, 4)}${zone}`,
  );
  const wallClock = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (Number.isNaN(parsed) || wallClock.getUTCDate() !== Number(day))
    return error("expected a date that exists");
  return fromMilliseconds(parsed);
}

function fromMilliseconds(milliseconds: number): Conversion {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? error("expected a date") : value(date.toISOString());
}

function toCollection(raw: unknown): Conversion {
  if (!Array.isArray(raw)) return value([toText(raw)]);
  return raw.length === 0 ? absent : value(raw.map(toText));
}
