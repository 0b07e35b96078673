import type { DataType } from "@vestibule/policy";
import { outwardIdentities } from "../../claims/identity.ts";
import type { ClaimValue } from "../../claims/value.ts";
import { parseDateTime } from "./date-time.ts";

/** A claim as JSON text, typed by its data type (api-connectors.md A2 and B4). */
export function jsonText(value: ClaimValue, dataType: DataType): string {
  switch (dataType) {
    case "int":
    case "long":
      // A long beyond 2^53 lives as its digits; on the wire it is a JSON number all the same.
      if (typeof value === "string" && /^-?\d+$/.test(value)) return BigInt(value).toString();
      return JSON.stringify(value);
    case "boolean":
      if (typeof value === "string" && /^(true|false)$/i.test(value)) return value.toLowerCase();
      return JSON.stringify(value);
    case "dateTime":
      return JSON.stringify(typeof value === "string" ? (parseDateTime(value) ?? value) : value);
    case "stringCollection":
      return JSON.stringify(typeof value === "object" ? value : [String(value)]);
    case "date":
    case "duration":
    case "phoneNumber":
    case "string":
      return JSON.stringify(typeof value === "object" ? JSON.stringify(value) : String(value));
    case "alternativeSecurityIdCollection":
    case "objectIdentity":
    case "objectIdentityCollection":
    case "userIdentity":
    case "userIdentityCollection":
      return JSON.stringify(outwardIdentities(value));
  }
}

/** A claim as text of a form, query, path or header; undefined where the type has no such form (B4). */
export function plainText(value: ClaimValue, dataType: DataType): string | undefined {
  if (dataType === "userIdentity" || dataType === "userIdentityCollection") return undefined;
  if (Array.isArray(value)) return value.map(String).join(",");
  if (typeof value === "object") return undefined;
  if (typeof value === "boolean") return value ? "true" : "false";
  if (dataType === "boolean" && typeof value === "string") return value.toLowerCase();
  if (dataType === "dateTime" && typeof value === "string") return parseDateTime(value) ?? value;
  return String(value);
}
