import { randomUUID } from "node:crypto";
import type {
  Account,
  AccountChange,
  AttributeRefused,
  ChangeResult,
  CreateResult,
  DirectoryPort,
  NewAccount,
} from "@vestibule/engine";
import { type Kysely, sql } from "kysely";
import type { MasterKey } from "../../keys/master-key.ts";
import type { Tenant } from "../../tenant/tenant.ts";
import { type Database, transact } from "../database.ts";
import { digestOf } from "../digest.ts";
import { HashingOverload, type PasswordHasher } from "../passwords.ts";
import type { AccountInsert, Schema } from "../schema.ts";
import { removeSessionsOf } from "../sessions.ts";
import type { DirectoryAdministration } from "../store.ts";
import {
  accountOf,
  contentOf,
  hasLocalIdentity,
  IdentityTaken,
  writeIdentities,
  writeValues,
} from "./accounts.ts";
import { createPasswordCheck } from "./check-password.ts";
import { checkDraft, type Draft, mergeAttributes, refusal } from "./draft.ts";
import { ExtensionDefinitions } from "./extensions.ts";
import { localKey } from "./identities.ts";
import { createLockout } from "./lockout.ts";
import { createLookUp, isGuid } from "./look-up.ts";
import { readPasswordPolicies, refusalOf } from "./password-policy.ts";

export interface DirectoryParts {
  readonly database: Database;
  readonly hasher: PasswordHasher;
  readonly masterKey: MasterKey;
  readonly now: () => number;
}

/** How long a repeated create finds the account of its own journey. */
export const originLifetime = 24 * 3_600_000;

/** What goes with an account, beside its own row, its lockout and its sessions. */
const tablesOfAccounts = [
  "account_identities",
  "account_values",
  "account_origins",
  "authenticators",
  "authenticator_checks",
] as const;

