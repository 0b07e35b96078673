import type { Sealer } from "../keys/sealed.ts";
import type { Database } from "./database.ts";
import type { OutboxEntry, OutboxStore } from "./store.ts";

/** Mails that were sent or would be sent; sealed, because they hold live codes. */
export function createOutboxStore(database: Database, sealer: Sealer): OutboxStore {
  const db = database.quick;
  const context = (tenantId: string, id: string) => ({ tenantId, kind: "mail", name: id });

  return {
    async add(entry) {
      await db
        .insertInto("outbox")
        .values({
          tenant_id: entry.tenantId,
          id: entry.id,
          at: entry.at,
          sealed: sealer.seal(context(entry.tenantId, entry.id), JSON.stringify(entry)),
        })
        .execute();
    },

    async list(tenantId, limit) {
      let query = db.selectFrom("outbox").selectAll().orderBy("at", "desc").orderBy("id").limit(limit);
      if (tenantId !== undefined) query = query.where("tenant_id", "=", tenantId);
      const rows = await query.execute();
      return rows.map(
        (row) => JSON.parse(sealer.open(context(row.tenant_id, row.id), row.sealed)) as OutboxEntry,
      );
    },
  };
}
