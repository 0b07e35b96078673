import type { AttributeRefused, ClaimValue } from "@vestibule/engine";
import { isStorableName } from "./comparison.ts";

/** What the directory takes for an attribute (technical-profiles.md 4.3, directory-and-graph.md 2). */
interface TextRule {
  readonly type: "string";
  readonly limit: number;
  readonly values?: readonly string[];
  readonly pattern?: RegExp;
  /** May not be cleared. */
  readonly required?: true;
}
interface ListRule {
  readonly type: "stringCollection";
  readonly limit: number;
  readonly count: number;
  readonly pattern?: RegExp;
}
interface PlainRule {
  readonly type: "boolean" | "date" | "dateTime" | "int64";
}
export type AttributeRule = TextRule | ListRule | PlainRule;

const text = (limit: number, more: Omit<TextRule, "type" | "limit"> = {}): TextRule => ({
  type: "string",
  limit,
  ...more,
});

const mail = /^[^\s@<>]+@[^\s@<>]+$/;

/** Attributes that an account may hold, in the spelling of technical-profiles.md 4.3. */
export const attributeRules: Readonly<Record<string, AttributeRule>> = {
  displayName: text(256, { pattern: /^[^<>]+$/, required: true }),
  givenName: text(64),
  surname: text(64),
  mailNickName: text(64),
  mail: text(256, { pattern: mail }),
  jobTitle: text(128),
  mobile: text(64),
  telephoneNumber: text(64),
  facsimileTelephoneNumber: text(64),
  physicalDeliveryOfficeName: text(128),
  preferredLanguage: text(10),
  city: text(128),
  state: text(128),
  country: text(128),
  streetAddress: text(1024),
  postalCode: text(40),
  companyName: text(64),
  department: text(64),
  employeeId: text(16),
  usageLocation: text(2, { pattern: /^[A-Za-z]{2}$/ }),
  userType: text(8, { values: ["Member", "Guest"] }),
  ageGroup: text(16, { values: ["Undefined", "Minor", "Adult", "NotAdult"] }),
  consentProvidedForMinor: text(16, { values: ["Granted", "Denied", "NotRequired"] }),
  dateOfBirth: { type: "date" },
  legalCountry: text(64),
  otherMails: { type: "stringCollection", limit: 250, count: 250, pattern: mail },
  proxyAddresses: { type: "stringCollection", limit: 256, count: 10 },
  strongAuthenticationPhoneNumber: text(64, { pattern: /^\+[0-9][0-9 ]{4,30}(x[0-9]{1,10})?$/ }),
  strongAuthenticationAlternativePhoneNumber: text(64, { pattern: /^\+[0-9][0-9 ]{4,30}(x[0-9]{1,10})?$/ }),
  strongAuthenticationEmailAddress: text(256, { pattern: mail }),
  immutableId: text(256),
  netId: text(256),
};

const spelling = new Map(Object.keys(attributeRules).map((name) => [name.toLowerCase(), name]));
for (const [alias, name] of [
  ["businessphones", "telephoneNumber"],
  ["mobilephone", "mobile"],
  ["officelocation", "physicalDeliveryOfficeName"],
  ["faxnumber", "facsimileTelephoneNumber"],
] as const) {
  spelling.set(alias, name);
}

/** The directory's spelling of an attribute name: names compare without regard to case (technical-profiles.md 4.2). */
export function attributeName(name: string): string | undefined {
  return spelling.get(name.toLowerCase());
}

/** Type and limit of an extension attribute (directory-and-graph.md 4). */
export function extensionRule(dataType: string): AttributeRule {
  switch (dataType) {
    case "boolean":
      return { type: "boolean" };
    case "int64":
      return { type: "int64" };
    case "dateTime":
      return { type: "dateTime" };
    case "stringCollection":
      return { type: "stringCollection", limit: 256, count: 250 };
    default:
      return text(256);
  }
}

/** The value as it is stored; a refusal where it breaks the rule. Never tells the value. */
export function checkAttribute(
  attribute: string,
  value: ClaimValue,
  rule: AttributeRule,
): { readonly value: ClaimValue } | AttributeRefused {
  const refuse = (reason: string): AttributeRefused => ({ kind: "attributeRefused", attribute, reason });
  switch (rule.type) {
    case "string":
      return checkText(value, rule, refuse);
    case "stringCollection": {
      // A single text is a collection of one: policies persist `email` as `otherMails.First`.
      const list = typeof value === "string" ? [value] : value;
      if (!isTextList(list)) return refuse("It must be a list of texts.");
      if (list.length > rule.count) return refuse(`It may have at most ${rule.count} values.`);
      for (const one of list) {
        const checked = checkText(one, { ...rule, type: "string" }, refuse);
        if ("kind" in checked) return checked;
      }
      return { value: [...list] };
    }
    case "boolean":
      if (typeof value === "boolean") return { value };
      if (typeof value === "string" && /^(true|false)$/i.test(value)) {
        return { value: value.toLowerCase() === "true" };
      }
      return refuse("It must be true or false.");
    case "int64":
      return checkInteger(value, refuse);
    case "date":
      if (typeof value === "string" && isDate(value)) return { value };
      return refuse("It must be a date of the form yyyy-MM-dd.");
    case "dateTime":
      if (typeof value === "string" && isDate(value.slice(0, 10)) && !Number.isNaN(Date.parse(value))) {
        return { value };
      }
      return refuse("It must be a date and time in ISO 8601.");
  }
}

function checkText(
  value: ClaimValue,
  rule: TextRule,
  refuse: (reason: string) => AttributeRefused,
): { readonly value: ClaimValue } | AttributeRefused {
  if (typeof value !== "string") return refuse("It must be a text.");
  // Counted in UTF-16 units, as .NET counts.
  if (value.length > rule.limit) return refuse(`It may have at most ${rule.limit} characters.`);
  if (!value.isWellFormed() || value.includes("\0"))
    return refuse("It holds a character that cannot be stored.");
  if (rule.values !== undefined) {
    const known = rule.values.find((one) => one.toLowerCase() === value.toLowerCase());
    return known === undefined ? refuse(`It must be one of ${rule.values.join(", ")}.`) : { value: known };
  }
  if (rule.pattern !== undefined && !rule.pattern.test(value))
    return refuse("It does not have the expected form.");
  return { value };
}

const leastInteger = -(2n ** 63n);
const greatestInteger = 2n ** 63n - 1n;

function checkInteger(
  value: ClaimValue,
  refuse: (reason: string) => AttributeRefused,
): { readonly value: ClaimValue } | AttributeRefused {
  const written = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof written !== "string" || !/^-?[0-9]{1,19}$/.test(written))
    return refuse("It must be a whole number.");
  const exact = BigInt(written);
  if (exact < leastInteger || exact > greatestInteger) return refuse("It must be a whole number of 64 bits.");
  const short = Number(exact);
  return { value: Number.isSafeInteger(short) ? short : exact.toString() };
}

function isDate(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

/** True where the text is a mail address as the directory checks it: the page's pattern is stricter. */
export function isMailAddress(value: string): boolean {
  return mail.test(value) && isStorableName(value);
}
