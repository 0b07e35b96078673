import { setImmediate as nextTurn } from "node:timers/promises";
import { type Kysely, sql } from "kysely";
import type { Database } from "./database.ts";
import { originLifetime } from "./directory/directory.ts";
import { longSendWindow } from "./one-time-codes.ts";
import type { Schema } from "./schema.ts";

const hour = 3_600_000;
const day = 24 * hour;

/** How long what is kept without an end of its own is kept, in milliseconds. */
export interface Retention {
  /** After the last save. */
  readonly journeys: number;
  readonly audit: number;
  readonly traces: number;
  /** Exchanges with REST APIs. */
  readonly calls: number;
  readonly outbox: number;
  /** Newest rows kept a tenant, whatever their age. */
  readonly tracesPerTenant: number;
  readonly callsPerTenant: number;
}

export const defaultRetention: Retention = {
  journeys: 2 * hour,
  audit: 7 * day,
  traces: day,
  calls: day,
  outbox: day,
  tracesPerTenant: 2_000,
  callsPerTenant: 2_000,
};

/** Seconds that codes and tokens outlive their end: a replay is still recognised, an expired one told from a false one. */
const codeAfterlife = 3_600;
const tokenAfterlife = 86_400;

/** Rows removed at a time: SQLite works on the thread that answers requests, and they come first. */
const batch = 500;

/** Removes what has expired at `now`, in milliseconds since 1970. */
export async function sweep(database: Database, retention: Retention, now: number): Promise<void> {
  const db = database.quick;
  const seconds = Math.floor(now / 1000);
  await removeBefore(db, "journeys", "id", "updated", now - retention.journeys);
  await removeBefore(db, "codes", "code_key", "expires", seconds - codeAfterlife);
  await removeBefore(db, "refresh_tokens", "token_key", "expires", seconds - tokenAfterlife);
  await removeBefore(db, "verification_codes", "code_key", "expires", now);
  await removeBefore(db, "verification_sends", "address_key", "updated", now - longSendWindow);
  await removeBefore(db, "authenticator_checks", "check_key", "expires", now);
  await removeBefore(db, "phone_calls", "call_key", "expires", now);
  await removeBefore(db, "account_origins", "origin_key", "created", now - originLifetime);
  await removeBefore(db, "outbox", "id", "at", now - retention.outbox);
  await removeBefore(db, "audit", "id", "at", now - retention.audit);
  await removeBefore(db, "calls", "id", "at", now - retention.calls);
  await sweepSessions(db, seconds);
  await sweepFamilies(db);
  await sweepLockouts(db, now);
  await sweepTraces(db, retention, now);
  if (database.kind === "postgres") {
    await sql`delete from journey_leases where until < extract(epoch from clock_timestamp()) * 1000`.execute(
      db,
    );
  }
}

async function removeBefore<T extends keyof Schema>(
  db: Kysely<Schema>,
  table: T,
  key: keyof Schema[T] & string,
  column: keyof Schema[T] & string,
  limit: number,
): Promise<void> {
  await inBatches(async () => {
    const removed = await sql`
      delete from ${sql.table(table)} where (tenant_id, ${sql.ref(key)}) in (
        select tenant_id, ${sql.ref(key)} from ${sql.table(table)}
        where ${sql.ref(column)} < ${limit} limit ${sql.lit(batch)}
      )`.execute(db);
    return Number(removed.numAffectedRows ?? 0n);
  });
}

/** Repeats until a round finds less than a whole batch; requests get their turn between rounds. */
async function inBatches(round: () => Promise<number>): Promise<void> {
  while ((await round()) >= batch) await nextTurn();
}

