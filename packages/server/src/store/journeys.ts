import type { Sealer } from "../keys/sealed.ts";
import type { Database } from "./database.ts";
import { canBeJourney, createExclusion } from "./exclusive.ts";
import { prepare } from "./prepared.ts";
import type { SharedLocks } from "./shared-locks.ts";
import type { JourneyStore, StoredJourney } from "./store.ts";

/** Journeys, sealed as a whole: their state holds claims, and their final response a live authorization code. */
export function createJourneyStore(
  database: Database,
  sealer: Sealer,
  now: () => number,
  locks?: SharedLocks,
): JourneyStore {
  const db = database.quick;
  const context = (tenantId: string, id: string) => ({ tenantId, kind: "journey", name: id });
  const seal = (tenantId: string, { revision: _, ...journey }: StoredJourney) =>
    sealer.seal(context(tenantId, journey.state.id), JSON.stringify(journey));

  const insert = prepare(
    (row: { tenantId: string; id: string; revision: number; sealed: Uint8Array; at: number }) =>
      db.insertInto("journeys").values({
        tenant_id: row.tenantId,
        id: row.id,
        revision: row.revision,
        sealed: row.sealed,
        updated: row.at,
      }),
  );
  const select = prepare((key: { tenantId: string; id: string }) =>
    db
      .selectFrom("journeys")
      .select(["revision", "sealed"])
      .where("tenant_id", "=", key.tenantId)
      .where("id", "=", key.id),
  );
  const update = prepare(
    (row: { tenantId: string; id: string; loaded: number; next: number; sealed: Uint8Array; at: number }) =>
      db
        .updateTable("journeys")
        .set({ revision: row.next, sealed: row.sealed, updated: row.at })
        .where("tenant_id", "=", row.tenantId)
        .where("id", "=", row.id)
        .where("revision", "=", row.loaded),
  );

  return {
    async insert(tenantId, journey) {
      const { revision, state } = journey;
      const sealed = seal(tenantId, journey);
      await database.write(insert({ tenantId, id: state.id, revision, sealed, at: wholeMinute(now()) }));
    },

    async load(tenantId, id) {
      if (!canBeJourney(id)) return undefined;
      const [row] = await database.read(select({ tenantId, id }));
      if (row === undefined) return undefined;
      const stored = JSON.parse(sealer.open(context(tenantId, id), row.sealed)) as Omit<
        StoredJourney,
        "revision"
      >;
      return { ...stored, revision: row.revision };
    },

    async save(tenantId, journey) {
      const [result] = await database.write(
        update({
          tenantId,
          id: journey.state.id,
          loaded: journey.revision,
          next: journey.revision + 1,
          sealed: seal(tenantId, journey),
          at: wholeMinute(now()),
        }),
      );
      return result?.numAffectedRows === 1n;
    },

    async remove(tenantId, id) {
      await db.deleteFrom("journeys").where("tenant_id", "=", tenantId).where("id", "=", id).execute();
    },

    exclusively: createExclusion(database, locks),
  };
}

/** The sweep needs no more, and an index that stays as it is makes a save cheaper. */
function wholeMinute(milliseconds: number): number {
  return milliseconds - (milliseconds % 60_000);
}
