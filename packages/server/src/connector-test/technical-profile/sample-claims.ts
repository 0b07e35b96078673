import type { ClaimValue } from "@vestibule/engine";
import type { ClaimType, DataType } from "@vestibule/policy";
import { usualNames } from "../values.ts";
import type { NeededClaim } from "./needed-claims.ts";

/** Texts by what a claim is called; the first that fits counts. */
const byName: readonly (readonly [RegExp, string])[] = [
  [/mail|^signinname|^upn$|principalname/i, "ida.lund@northwind.example"],
  [/^objectid$|^oid$|tenantid$|guid$/i, "6c1de6a0-63c8-4d3b-9d0f-2f7a5f5a1c11"],
  [/phone|mobile|msisdn/i, "+46701234567"],
  [/^(ui_?)?loc(ale|ales)$|language/i, "en-US"],
  [/ipaddress/i, "203.0.113.7"],
  [/^password|password$/i, "Passw0rd!vestibule"],
];

const byType: Readonly<Record<DataType, ClaimValue>> = {
  string: "123456",
  boolean: true,
  int: 42,
  long: 42,
  date: "2026-01-31",
  dateTime: "2026-01-31T12:00:00.0000000Z",
  duration: "P1D",
  phoneNumber: "+46701234567",
  stringCollection: ["a", "b"],
  userIdentity: { issuer: "idp.northwind.example", issuerUserId: "1100220033" },
  userIdentityCollection: [{ issuer: "idp.northwind.example", issuerUserId: "1100220033" }],
  alternativeSecurityIdCollection: [{ type: 6, identityProvider: "idp.northwind.example", key: "MTEwMA==" }],
  objectIdentity: { issuer: "idp.northwind.example", issuerUserId: "1100220033" },
  objectIdentityCollection: [{ issuer: "idp.northwind.example", issuerUserId: "1100220033" }],
};

/** Names by which a claim may be known: its own without `extension_`, and the one under which it is sent. */
function namesOf({ type, sentAs }: NeededClaim): readonly string[] {
  return [type.id.replace(/^extension_/i, ""), ...(sentAs === undefined ? [] : [sentAs])];
}

/** A value such as people have, for a claim that nobody gave one. */
export function sampleOf(claim: NeededClaim): ClaimValue {
  const { type, isFixed } = claim;
  if (isFixed) return '{"sample":true}';
  const [allowed] = enumerationOf(type);
  if (allowed !== undefined) return allowed;
  if (type.dataType !== "string") return byType[type.dataType];
  return usualOf(claim, usualNames) ?? patternOf(claim)?.[1] ?? "123456";
}

/** The same claim with another text, of `texts` where one has its name; undefined where its text is not free. */
export function anotherText(
  claim: NeededClaim,
  texts: Readonly<Record<string, string>>,
  otherwise: string,
): string | undefined {
  const { type, isFixed } = claim;
  if (isFixed || type.dataType !== "string" || enumerationOf(type).length > 0 || patternOf(claim)) {
    return undefined;
  }
  return usualOf(claim, texts) ?? otherwise;
}

function usualOf(claim: NeededClaim, texts: Readonly<Record<string, string>>): string | undefined {
  const names = namesOf(claim).map((name) => name.toLowerCase());
  return Object.entries(texts).find(([name]) => names.includes(name.toLowerCase()))?.[1];
}

function patternOf(claim: NeededClaim) {
  return byName.find(([pattern]) => namesOf(claim).some((name) => pattern.test(name)));
}

function enumerationOf({ restriction }: ClaimType): readonly string[] {
  return restriction?.enumeration?.map(({ value }) => value) ?? [];
}
