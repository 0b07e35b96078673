import type { AlternativeSecurityId, ClaimValue, UserIdentity } from "./value.ts";

/**
 * User identities at the door: the bag holds the user's id as it is, tokens and requests hold the base64 of its UTF-8 text.
 * Source: claims-transformations.md 5.7, policy-language.md 3.2.
 */

/** A claim of a user-identity type as others see it; any other value as it is. */
export function outwardIdentities(value: ClaimValue): ClaimValue {
  if (isUserIdentity(value)) return encoded(value);
  if (!Array.isArray(value)) return value;
  const items: readonly unknown[] = value;
  return items.every(isUserIdentity) ? items.map(encoded) : value;
}

/** Identities of a JSON value; undefined where it holds none. Unknown members are dropped. */
export function inwardIdentities(raw: unknown): ClaimValue | undefined {
  if (!Array.isArray(raw)) return isUserIdentity(raw) ? decoded(raw) : undefined;
  return raw.every(isUserIdentity) ? raw.map(decoded) : undefined;
}

/** An alternativeSecurityIdCollection of a JSON value; the documentation's form is read too. */
export function inwardSecurityIds(raw: unknown): readonly AlternativeSecurityId[] | undefined {
  if (!Array.isArray(raw)) return undefined;
  const items: readonly unknown[] = raw;
  const ids = items.flatMap((item): AlternativeSecurityId[] => {
    if (isAlternativeSecurityId(item))
      return [{ type: item.type, identityProvider: item.identityProvider, key: item.key }];
    return isUserIdentity(item) ? [{ type: 6, identityProvider: item.issuer, key: item.issuerUserId }] : [];
  });
  return ids.length === raw.length ? ids : undefined;
}

function isUserIdentity(value: unknown): value is UserIdentity {
  return hasTexts(value, "issuer", "issuerUserId");
}

function isAlternativeSecurityId(value: unknown): value is AlternativeSecurityId {
  return hasTexts(value, "identityProvider", "key") && "type" in value && typeof value.type === "number";
}

function hasTexts(value: unknown, ...names: readonly string[]): value is object {
  if (typeof value !== "object" || value === null) return false;
  const members: Readonly<Record<string, unknown>> = { ...value };
  return names.every((name) => typeof members[name] === "string");
}

function encoded({ issuer, issuerUserId }: UserIdentity): UserIdentity {
  return { issuer, issuerUserId: Buffer.from(issuerUserId, "utf8").toString("base64") };
}

/** What is no base64 of a text was never encoded. */
function decoded({ issuer, issuerUserId }: UserIdentity): UserIdentity {
  const text = Buffer.from(issuerUserId, "base64").toString("utf8");
  const again = Buffer.from(text, "utf8").toString("base64");
  return { issuer, issuerUserId: again === issuerUserId ? text : issuerUserId };
}
