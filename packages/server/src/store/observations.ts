import { randomUUID } from "node:crypto";
import type { CallRecord, TraceEntry } from "@vestibule/engine";
import type { Database } from "./database.ts";
import type { AuditEntry, JourneySummary, ObservationStore } from "./store.ts";

/** What operators and the development console read. Plain: its writers redact before they come here. */
export function createObservationStore(database: Database, now: () => number): ObservationStore {
  const db = database.quick;

  const add = async (table: "audit" | "calls", tenantId: string, entry: { id: string; at: number }) => {
    await db
      .insertInto(table)
      .values({ tenant_id: tenantId, id: entry.id, at: entry.at, data: JSON.stringify(entry) })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  };
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
    addAudit: (tenantId, entry) => add("audit", tenantId, entry),
    listAudit: (tenantId, limit) => newest("audit", tenantId, limit) as Promise<readonly AuditEntry[]>,
    addCall: (tenantId, call) => add("calls", tenantId, call),
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
      const content = { updated: summary.updatedAt, data: JSON.stringify(summary) };
      await db
        .insertInto("journey_summaries")
        .values({ tenant_id: tenantId, id: summary.id, ...content })
        .onConflict((conflict) => conflict.columns(["tenant_id", "id"]).doUpdateSet(content))
        .execute();
      if (entries.length === 0) return;
      await db
        .insertInto("traces")
        .values({
          tenant_id: tenantId,
          journey_id: summary.id,
          id: orderedId(),
          at: now(),
          entries: JSON.stringify(entries),
        })
        .execute();
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