/** The accounts of one tenant, in the durable tables. */
export function createDirectory(
  { database, hasher, masterKey, now }: DirectoryParts,
  tenant: Tenant,
): DirectoryPort & DirectoryAdministration {
  const db = database.durable;
  const definitions = new ExtensionDefinitions(db, tenant);
  const lockout = createLockout(database, masterKey, tenant);

  const lookUp = createLookUp(database, tenant, definitions);

  return {
    extensionsAppId: tenant.extensionsAppId,
    defaultDomain: tenant.defaultDomain,

    async find(key) {
      const row = await lookUp.byKey(key);
      return row && accountOf(tenant, row);
    },

    create: (account, journeyKey) => unlessOverloaded(() => create(account, journeyKey)),
    change: (objectId, change) => unlessOverloaded(() => applyChange(objectId.toLowerCase(), change)),

    remove: async (given) => {
      if (!isGuid(given)) return false;
      const objectId = given.toLowerCase();
      return await transact(db, async (transaction) => {
        for (const table of tablesOfAccounts) {
          await transaction
            .deleteFrom(table)
            .where("tenant_id", "=", tenant.id)
            .where("object_id", "=", objectId)
            .execute();
        }
        await clearLockout(transaction, objectId);
        await removeSessionsOf(transaction, tenant.id, objectId);
        const removed = await transaction
          .deleteFrom("accounts")
          .where("tenant_id", "=", tenant.id)
          .where("object_id", "=", objectId)
          .executeTakeFirst();
        return removed.numDeletedRows > 0n;
      });
    },

    checkPassword: createPasswordCheck({
      db,
      tenant,
      hasher,
      lockout,
      now,
      holderOf: (name) => lookUp.byIdentity(localKey(name)),
    }),

    async sessionsValidFrom(objectId) {
      return (await lookUp.byObjectId(objectId))?.sessions_valid_from;
    },

    async count() {
      const row = await db
        .selectFrom("accounts")
        .select((expression) => expression.fn.countAll<number>().as("count"))
        .where("tenant_id", "=", tenant.id)
        .executeTakeFirstOrThrow();
      return Number(row.count);
    },
  };

  async function create(account: NewAccount, journeyKey: string): Promise<CreateResult> {
    const draft = await checkDraft(tenant, definitions, account);
    if (draft.kind === "attributeRefused") return draft;
    const draftId = randomUUID();
    const prepared = newRow(draft, draftId);
    if ("kind" in prepared) return prepared;
    const refused = passwordRefusal(draft, prepared.attributes);
    if (refused !== undefined) return { kind: "passwordRefused", reason: refused };
    const hash = draft.password === undefined ? null : await hasher.hash(draft.password);

    return await identityConflictAsResult(() =>
      transact(db, async (transaction) => {
        const objectId = await claimOrigin(transaction, journeyKey, draftId);
        const row: AccountInsert = {
          ...prepared.row,
          object_id: objectId,
          user_principal_name: draft.userPrincipalName ?? `${objectId}@${tenant.defaultDomain}`,
          password_hash: hash,
          password_changed: hash === null ? null : now(),
        };
        const { tenant_id: _t, object_id: _o, created: _c, ...contents } = row;
        const written = await transaction
          .insertInto("accounts")
          .values(row)
          .onConflict((conflict) => conflict.columns(["tenant_id", "object_id"]).doUpdateSet(contents))
          .returningAll()
          .executeTakeFirstOrThrow();
        await writeIdentities(transaction, tenant, contentOf(written));
        await writeValues(transaction, tenant, contentOf(written));
        return { kind: "created" as const, account: accountOf(tenant, written) };
      }),
    );
  }

  /** The row of a new account without what depends on its final object id and its password. */
  function newRow(draft: Draft, objectId: string) {
    if (draft.objectId !== undefined) return refusal("objectId", "It is set by the directory.");
    const identities = draft.identities ?? [];
    const merged = mergeAttributes(
      {
        mailNickName: (draft.userPrincipalName?.split("@")[0] ?? objectId).slice(0, 64),
        userType: "Member",
        ...(hasLocalIdentity(identities) && { creationType: "LocalAccount" }),
      },
      draft.attributes,
    );
    if (isRefusal(merged)) return merged;
    if (merged.displayName === undefined) return refusal("displayName", "An account needs a display name.");
    const row = {
      tenant_id: tenant.id,
      enabled: draft.accountEnabled === false ? 0 : 1,
      identities: JSON.stringify(identities),
      attributes: JSON.stringify(merged),
      created: now(),
      sessions_valid_from: wholeSecond(now()),
      previous_password_hash: null,
      must_change_password: draft.forceChange === true && draft.password !== undefined ? 1 : 0,
      revision: 0,
    };
    return { row, attributes: merged };
  }

  /**
   * The object id for a journey's create: a new one, or that of the account which the same journey created already.
   * Its row is written first, so that two calls with one key take turns.
   */
  async function claimOrigin(
    transaction: Kysely<Schema>,
    journeyKey: string,
    draftId: string,
  ): Promise<string> {
    if (journeyKey === "") return draftId;
    const origin = digestOf("origin", journeyKey);
    const claimed = await transaction
      .insertInto("account_origins")
      .values({ tenant_id: tenant.id, origin_key: origin, object_id: draftId, created: now() })
      .onConflict((conflict) =>
        conflict
          .columns(["tenant_id", "origin_key"])
          .doUpdateSet((row) => ({ object_id: row.ref("account_origins.object_id") })),
      )
      .returning(["object_id", "created"])
      .executeTakeFirstOrThrow();
    if (claimed.object_id === draftId || claimed.created > now() - originLifetime) return claimed.object_id;
    await transaction
      .updateTable("account_origins")
      .set({ object_id: draftId, created: now() })
      .where("tenant_id", "=", tenant.id)
      .where("origin_key", "=", origin)
      .execute();
    return draftId;
  }

  async function applyChange(objectId: string, change: AccountChange): Promise<ChangeResult> {
    const draft = await checkDraft(tenant, definitions, change);
    if (draft.kind === "attributeRefused") return draft;
    const before = await lookUp.byObjectId(objectId);
    if (before === undefined) return { kind: "notFound" };
    if (draft.objectId !== undefined && draft.objectId !== objectId) {
      return refusal("objectId", "It cannot be changed.");
    }
    const preview = mergeAttributes(contentOf(before).attributes, draft.attributes);
    if (isRefusal(preview)) return preview;
    const refused = passwordRefusal(draft, preview);
    if (refused !== undefined) return { kind: "passwordRefused", reason: refused };
    const hash = draft.password === undefined ? undefined : await hasher.hash(draft.password);

    return await identityConflictAsResult(() =>
      transact(db, async (transaction): Promise<ChangeResult> => {
        // Locks the row and reads it afresh: what others changed meanwhile is kept.
        const current = await transaction
          .updateTable("accounts")
          .set({ revision: sql<number>`revision + 1` })
          .where("tenant_id", "=", tenant.id)
          .where("object_id", "=", objectId)
          .returningAll()
          .executeTakeFirst();
        if (current === undefined) return { kind: "notFound" };
        const attributes = mergeAttributes(contentOf(current).attributes, draft.attributes);
        if (isRefusal(attributes)) return attributes;
        const written = await transaction
          .updateTable("accounts")
          .set({
            attributes: JSON.stringify(attributes),
            ...(draft.identities && { identities: JSON.stringify(draft.identities) }),
            ...(draft.userPrincipalName !== undefined && { user_principal_name: draft.userPrincipalName }),
            ...(draft.accountEnabled !== undefined && { enabled: draft.accountEnabled ? 1 : 0 }),
            ...(draft.forceChange !== undefined && { must_change_password: draft.forceChange ? 1 : 0 }),
            ...(hash !== undefined && {
              password_hash: hash,
              previous_password_hash: current.password_hash,
              password_changed: now(),
              sessions_valid_from: wholeSecond(now()),
              must_change_password: draft.forceChange === true ? 1 : 0,
            }),
          })
          .where("tenant_id", "=", tenant.id)
          .where("object_id", "=", objectId)
          .returningAll()
          .executeTakeFirstOrThrow();
        if (draft.identities !== undefined || draft.userPrincipalName !== undefined) {
          await writeIdentities(transaction, tenant, contentOf(written));
        }
        if (draft.attributes.size > 0) await writeValues(transaction, tenant, contentOf(written));
        if (hash !== undefined) {
          await clearLockout(transaction, objectId);
          await removeSessionsOf(transaction, tenant.id, objectId);
        }
        return { kind: "changed", account: accountOf(tenant, written) };
      }),
    );
  }

  async function clearLockout(transaction: Kysely<Schema>, objectId: string): Promise<void> {
    await transaction
      .deleteFrom("lockouts")
      .where("tenant_id", "=", tenant.id)
      .where("subject", "=", objectId)
      .execute();
  }
}

function passwordRefusal(draft: Draft, attributes: Account["attributes"]): string | undefined {
  if (draft.password === undefined) return undefined;
  const written = attributes.passwordPolicies;
  const policies = readPasswordPolicies(typeof written === "string" ? written : undefined);
  return refusalOf(draft.password, policies ?? { strong: true, expires: true });
}

function isRefusal(value: object): value is AttributeRefused {
  return "kind" in value && value.kind === "attributeRefused" && "reason" in value;
}

async function identityConflictAsResult<T>(
  work: () => Promise<T>,
): Promise<T | { readonly kind: "alreadyExists" }> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof IdentityTaken) return { kind: "alreadyExists" };
    throw error;
  }
}

async function unlessOverloaded<T>(work: () => Promise<T>): Promise<T | { readonly kind: "throttled" }> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HashingOverload) return { kind: "throttled" };
    throw error;
  }
}

/** Tokens count whole seconds: those issued in the second of the change must not fall before it. */
function wholeSecond(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}
