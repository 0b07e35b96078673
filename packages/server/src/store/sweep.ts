import { type Kysely, sql } from "kysely";
import type { Database } from "./database.ts";
import { originLifetime } from "./directory/directory.ts";
import type { Schema } from "./schema.ts";

const hour = 3_600_000;
const day = 24 * hour;

/** How long what is kept without an end of its own is kept, in milliseconds. */
export interface Retention {
  /** After the last save. */
  readonly journeys: number;
  readonly audit: number;
  readonly traces: number;
  readonly outbox: number;
  /** Newest rows kept a tenant, whatever their age. */
  readonly tracesPerTenant: number;
  readonly callsPerTenant: number;
}

export const defaultRetention: Retention = {
  journeys: 2 * hour,
  audit: 7 * day,
  traces: day,
  outbox: day,
  tracesPerTenant: 2_000,
  callsPerTenant: 2_000,
};

/** Seconds that codes and tokens outlive their end: a replay is still recognised, an expired one told from a false one. */
const codeAfterlife = 3_600;
const tokenAfterlife = 86_400;

/** Removes what has expired at `now`, in milliseconds since 1970. */
export async function sweep(database: Database, retention: Retention, now: number): Promise<void> {
  const db = database.quick;
  const seconds = Math.floor(now / 1000);
  await db
    .deleteFrom("journeys")
    .where("updated", "<", now - retention.journeys)
    .execute();
  await db
    .deleteFrom("codes")
    .where("expires", "<", seconds - codeAfterlife)
    .execute();
  await db
    .deleteFrom("refresh_tokens")
    .where("expires", "<", seconds - tokenAfterlife)
    .execute();
  await sweepSessions(db, seconds);
  await sweepFamilies(db);
  await db.deleteFrom("verification_codes").where("expires", "<", now).execute();
  await db
    .deleteFrom("verification_sends")
    .where("updated", "<", now - hour)
    .execute();
  await db
    .deleteFrom("lockouts")
    .where("updated", "<", now - day)
    .where("locked_until", "<", now)
    // Counters of accounts last until the next right password; those of names that nobody has do not.
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
  await db
    .deleteFrom("account_origins")
    .where("created", "<", now - originLifetime)
    .execute();
  await db
    .deleteFrom("outbox")
    .where("at", "<", now - retention.outbox)
    .execute();
  await db
    .deleteFrom("audit")
    .where("at", "<", now - retention.audit)
    .execute();
  await sweepObservations(db, retention, now);
  if (database.kind === "postgres") {
    await sql`delete from journey_leases where until < extract(epoch from clock_timestamp()) * 1000`.execute(
      db,
    );
  }
}

async function sweepSessions(db: Kysely<Schema>, seconds: number): Promise<void> {
  await db.deleteFrom("sessions").where("expires", "<=", seconds).execute();
  await db
    .deleteFrom("session_accounts")
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("sessions")
            .select("handle_key")
            .whereRef("sessions.tenant_id", "=", "session_accounts.tenant_id")
            .whereRef("sessions.handle_key", "=", "session_accounts.handle_key"),
        ),
      ),
    )
    .execute();
}

/** A revoked family is remembered as long as a code or token of it is. */
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

async function sweepObservations(db: Kysely<Schema>, retention: Retention, now: number): Promise<void> {
  await db
    .deleteFrom("calls")
    .where("at", "<", now - retention.traces)
    .execute();
  await db
    .deleteFrom("journey_summaries")
    .where("updated", "<", now - retention.traces)
    .execute();
  const tenants = await db.selectFrom("journey_summaries").select("tenant_id").distinct().execute();
  for (const { tenant_id } of tenants) {
    await keepNewest(db, tenant_id, retention);
  }
  await db
    .deleteFrom("traces")
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("journey_summaries")
            .select("id")
            .whereRef("journey_summaries.tenant_id", "=", "traces.tenant_id")
            .whereRef("journey_summaries.id", "=", "traces.journey_id"),
        ),
      ),
    )
    .execute();
}

async function keepNewest(db: Kysely<Schema>, tenantId: string, retention: Retention): Promise<void> {
  const oldestSummary = await db
    .selectFrom("journey_summaries")
    .select("updated")
    .where("tenant_id", "=", tenantId)
    .orderBy("updated", "desc")
    .offset(retention.tracesPerTenant)
    .limit(1)
    .executeTakeFirst();
  if (oldestSummary !== undefined) {
    await db
      .deleteFrom("journey_summaries")
      .where("tenant_id", "=", tenantId)
      .where("updated", "<=", oldestSummary.updated)
      .execute();
  }
  const oldestCall = await db
    .selectFrom("calls")
    .select("at")
    .where("tenant_id", "=", tenantId)
    .orderBy("at", "desc")
    .offset(retention.callsPerTenant)
    .limit(1)
    .executeTakeFirst();
  if (oldestCall !== undefined) {
    await db.deleteFrom("calls").where("tenant_id", "=", tenantId).where("at", "<=", oldestCall.at).execute();
  }
}
