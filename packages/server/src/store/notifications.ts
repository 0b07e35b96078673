import type { Notification } from "@vestibule/engine";
import { type RawBuilder, sql } from "kysely";
import type { Sealer } from "../keys/sealed.ts";
import type { Database } from "./database.ts";
import type { NotificationState, NotificationStore } from "./store.ts";

/** Notifications that wait for their delivery, and those that were given up; sealed, because they hold people's data. */
export function createNotificationStore(database: Database, sealer: Sealer): NotificationStore {
  // Whoever got an answer relies on it that the API will hear of them: a power cut must not take it back.
  const db = database.durable;
  // The database's own clock, so that nodes with different clocks agree on who holds what.
  const databaseNow: RawBuilder<number> =
    database.kind === "postgres"
      ? sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`
      : sql<number>`cast(unixepoch('subsec') * 1000 as integer)`;
  const context = (tenantId: string, id: string) => ({ tenantId, kind: "notification", name: id });
  const open = (row: { tenant_id: string; id: string; sealed: Uint8Array }) =>
    JSON.parse(sealer.open(context(row.tenant_id, row.id), row.sealed)) as Notification;
  const mine = (tenantId: string, id: string, holder: string) =>
    db
      .updateTable("notifications")
      .where("tenant_id", "=", tenantId)
      .where("id", "=", id)
      .where("holder", "=", holder);

  return {
    async add(tenantId, notification) {
      await db
        .insertInto("notifications")
        .values({
          tenant_id: tenantId,
          id: notification.id,
          lane: `${notification.policyId}/${notification.technicalProfile}`,
          state: "waiting",
          created: notification.created,
          due: notification.created,
          attempts: 0,
          holder: "",
          held_until: 0,
          problem: "",
          sealed: sealer.seal(context(tenantId, notification.id), JSON.stringify(notification)),
        })
        .onConflict((conflict) => conflict.columns(["tenant_id", "id"]).doNothing())
        .execute();
    },

    async take({ holder, now, lease, limit, perLane, fullLanes }) {
      const busy =
        fullLanes.length === 0 ? sql`` : sql`and (tenant_id || ' ' || lane) not in (${sql.join(fullLanes)})`;
      // The outer condition is asked again of rows that another node took in the same moment.
      const taken = await sql<{
        tenant_id: string;
        id: string;
        lane: string;
        attempts: number;
        sealed: Uint8Array;
      }>`
        update notifications set holder = ${holder}, held_until = ${databaseNow} + ${sql.lit(lease)}
        where state = 'waiting' and held_until < ${databaseNow} and (tenant_id, id) in (
          select tenant_id, id from (
            select tenant_id, id, due, row_number() over (partition by tenant_id, lane order by due, id) as place
            from notifications
            where state = 'waiting' and due <= ${now} and held_until < ${databaseNow} ${busy}
          ) as ready
          where place <= ${sql.lit(perLane)} order by due limit ${sql.lit(limit)}
        )
        returning tenant_id, id, lane, attempts, sealed`.execute(db);
      return taken.rows.map((row) => ({
        tenantId: row.tenant_id,
        lane: `${row.tenant_id} ${row.lane}`,
        attempts: Number(row.attempts),
        notification: open(row),
      }));
    },

    async hold(tenantId, id, holder, lease) {
      const held = await mine(tenantId, id, holder)
        .set({ held_until: sql<number>`${databaseNow} + ${sql.lit(lease)}` })
        .executeTakeFirst();
      return held.numUpdatedRows > 0n;
    },

    async delivered(tenantId, id, holder) {
      await db
        .deleteFrom("notifications")
        .where("tenant_id", "=", tenantId)
        .where("id", "=", id)
        .where("holder", "=", holder)
        .execute();
    },

    async postpone(tenantId, id, holder, { due, attempts, problem }) {
      await mine(tenantId, id, holder).set({ due, attempts, problem, holder: "", held_until: 0 }).execute();
    },

    async bury(tenantId, id, holder, { attempts, problem }) {
      await mine(tenantId, id, holder)
        .set({ state: "dead", attempts, problem, holder: "", held_until: 0 })
        .execute();
    },

    async release(holder) {
      await db
        .updateTable("notifications")
        .set({ holder: "", held_until: 0 })
        .where("holder", "=", holder)
        .execute();
    },

    async list(tenantId, limit) {
      const rows = await db
        .selectFrom("notifications")
        .selectAll()
        .where("tenant_id", "=", tenantId)
        .orderBy("created", "desc")
        .orderBy("id")
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        id: row.id,
        state: row.state as NotificationState,
        due: row.due,
        attempts: row.attempts,
        problem: row.problem,
        notification: open(row),
      }));
    },

    async sendAgain(tenantId, now, id) {
      let query = db
        .updateTable("notifications")
        .set({ state: "waiting", due: now, attempts: 0 })
        .where("tenant_id", "=", tenantId);
      query = id === undefined ? query.where("state", "=", "dead") : query.where("id", "=", id);
      return Number((await query.executeTakeFirst()).numUpdatedRows);
    },

    async remove(tenantId, id) {
      const removed = await db
        .deleteFrom("notifications")
        .where("tenant_id", "=", tenantId)
        .where("id", "=", id)
        .executeTakeFirst();
      return removed.numDeletedRows > 0n;
    },
  };
}
