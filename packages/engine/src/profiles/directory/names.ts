import type { ClaimReference } from "@vestibule/policy";
import { claimText } from "../../claims/bag.ts";
import type { AlternativeSecurityId, ClaimValue, UserIdentity } from "../../claims/value.ts";
import type { AccountIdentity, AccountKey, DirectoryPort } from "../../ports.ts";
import type { ResolvedClaim } from "../profile.ts";

export const partnerOf = (reference: ClaimReference) =>
  reference.partnerClaimType ?? reference.claimTypeReferenceId;

/** The keys that a claim stands for: one, or one for each identity of a collection. None where it names nobody. */
export function accountKeys(claim: ResolvedClaim, directory: DirectoryPort): readonly AccountKey[] {
  const identities = federatedIdentities(claim.partnerName, claim.value);
  if (identities)
    return identities.map(({ issuer, issuerAssignedId }) => ({
      kind: "federated",
      issuer,
      issuerAssignedId,
    }));
  const key = accountKey(claim, directory);
  return key ? [key] : [];
}

/** The identities of a claim that stands for all federated ones of an account; undefined for other claims. */
export function federatedIdentities(
  partnerName: string,
  value: ClaimValue,
): readonly AccountIdentity[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items: readonly (UserIdentity | AlternativeSecurityId)[] = value;
  switch (partnerName.toLowerCase()) {
    case "useridentities":
      return items.flatMap((item) =>
        "issuerUserId" in item
          ? [{ signInType: "federated", issuer: item.issuer, issuerAssignedId: item.issuerUserId }]
          : [],
      );
    case "alternativesecurityids":
      return items.flatMap((item) => parseAlternativeSecurityId(JSON.stringify(item)) ?? []);
    default:
      return undefined;
  }
}

function accountKey(claim: ResolvedClaim, directory: DirectoryPort): AccountKey | undefined {
  const partner = claim.partnerName.toLowerCase();
  const value = claimText(claim.value).trim();
  if (value === "") return undefined;
  if (partner === "objectid") return { kind: "objectId", value };
  if (partner === "userprincipalname") return { kind: "userPrincipalName", value };
  if (partner === "signinnames" || partner === "logonidentifier") return { kind: "signInName", value };
  if (partner.startsWith("signinnames.")) {
    return { kind: "signInName", signInType: claim.partnerName.slice("signInNames.".length), value };
  }
  if (partner === "alternativesecurityid") {
    const identity = parseAlternativeSecurityId(value);
    return (
      identity && { kind: "federated", issuer: identity.issuer, issuerAssignedId: identity.issuerAssignedId }
    );
  }
  return { kind: "attribute", name: attributeName(claim.partnerName, directory), value: claim.value };
}

/** `{"type":6,"identityProvider":"<issuer>","key":"<base64 of the UTF-8 subject>"}` ↔ a federated identity. */
export function parseAlternativeSecurityId(text: string): AccountIdentity | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null) return undefined;
    const { identityProvider, key } = parsed as { identityProvider?: unknown; key?: unknown };
    if (typeof identityProvider !== "string" || typeof key !== "string") return undefined;
    return {
      signInType: "federated",
      issuer: identityProvider,
      issuerAssignedId: Buffer.from(key, "base64").toString("utf8"),
    };
  } catch {
    return undefined;
  }
}

export function alternativeSecurityId(issuer: string, issuerAssignedId: string): string {
  return JSON.stringify({
    type: 6,
    identityProvider: issuer,
    key: Buffer.from(issuerAssignedId, "utf8").toString("base64"),
  });
}

/**
 * Directory name of a partner name: extension attributes carry the id of the application that owns them. Policies write
 * `Verified.strongAuthenticationPhoneNumber` for the attribute, after the claim of a phone factor.
 */
export function attributeName(partner: string, directory: DirectoryPort): string {
  const extension = /^extension_(?:[0-9a-f]{32}_)?(.+)$/i.exec(partner);
  return extension
    ? `extension_${directory.extensionsAppId}_${extension[1]}`
    : partner.replace(/^verified\./i, "");
}

export function identityPartner(
  partner: string,
): { matches(identity: AccountIdentity): boolean } | undefined {
  const name = partner.toLowerCase();
  if (/^(alternativesecurityids?|useridentities)$/.test(name))
    return { matches: (identity) => identity.signInType === "federated" };
  if (!name.startsWith("signinnames.")) return undefined;
  const type = name.slice("signinnames.".length);
  return { matches: (identity) => identity.signInType.toLowerCase() === type };
}
