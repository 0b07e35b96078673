import type { SsoSession } from "@vestibule/engine";
import type { Kysely } from "kysely";
import type { Sealer } from "../keys/sealed.ts";
import { type Database, transact } from "./database.ts";
import { digestOf } from "./digest.ts";
import type { Schema } from "./schema.ts";
import type { SessionStore, StoredSession } from "./store.ts";

/** Single sign-on sessions, by the digest of the handle that the browser holds. */
export function createSessionStore(database: Database, sealer: Sealer): SessionStore {
  const db = database.quick;
  const context = (tenantId: string, key: string) => ({ tenantId, kind: "session", name: key });

  return {
    async put(tenantId, handle, session) {
      const key = digestOf(handle);
      const row = {
        sealed: sealer.seal(context(tenantId, key), JSON.stringify(session)),
        expires: session.expires,
      };
      const accounts = accountsOf(session.session);
      await transact(db, async (transaction) => {
        await transaction
          .insertInto("sessions")
          .values({ tenant_id: tenantId, handle_key: key, ...row })
          .onConflict((conflict) => conflict.columns(["tenant_id", "handle_key"]).doUpdateSet(row))
          .execute();
        if (accounts.length === 0) return;
        await transaction
          .insertInto("session_accounts")
          .values(accounts.map((objectId) => ({ tenant_id: tenantId, object_id: objectId, handle_key: key })))
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      });
    },

    async find(tenantId, handle, now) {
      const key = digestOf(handle);
      const row = await db
        .selectFrom("sessions")
        .select("sealed")
        .where("tenant_id", "=", tenantId)
        .where("handle_key", "=", key)
        .where("expires", ">", now)
        .executeTakeFirst();
      return row && (JSON.parse(sealer.open(context(tenantId, key), row.sealed)) as StoredSession);
    },

    async remove(tenantId, handle) {
      const key = digestOf(handle);
      await transact(db, async (transaction) => {
        await transaction
          .deleteFrom("session_accounts")
          .where("tenant_id", "=", tenantId)
          .where("handle_key", "=", key)
          .execute();
        await transaction
          .deleteFrom("sessions")
          .where("tenant_id", "=", tenantId)
          .where("handle_key", "=", key)
          .execute();
      });
    },

    removeOf: (tenantId, objectId) =>
      transact(db, (transaction) => removeSessionsOf(transaction, tenantId, objectId)),
  };
}

/** Ends the sessions of an account; inside the caller's transaction, so that a password change and this are one. */
export async function removeSessionsOf(
  db: Kysely<Schema>,
  tenantId: string,
  objectId: string,
): Promise<void> {
  const ended = await db
    .deleteFrom("session_accounts")
    .where("tenant_id", "=", tenantId)
    .where("object_id", "=", objectId)
    .returning("handle_key")
    .execute();
  for (const { handle_key } of ended) {
    await db
      .deleteFrom("sessions")
      .where("tenant_id", "=", tenantId)
      .where("handle_key", "=", handle_key)
      .execute();
  }
}

/** The accounts that a session speaks for: its subject, and object ids that session providers keep (SM-AAD). */
function accountsOf(session: SsoSession): readonly string[] {
  const found = new Set<string>();
  if (session.subject !== undefined) found.add(session.subject);
  for (const { claims } of Object.values(session.providers)) {
    const objectId = claims.objectId;
    if (typeof objectId === "string") found.add(objectId);
  }
  return [...found];
}
