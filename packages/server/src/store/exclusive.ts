import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import type { Database } from "./database.ts";
import { isStorableName } from "./directory/comparison.ts";
import type { SharedLocks } from "./shared-locks.ts";
import type { JourneyStore } from "./store.ts";

/** Journeys are named by GUIDs; what else a browser sends is not looked for, and nobody is excluded from it. */
export function canBeJourney(id: string): boolean {
  return id.length <= 128 && isStorableName(id);
}

/** Milliseconds that a holder's claim outlives its last sign of life. */
const leaseLength = 10_000;
const renewal = 3_000;
const firstPause = 5;
const longestPause = 100;

/**
 * One request at a time for each journey. Callers of one thread queue; then the thread takes a lock that it shares with
 * the other threads of its process, or on PostgreSQL a lease, so that two nodes exclude each other too. A node that died loses its lease after ten seconds; one that was
 * only asleep finds its save refused by compare-and-set.
 */
export function createExclusion(database: Database, locks?: SharedLocks): JourneyStore["exclusively"] {
  const tails = new Map<string, Promise<unknown>>();

  return async (tenantId, id, work) => {
    const key = `${tenantId}\n${id}`;
    const before = tails.get(key);
    const mine = (async () => {
      await before?.catch(() => undefined);
      if (!canBeJourney(id)) return await work();
      if (database.kind === "postgres") return await underLease(database, tenantId, id, work);
      if (locks === undefined) return await work();
      const release = await locks.acquire(key);
      try {
        return await work();
      } finally {
        release();
      }
    })();
    tails.set(key, mine);
    try {
      return await mine;
    } finally {
      if (tails.get(key) === mine) tails.delete(key);
    }
  };
}

async function underLease<T>(
  database: Database,
  tenantId: string,
  id: string,
  work: () => Promise<T>,
): Promise<T> {
  const holder = randomUUID();
  for (let pause = firstPause; !(await takeLease(database, tenantId, id, holder)); ) {
    await delay(pause);
    pause = Math.min(pause * 2, longestPause);
  }
  const heartbeat = setInterval(() => {
    // A renewal that fails is followed by another; in the end compare-and-set decides.
    takeLease(database, tenantId, id, holder).catch(() => undefined);
  }, renewal);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    await database.quick
      .deleteFrom("journey_leases")
      .where("tenant_id", "=", tenantId)
      .where("id", "=", id)
      .where("holder", "=", holder)
      .execute();
  }
}

/** The database's own clock, so that nodes with different clocks agree. */
const databaseNow = sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`;

async function takeLease(database: Database, tenantId: string, id: string, holder: string): Promise<boolean> {
  const until = sql<number>`${databaseNow} + ${sql.lit(leaseLength)}`;
  const taken = await database.quick
    .insertInto("journey_leases")
    .values({ tenant_id: tenantId, id, holder, until })
    .onConflict((conflict) =>
      conflict
        .columns(["tenant_id", "id"])
        .doUpdateSet({ holder, until })
        .where((row) =>
          row.or([row("journey_leases.until", "<", databaseNow), row("journey_leases.holder", "=", holder)]),
        ),
    )
    .returning("holder")
    .executeTakeFirst();
  return taken !== undefined;
}
