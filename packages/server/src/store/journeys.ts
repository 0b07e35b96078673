import type { Sealer } from "../keys/sealed.ts";
import type { Database } from "./database.ts";
import { createExclusion } from "./exclusive.ts";
import type { JourneyStore, StoredJourney } from "./store.ts";

/** Journeys, sealed as a whole: their state holds claims, and their final response a live authorization code. */
export function createJourneyStore(database: Database, sealer: Sealer, now: () => number): JourneyStore {
  const db = database.quick;
  const context = (tenantId: string, id: string) => ({ tenantId, kind: "journey", name: id });
  const seal = (tenantId: string, { revision: _, ...journey }: StoredJourney) =>
    sealer.seal(context(tenantId, journey.state.id), JSON.stringify(journey));

  return {
    async insert(tenantId, journey) {
      await db
        .insertInto("journeys")
        .values({
          tenant_id: tenantId,
          id: journey.state.id,
          revision: journey.revision,
          sealed: seal(tenantId, journey),
          updated: now(),
        })
        .execute();
    },

    async load(tenantId, id) {
      const row = await db
        .selectFrom("journeys")
        .select(["revision", "sealed"])
        .where("tenant_id", "=", tenantId)
        .where("id", "=", id)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const stored = JSON.parse(sealer.open(context(tenantId, id), row.sealed)) as Omit<
        StoredJourney,
        "revision"
      >;
      return { ...stored, revision: row.revision };
    },

    async save(tenantId, journey) {
      const result = await db
        .updateTable("journeys")
        .set({ revision: journey.revision + 1, sealed: seal(tenantId, journey), updated: now() })
        .where("tenant_id", "=", tenantId)
        .where("id", "=", journey.state.id)
        .where("revision", "=", journey.revision)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },

    async remove(tenantId, id) {
      await db.deleteFrom("journeys").where("tenant_id", "=", tenantId).where("id", "=", id).execute();
    },

    exclusively: createExclusion(database),
  };
}
