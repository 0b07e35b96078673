import type { Account, AccountIdentity, AttributeValues, ClaimValue } from "@vestibule/engine";
import type { Kysely } from "kysely";
import type { Tenant } from "../../tenant/tenant.ts";
import { digestOf } from "../digest.ts";
import type { AccountRow, Schema } from "../schema.ts";
import { exactForm } from "./comparison.ts";
import { identityKey, isLocal, localKey, userPrincipalName } from "./identities.ts";

/** What the tables keep of an account besides its password. */
export interface AccountContent {
  readonly objectId: string;
  readonly identities: readonly AccountIdentity[];
  readonly userPrincipalName: string;
  readonly attributes: AttributeValues;
  readonly accountEnabled: boolean;
}

const contents = new WeakMap<AccountRow, AccountContent>();

/** Taken apart once for each row that was read: several rules look at it. */
export function contentOf(row: AccountRow): AccountContent {
  const known = contents.get(row);
  if (known !== undefined) return known;
  const content: AccountContent = {
    objectId: row.object_id,
    identities: JSON.parse(row.identities) as readonly AccountIdentity[],
    userPrincipalName: row.user_principal_name,
    attributes: JSON.parse(row.attributes) as AttributeValues,
    accountEnabled: row.enabled === 1,
  };
  contents.set(row, content);
  return content;
}

/** The account as journeys see it: stored attributes, and those that the directory computes. */
export function accountOf(tenant: Tenant, row: AccountRow): Account {
  const content = contentOf(row);
  const classification = legalAgeGroup(content.attributes);
  return {
    objectId: content.objectId,
    identities: [
      ...content.identities,
      {
        signInType: userPrincipalName,
        issuer: tenant.defaultDomain,
        issuerAssignedId: content.userPrincipalName,
      },
    ],
    accountEnabled: content.accountEnabled,
    attributes: {
      ...content.attributes,
      objectId: content.objectId,
      userPrincipalName: content.userPrincipalName,
      accountEnabled: content.accountEnabled,
      createdDateTime: new Date(row.created).toISOString(),
      refreshTokensValidFromDateTime: new Date(row.sessions_valid_from).toISOString(),
      ...(row.password_changed !== null && {
        lastPasswordChangeDateTime: new Date(row.password_changed).toISOString(),
      }),
      ...(classification !== undefined && { legalAgeGroupClassification: classification }),
    },
  };
}

/** user-flows.md 11: computed from `ageGroup` and `consentProvidedForMinor`. */
function legalAgeGroup(attributes: AttributeValues): string | undefined {
  switch (attributes.ageGroup) {
    case "Undefined":
    case "NotAdult":
    case "Adult":
      return attributes.ageGroup;
    case "Minor":
      if (attributes.consentProvidedForMinor === "Granted") return "MinorWithParentalConsent";
      if (attributes.consentProvidedForMinor === "NotRequired") return "MinorNoParentalConsentRequired";
      return "MinorWithOutParentalConsent";
    default:
      return undefined;
  }
}

export const hasLocalIdentity = (identities: readonly AccountIdentity[]) => identities.some(isLocal);

/** Another account holds one of the identities; rolls the transaction back. */
export class IdentityTaken extends Error {}

/**
 * Makes the identities of an account what `content` says. The primary key decides who has an identity: nobody reads
 * first and writes then.
 */
export async function writeIdentities(
  db: Kysely<Schema>,
  tenant: Tenant,
  content: AccountContent,
): Promise<void> {
  await db
    .deleteFrom("account_identities")
    .where("tenant_id", "=", tenant.id)
    .where("object_id", "=", content.objectId)
    .execute();
  const keys = new Set(content.identities.map((identity) => identityKey(tenant, identity)));
  keys.add(localKey(content.userPrincipalName));
  // In one order everywhere: two writers never wait for each other crosswise.
  const rows = [...keys].sort().map((key) => ({
    tenant_id: tenant.id,
    identity_key: key,
    object_id: content.objectId,
  }));
  const written = await db
    .insertInto("account_identities")
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .returning("identity_key")
    .execute();
  if (written.length !== rows.length) throw new IdentityTaken();
}

/** Makes the attributes findable by value. */
export async function writeValues(
  db: Kysely<Schema>,
  tenant: Tenant,
  content: AccountContent,
): Promise<void> {
  await db
    .deleteFrom("account_values")
    .where("tenant_id", "=", tenant.id)
    .where("object_id", "=", content.objectId)
    .execute();
  const keys = new Set(
    Object.entries(content.attributes).flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((one: ClaimValue) => valueKey(name, one)),
    ),
  );
  if (keys.size === 0) return;
  await db
    .insertInto("account_values")
    .values([...keys].map((key) => ({ tenant_id: tenant.id, value_key: key, object_id: content.objectId })))
    .execute();
}

/** Texts compare without regard to case (technical-profiles.md 4.2). */
export function valueKey(name: string, value: ClaimValue): string {
  const text = typeof value === "object" ? JSON.stringify(value) : exactForm(String(value));
  return digestOf("value", name, text);
}
