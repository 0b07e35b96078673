import type { MasterKey } from "../../keys/master-key.ts";
import type { Tenant } from "../../tenant/tenant.ts";
import { type Database, transact } from "../database.ts";
import { prepare } from "../prepared.ts";

/** Lock periods of the same length before the next longer one (user-flows.md 13). */
const periodsOfOneLength = 10;
const remembered = 3;

/** Smart lockout (user-flows.md 13): one counter for each account, and for each name that no account has. */
export interface Lockout {
  isLocked(subject: string, now: number): Promise<boolean>;
  /** Counts a wrong password; false where the subject was locked in the meantime, so that it must not be told wrong. */
  failed(subject: string, password: string, now: number): Promise<boolean>;
  /** Ends the count after a right password; false where the subject was locked in the meantime. */
  succeeded(subject: string, now: number): Promise<boolean>;
}

export function createLockout(database: Database, masterKey: MasterKey, tenant: Tenant): Lockout {
  const db = database.durable;
  const { threshold, durationInSeconds, maxDurationInSeconds } = tenant.smartLockout;

  const select = prepare((wanted: { tenantId: string; subject: string }) =>
    db
      .selectFrom("lockouts")
      .select(["failures", "locked_until"])
      .where("tenant_id", "=", wanted.tenantId)
      .where("subject", "=", wanted.subject),
  );
  const find = async (subject: string) => (await database.read(select({ tenantId: tenant.id, subject })))[0];

  return {
    async isLocked(subject, now) {
      const row = await find(subject);
      return row !== undefined && row.locked_until > now;
    },

    failed: (subject, password, now) =>
      transact(db, async (transaction) => {
        // The write comes first: it makes concurrent failures of one subject take turns.
        const row = await transaction
          .insertInto("lockouts")
          .values({
            tenant_id: tenant.id,
            subject,
            failures: 0,
            locks: 0,
            locked_until: 0,
            recent_wrong: "[]",
            updated: now,
          })
          .onConflict((conflict) => conflict.columns(["tenant_id", "subject"]).doUpdateSet({ updated: now }))
          .returning(["failures", "locks", "locked_until", "recent_wrong"])
          .executeTakeFirstOrThrow();
        if (row.locked_until > now) return false;
        const recent = JSON.parse(row.recent_wrong) as readonly string[];
        // Keyed: wrong passwords resemble the right one, and a copy of the database must not give them away.
        const digest = masterKey.digest("wrong password", tenant.id, subject, password);
        if (recent.includes(digest)) return true;
        const failures = row.failures + 1;
        const locks = row.locks + (failures >= threshold ? 1 : 0);
        await transaction
          .updateTable("lockouts")
          .set({
            failures,
            locks,
            locked_until: failures >= threshold ? now + lockPeriod(locks) : 0,
            recent_wrong: JSON.stringify([digest, ...recent].slice(0, remembered)),
          })
          .where("tenant_id", "=", tenant.id)
          .where("subject", "=", subject)
          .execute();
        return true;
      }),

    async succeeded(subject, now) {
      const row = await find(subject);
      if (row === undefined) return true;
      if (row.locked_until > now) return false;
      await db
        .deleteFrom("lockouts")
        .where("tenant_id", "=", tenant.id)
        .where("subject", "=", subject)
        .where("locked_until", "<=", now)
        .execute();
      return true;
    },
  };

  /** Milliseconds of the n-th lock. */
  function lockPeriod(n: number): number {
    const doublings = Math.floor((n - 1) / periodsOfOneLength);
    return Math.min(durationInSeconds * 2 ** doublings, maxDurationInSeconds) * 1000;
  }
}
