import { randomUUID } from "node:crypto";
import type { CallRecord, TraceEntry } from "@vestibule/engine";
import type { Database } from "./database.ts";
import { prepare } from "./prepared.ts";
import type { AuditEntry, JourneySummary, ObservationStore } from "./store.ts";

/** What operators and the development console read. Plain: its writers redact before they come here. */
export function createObservationStore(database: Database, now: () => number): ObservationStore {
  const db = database.quick;

  const insertInto = (table: "audit" | "calls") =>
    prepare((row: { tenantId: string; id: string; at: number; data: string }) =>
      db
        .insertInto(table)
        .values({ tenant_id: row.tenantId, id: row.id, at: row.at, data: row.data })
        .onConflict((conflict) => conflict.doNothing()),
    );
  const insertAudit = insertInto("audit");
  const insertCall = insertInto("calls");
  const upsertSummary = prepare((row: { tenantId: string; id: string; updated: number; data: string }) =>
    db
      .insertInto("journey_summaries")
      .values({ tenant_id: row.tenantId, id: row.id, updated: row.updated, data: row.data })
      .onConflict((conflict) =>
        conflict.columns(["tenant_id", "id"]).doUpdateSet({ updated: row.updated, data: row.data }),
      ),
  );
  const insertTrace = prepare(
    (row: { tenantId: string; journeyId: string; id: string; at: number; entries: string }) =>
      db.insertInto("traces").values({
        tenant_id: row.tenantId,
        journey_id: row.journeyId,
        id: row.id,
        at: row.at,
        entries: row.entries,
      }),
  );
  const newest = async (table: "audit" | "calls", tenantId: string, limit: number) => {
    const rows = await db
      .selectFrom(table)
      .select("data")
      .where("tenant_id", "=", tenantId)
      .orderBy("at", "desc")
      .orderBy("id", "desc")
      .limit(limit)
      .execute();
    return rows.map((row) => JSON.parse(row.data));
  };

  return {
    async addAudit(tenantId, entry) {
      // Nobody looks a row up by its own id; ids in the order of writing keep the key's tree in one place.
      const row = { tenantId, id: orderedId(), at: entry.at, data: JSON.stringify(entry) };
      await database.write(insertAudit(row));
    },
    listAudit: (tenantId, limit) => newest("audit", tenantId, limit) as Promise<readonly AuditEntry[]>,
    async addCall(tenantId, call) {
      await database.write(insertCall({ tenantId, id: call.id, at: call.at, data: JSON.stringify(call) }));
    },
    listCalls: (tenantId, limit) => newest("calls", tenantId, limit) as Promise<readonly CallRecord[]>,

    async call(tenantId, id) {
      const row = await db
        .selectFrom("calls")
        .select("data")
        .where("tenant_id", "=", tenantId)
        .where("id", "=", id)
        .executeTakeFirst();
      return row && (JSON.parse(row.data) as CallRecord);
    },

    async addTrace(tenantId, summary, entries) {
      const { id, updatedAt: updated } = summary;
      const part = { tenantId, journeyId: id, id: orderedId(), at: now(), entries: JSON.stringify(entries) };
      await database.write(
        upsertSummary({ tenantId, id, updated, data: JSON.stringify(summary) }),
        ...(entries.length === 0 ? [] : [insertTrace(part)]),
      );
    },

    async listJourneys(tenantId, limit) {
      const rows = await db
        .selectFrom("journey_summaries")
        .select("data")
        .where("tenant_id", "=", tenantId)
        .orderBy("updated", "desc")
        .limit(limit)
        .execute();
      return rows.map((row) => JSON.parse(row.data) as JourneySummary);
    },

    async trace(tenantId, journeyId) {
      const rows = await db
        .selectFrom("traces")
        .select("entries")
        .where("tenant_id", "=", tenantId)
        .where("journey_id", "=", journeyId)
        .orderBy("id")
        .execute();
      return rows.flatMap((row) => JSON.parse(row.entries) as readonly TraceEntry[]);
    },
  };
}

let lastTick = 0;
let tickCount = 0;

/** Sorts in the order of making: the parts of one trace may come within a millisecond. */
function orderedId(): string {
  const tick = Math.max(Date.now(), lastTick);
  tickCount = tick === lastTick ? tickCount + 1 : 0;
  lastTick = tick;
  return `${tick.toString(16).padStart(12, "0")}-${tickCount.toString(16).padStart(6, "0")}-${randomUUID().slice(0, 8)}`;
}
