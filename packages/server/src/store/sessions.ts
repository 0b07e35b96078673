import type { SsoSession } from "@vestibule/engine";
import type { Kysely } from "kysely";
import type { Sealer } from "../keys/sealed.ts";
import { type Database, transact } from "./database.ts";
import { digestOf } from "./digest.ts";
import { prepare } from "./prepared.ts";
import type { Schema } from "./schema.ts";
import type { SessionStore, StoredSession } from "./store.ts";

/** Single sign-on sessions, by the digest of the handle that the browser holds. */
export function createSessionStore(database: Database, sealer: Sealer): SessionStore {
  const db = database.quick;
  const context = (tenantId: string, key: string) => ({ tenantId, kind: "session", name: key });

  const upsert = prepare((row: { tenantId: string; key: string; sealed: Uint8Array; expires: number }) =>
    db
      .insertInto("sessions")
      .values({ tenant_id: row.tenantId, handle_key: row.key, sealed: row.sealed, expires: row.expires })
      .onConflict((conflict) =>
        conflict
          .columns(["tenant_id", "handle_key"])
          .doUpdateSet({ sealed: row.sealed, expires: row.expires }),
      ),
  );
  const insertAccount = prepare((row: { tenantId: string; objectId: string; key: string }) =>
    db
      .insertInto("session_accounts")
      .values({ tenant_id: row.tenantId, object_id: row.objectId, handle_key: row.key })
      .onConflict((conflict) => conflict.doNothing()),
  );
  const select = prepare((wanted: { tenantId: string; key: string; now: number }) =>
    db
      .selectFrom("sessions")
      .select("sealed")
      .where("tenant_id", "=", wanted.tenantId)
      .where("handle_key", "=", wanted.key)
      .where("expires", ">", wanted.now),
  );

  return {
    async put(tenantId, handle, session) {
      const key = digestOf(handle);
      const sealed = sealer.seal(context(tenantId, key), JSON.stringify(session));
      await database.write(
        upsert({ tenantId, key, sealed, expires: session.expires }),
        ...accountsOf(session.session).map((objectId) => insertAccount({ tenantId, objectId, key })),
      );
    },

    async find(tenantId, handle, now) {
      const key = digestOf(handle);
      const [row] = await database.read(select({ tenantId, key, now }));
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
