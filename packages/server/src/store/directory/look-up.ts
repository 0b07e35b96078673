import type { AccountKey } from "@vestibule/engine";
import type { Tenant } from "../../tenant/tenant.ts";
import type { Database } from "../database.ts";
import { prepare } from "../prepared.ts";
import type { AccountRow } from "../schema.ts";
import { contentOf, valueKey } from "./accounts.ts";
import { attributeName } from "./attributes.ts";
import { exactForm } from "./comparison.ts";
import { type ExtensionDefinitions, fullExtensionName } from "./extensions.ts";
import { federated, hasLocalName, identityKey, isOfType, localKey } from "./identities.ts";

/** A look-up by an attribute found several accounts (technical-profiles.md 4.2). */
class AmbiguousAccount extends Error {
  readonly code = "AADB2C90278";
  constructor(attribute: string) {
    super(`More than one account has this value of ${attribute}.`);
    this.name = "AmbiguousAccount";
  }
}

export interface LookUp {
  byObjectId(objectId: string): Promise<AccountRow | undefined>;
  /** Whoever holds the identity by the rule of uniqueness; the caller compares exactly. */
  byIdentity(identityKey: string): Promise<AccountRow | undefined>;
  byKey(key: AccountKey): Promise<AccountRow | undefined>;
}

/** Finds accounts of one tenant. */
export function createLookUp(database: Database, tenant: Tenant, definitions: ExtensionDefinitions): LookUp {
  const db = database.durable;
  const selectByIdentity = prepare((wanted: { tenantId: string; key: string }) =>
    db
      .selectFrom("account_identities as identity")
      .innerJoin("accounts as account", (join) =>
        join
          .onRef("account.tenant_id", "=", "identity.tenant_id")
          .onRef("account.object_id", "=", "identity.object_id"),
      )
      .selectAll("account")
      .where("identity.tenant_id", "=", wanted.tenantId)
      .where("identity.identity_key", "=", wanted.key),
  );
  const selectByObjectId = prepare((wanted: { tenantId: string; objectId: string }) =>
    db
      .selectFrom("accounts")
      .selectAll()
      .where("tenant_id", "=", wanted.tenantId)
      .where("object_id", "=", wanted.objectId),
  );
  const byIdentity = async (key: string): Promise<AccountRow | undefined> =>
    (await database.read(selectByIdentity({ tenantId: tenant.id, key })))[0];
  const byObjectId = async (objectId: string): Promise<AccountRow | undefined> =>
    isGuid(objectId)
      ? (await database.read(selectByObjectId({ tenantId: tenant.id, objectId: objectId.toLowerCase() })))[0]
      : undefined;

  return { byObjectId, byIdentity, byKey: findRow };

  async function findRow(key: AccountKey): Promise<AccountRow | undefined> {
    switch (key.kind) {
      case "objectId":
        return await byObjectId(key.value);
      case "signInName": {
        const row = await byIdentity(localKey(key.value.trim()));
        const { signInType } = key;
        const matches =
          row &&
          contentOf(row).identities.some(
            (identity) =>
              hasLocalName(identity, key.value.trim()) &&
              (signInType === undefined || identity.signInType.toLowerCase() === signInType.toLowerCase()),
          );
        return matches ? row : undefined;
      }
      case "federated": {
        const wanted = { signInType: federated, issuer: key.issuer, issuerAssignedId: key.issuerAssignedId };
        const row = await byIdentity(identityKey(tenant, wanted));
        const matches =
          row &&
          contentOf(row).identities.some(
            (identity) =>
              isOfType(identity, [federated]) &&
              exactForm(identity.issuer) === exactForm(key.issuer) &&
              identity.issuerAssignedId === key.issuerAssignedId,
          );
        return matches ? row : undefined;
      }
      case "userPrincipalName": {
        const row = await byIdentity(localKey(key.value.trim()));
        return row && exactForm(row.user_principal_name) === exactForm(key.value.trim()) ? row : undefined;
      }
      case "attribute": {
        const full = fullExtensionName(tenant, key.name);
        const name = attributeName(key.name) ?? (full && (await definitions.find(full))?.name);
        return name === undefined ? undefined : await byValue(name, valueKey(name, key.value));
      }
    }
  }

  async function byValue(name: string, key: string): Promise<AccountRow | undefined> {
    const found = await db
      .selectFrom("account_values")
      .select("object_id")
      .where("tenant_id", "=", tenant.id)
      .where("value_key", "=", key)
      .limit(2)
      .execute();
    if (found.length > 1) throw new AmbiguousAccount(name);
    return found[0] && (await byObjectId(found[0].object_id));
  }
}

/** Only such ids reach the database: PostgreSQL refuses to compare some texts at all. */
export function isGuid(value: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
}
