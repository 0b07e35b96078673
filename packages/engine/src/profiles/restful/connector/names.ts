/** Built-in attributes that may be sent and returned, by their Graph names (api-connectors.md A2, A4.1). */
export const builtInAttributes = [
  "displayName",
  "givenName",
  "surname",
  "jobTitle",
  "streetAddress",
  "city",
  "postalCode",
  "state",
  "country",
] as const;

/** Fields of the contract itself: never claims (A4.1). */
const controlFields = new Set(["version", "action", "status", "usermessage", "code"]);

/** Names that an API can never overwrite (A4.1, U21). */
const protectedNames = new Set([
  "email",
  "identities",
  "objectid",
  "step",
  "client_id",
  "ui_locales",
  "password",
  "userprincipalname",
]);

/** What a key of an answer names. `full` = spelled with the application id of the extensions app. */
export type ReturnedName =
  | { readonly kind: "control" }
  | { readonly kind: "protected" }
  | { readonly kind: "foreign" }
  | { readonly kind: "attribute"; readonly name: string }
  | { readonly kind: "custom"; readonly name: string; readonly full: boolean };

/** Classifies a key. `extensionsAppId` is 32 hex digits without hyphens. */
export function readReturnedName(key: string, extensionsAppId: string): ReturnedName {
  const lower = key.toLowerCase();
  if (controlFields.has(lower)) return { kind: "control" };
  if (protectedNames.has(lower)) return { kind: "protected" };
  const full = /^extension_([0-9a-f]{32})_(.+)$/i.exec(key);
  if (full?.[1] && full[2]) {
    return full[1].toLowerCase() === extensionsAppId.toLowerCase()
      ? { kind: "custom", name: full[2], full: true }
      : { kind: "foreign" };
  }
  const short = /^extension_(.+)$/i.exec(key)?.[1];
  return short ? { kind: "custom", name: short, full: false } : { kind: "attribute", name: key };
}

export interface NameMatch {
  readonly name: string;
  readonly via: "exact" | "case-insensitive";
}

/** Exactly, else without regard to case where that is unambiguous (U22). */
export function matchName(name: string, candidates: readonly string[]): NameMatch | undefined {
  if (candidates.includes(name)) return { name, via: "exact" };
  const lower = name.toLowerCase();
  const [only, ...others] = candidates.filter((candidate) => candidate.toLowerCase() === lower);
  return only && others.length === 0 ? { name: only, via: "case-insensitive" } : undefined;
}

/** The partner name of a custom attribute, `extension_<32 hex>_Name` or `extension_Name`, as its bare name. */
export function customAttributeName(partnerName: string): string | undefined {
  return (
    /^extension_[0-9a-f]{32}_(.+)$/i.exec(partnerName)?.[1] ?? /^extension_(.+)$/i.exec(partnerName)?.[1]
  );
}

/** Names that tokens use for built-in attributes; people return them by mistake (A4.1). */
export const tokenNames: Readonly<Record<string, string>> = {
  given_name: "givenName",
  family_name: "surname",
  surName: "surname",
  name: "displayName",
  job_title: "jobTitle",
  postal_code: "postalCode",
  street_address: "streetAddress",
};