async function sweepSessions(db: Kysely<Schema>, seconds: number): Promise<void> {
  await inBatches(async () => {
    const expired = await db
      .selectFrom("sessions")
      .select(["tenant_id", "handle_key"])
      .where("expires", "<=", seconds)
      .limit(batch)
      .execute();
    for (const { tenant_id, handle_key } of expired) {
      // Expired still: the browser may have come back in between.
      const removed = await db
        .deleteFrom("sessions")
        .where("tenant_id", "=", tenant_id)
        .where("handle_key", "=", handle_key)
        .where("expires", "<=", seconds)
        .executeTakeFirst();
      if (removed.numDeletedRows === 0n) continue;
      await db
        .deleteFrom("session_accounts")
        .where("tenant_id", "=", tenant_id)
        .where("handle_key", "=", handle_key)
        .execute();
    }
    return expired.length;
  });
}

/** A revoked family is remembered as long as a code or token of it is. There are few of them. */
async function sweepFamilies(db: Kysely<Schema>): Promise<void> {
  await db
    .deleteFrom("revoked_families")
    .where(({ and, not, exists, selectFrom }) =>
      and([
        not(
          exists(
            selectFrom("refresh_tokens")
              .select("token_key")
              .whereRef("refresh_tokens.tenant_id", "=", "revoked_families.tenant_id")
              .whereRef("refresh_tokens.family", "=", "revoked_families.family"),
          ),
        ),
        not(
          exists(
            selectFrom("codes")
              .select("code_key")
              .whereRef("codes.tenant_id", "=", "revoked_families.tenant_id")
              .whereRef("codes.family", "=", "revoked_families.family"),
          ),
        ),
      ]),
    )
    .execute();
}

/** Counters of accounts last until the next right password; those of names that nobody has do not. */
async function sweepLockouts(db: Kysely<Schema>, now: number): Promise<void> {
  await db
    .deleteFrom("lockouts")
    .where("updated", "<", now - day)
    .where("locked_until", "<", now)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("accounts")
            .select("object_id")
            .whereRef("accounts.tenant_id", "=", "lockouts.tenant_id")
            .whereRef("accounts.object_id", "=", "lockouts.subject"),
        ),
      ),
    )
    .execute();
}

async function sweepTraces(db: Kysely<Schema>, retention: Retention, now: number): Promise<void> {
  const tenants = await db.selectFrom("journey_summaries").select("tenant_id").distinct().execute();
  for (const { tenant_id } of tenants) {
    const crowded = await newestButSome(
      db,
      "journey_summaries",
      "updated",
      tenant_id,
      retention.tracesPerTenant,
    );
    const limit = Math.max(now - retention.traces, (crowded ?? -1) + 1);
    await inBatches(async () => {
      const old = await db
        .deleteFrom("journey_summaries")
        .where("tenant_id", "=", tenant_id)
        .where("id", "in", (query) =>
          query
            .selectFrom("journey_summaries as old")
            .select("old.id")
            .where("old.tenant_id", "=", tenant_id)
            .where("old.updated", "<", limit)
            .limit(batch),
        )
        .returning("id")
        .execute();
      for (const { id } of old) {
        await db
          .deleteFrom("traces")
          .where("tenant_id", "=", tenant_id)
          .where("journey_id", "=", id)
          .execute();
      }
      return old.length;
    });
  }
  const callers = await db.selectFrom("calls").select("tenant_id").distinct().execute();
  for (const { tenant_id } of callers) {
    const crowded = await newestButSome(db, "calls", "at", tenant_id, retention.callsPerTenant);
    if (crowded === undefined) continue;
    await db.deleteFrom("calls").where("tenant_id", "=", tenant_id).where("at", "<=", crowded).execute();
  }
}

/** Time of the newest row that is one too many; undefined where the tenant has no more than `count`. */
async function newestButSome(
  db: Kysely<Schema>,
  table: "journey_summaries" | "calls",
  column: "updated" | "at",
  tenantId: string,
  count: number,
): Promise<number | undefined> {
  const found = await sql<{ readonly time: number }>`
    select ${sql.ref(column)} as time from ${sql.table(table)} where tenant_id = ${tenantId}
    order by ${sql.ref(column)} desc limit 1 offset ${sql.lit(count)}`.execute(db);
  return found.rows[0]?.time;
}
