import type { DataType } from "@vestibule/policy";
import type { ClaimValue } from "../../claims/value.ts";
import { dateTimeOfUnixSeconds, parseDateTime } from "./date-time.ts";
import type { Json } from "./json.ts";

export type Conversion =
  | { readonly kind: "value"; readonly value: ClaimValue }
  | { readonly kind: "absent" }
  | { readonly kind: "invalid"; readonly reason: string };

/** `connector` = api-connectors.md A4.3, `restful` = B6: the same table, told apart where the two differ. */
export type Contract = "connector" | "restful";

const absent: Conversion = { kind: "absent" };
const value = (claim: ClaimValue): Conversion => ({ kind: "value", value: claim });
const invalid = (reason: string): Conversion => ({ kind: "invalid", reason });

/**
 * What a JSON value of an answer becomes in a claim of this data type. `null` is as if it were not there (U23). `asJson`: a
 * text claim takes lists and objects, too, as their compact JSON text.
 */
export function convertAnswer(
  json: Json,
  dataType: DataType,
  contract: Contract,
  asJson = contract === "restful",
): Conversion {
  if (json === null) return absent;
  switch (dataType) {
    case "string":
    case "phoneNumber":
    case "duration":
      return toText(json, asJson);
    case "boolean":
      return toBoolean(json, contract);
    case "int":
    case "long":
      return toInteger(json, dataType, contract);
    case "date":
    case "dateTime":
      return toInstant(json, dataType, contract);
    case "stringCollection":
      return toCollection(json);
    case "alternativeSecurityIdCollection":
    case "objectIdentity":
    case "objectIdentityCollection":
    case "userIdentity":
    case "userIdentityCollection":
      return invalid(`a claim of type ${dataType} cannot be set by an answer`);
  }
}

function toText(json: Json, asJson: boolean): Conversion {
  const scalar = scalarText(json);
  if (scalar !== undefined) return value(scalar);
  if (asJson) return value(JSON.stringify(json));
  return invalid(`expected text, got ${kindOf(json)}`);
}

function toBoolean(json: Json, contract: Contract): Conversion {
  if (typeof json === "boolean") return value(json);
  if (json === 1 || json === 0) return value(json === 1);
  if (typeof json === "string") {
    if (json === "" && contract === "connector") return absent;
    if (/^true$/i.test(json)) return value(true);
    if (/^false$/i.test(json)) return value(false);
    if (contract === "restful" && (json === "1" || json === "0")) return value(json === "1");
  }
  return invalid(`expected true or false, got ${kindOf(json)}`);
}

const ranges = { int: 2n ** 31n, long: 2n ** 63n } as const;

function toInteger(json: Json, dataType: "int" | "long", contract: Contract): Conversion {
  if (json === "" && contract === "connector") return absent;
  const text =
    typeof json === "number"
      ? Number.isSafeInteger(json)
        ? json.toFixed(0)
        : ""
      : (integerText(json) ?? "");
  if (!/^[+-]?\d{1,40}$/.test(text)) return invalid(`expected a whole number, got ${kindOf(json)}`);
  const exact = BigInt(text.startsWith("+") ? text.slice(1) : text);
  // The attribute type Int of user flows has 64 bits (A2), whatever the claim type is called.
  const bound = ranges[contract === "connector" ? "long" : dataType];
  if (exact < -bound || exact >= bound) return invalid("the number is out of range");
  const number = Number(exact);
  return value(Number.isSafeInteger(number) ? number : exact.toString());
}

function toInstant(json: Json, dataType: "date" | "dateTime", contract: Contract): Conversion {
  if (json === "" && contract === "connector") return absent;
  const instant =
    typeof json === "string"
      ? parseDateTime(json)
      : typeof json === "number"
        ? dateTimeOfUnixSeconds(json)
        : undefined;
  if (instant === undefined) return invalid(`expected an ISO 8601 date, got ${kindOf(json)}`);
  return value(dataType === "date" ? instant.slice(0, 10) : instant);
}

/** An empty list counts as no claim: B2C could not issue a token with one (U48). */
function toCollection(json: Json): Conversion {
  const elements: readonly Json[] = Array.isArray(json) ? json : [json];
  if (elements.length === 0) return absent;
  return value(elements.map((element) => scalarText(element) ?? JSON.stringify(element)));
}

function scalarText(json: Json): string | undefined {
  if (typeof json === "string") return json;
  if (typeof json === "number" || typeof json === "boolean") return String(json);
  return JSON.isRawJSON(json) ? json.rawJSON : undefined;
}

function integerText(json: Json): string | undefined {
  if (typeof json === "string") return json.trim();
  return JSON.isRawJSON(json) ? json.rawJSON : undefined;
}

/** The kind only, never the value: it may be anybody's data. */
function kindOf(json: Json): string {
  if (json === null) return "null";
  if (Array.isArray(json)) return "a list";
  if (JSON.isRawJSON(json)) return "a number";
  if (typeof json === "object") return "an object";
  return typeof json === "string" ? "other text" : `a ${typeof json}`;
}
