import { randomInt, timingSafeEqual } from "node:crypto";
import type { CheckCodeResult } from "@vestibule/engine";
import { sql } from "kysely";
import type { MasterKey } from "../keys/master-key.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { type Database, transact } from "./database.ts";
import { digestOf } from "./digest.ts";
import { exactForm } from "./directory/comparison.ts";

const lifetime = 10 * 60_000;
const tries = 5;
const sends = 5;
const sendWindow = 10 * 60_000;
/**
 * Five guesses at each code of each journey would be 3,600 a day at one address. As long as the longest lock of a
 * password (user-flows.md 13), so that a stranger keeps nobody out for longer.
 */
const sendsInLongRun = 20;
export const longSendWindow = 5 * 3_600_000;

export interface StoreParts {
  readonly database: Database;
  readonly masterKey: MasterKey;
  readonly now: () => number;
}

export type IssueResult =
  | { readonly kind: "sent" }
  | { readonly kind: "throttled" }
  /** The code reached nobody and is void; the attempt still counts against the limit. */
  | { readonly kind: "failed"; readonly error: unknown };

/** One-time codes of one tenant: 6 digits, 10 minutes, 5 tries, and as many as `SendLimits` allows. */
export interface OneTimeCodes {
  issue(scope: string, address: string, deliver: (code: string) => Promise<void>): Promise<IssueResult>;
  check(scope: string, address: string, code: string): Promise<CheckCodeResult>;
}

/** `channel` keeps the codes and counters of mail and phone apart. */
export function createOneTimeCodes(
  { database, masterKey, now }: StoreParts,
  tenant: Tenant,
  channel: "mail" | "phone",
): OneTimeCodes {
  const db = database.quick;
  const prefix = channel === "mail" ? "" : `${channel} `;
  const keyOf = (scope: string, address: string) => digestOf(`${prefix}code`, scope, exactForm(address));
  // Keyed: a plain hash of six digits is found by trying a million.
  const digestOfCode = (key: string, code: string) => masterKey.digest("one-time code", tenant.id, key, code);
  const limits = createSendLimits({ database, now }, tenant);

  return {
    async issue(scope, address, deliver) {
      const code = randomInt(1_000_000).toString().padStart(6, "0");
      const key = keyOf(scope, address);
      const digest = digestOfCode(key, code);
      const counter = digestOf(`${prefix}address`, exactForm(address));
      if (!(await limits.allows(counter))) return { kind: "throttled" };
      const fresh = { digest, expires: now() + lifetime, tries: 0 };
      await db
        .insertInto("verification_codes")
        .values({ tenant_id: tenant.id, code_key: key, ...fresh })
        .onConflict((conflict) => conflict.columns(["tenant_id", "code_key"]).doUpdateSet(fresh))
        .execute();
      try {
        await deliver(code);
        return { kind: "sent" };
      } catch (error) {
        await db
          .deleteFrom("verification_codes")
          .where("tenant_id", "=", tenant.id)
          .where("code_key", "=", key)
          .where("digest", "=", digest)
          .execute();
        return { kind: "failed", error };
      }
    },

    async check(scope, address, code) {
      const key = keyOf(scope, address);
      // The try is counted before it is judged: concurrent guesses get no more than five.
      const row = await db
        .updateTable("verification_codes")
        .set({ tries: sql<number>`tries + 1` })
        .where("tenant_id", "=", tenant.id)
        .where("code_key", "=", key)
        .where("expires", ">", now())
        .where("tries", "<", tries)
        .returning(["digest", "tries"])
        .executeTakeFirst();
      if (row === undefined) return await whyNot(key);
      if (!sameDigest(row.digest, digestOfCode(key, code.trim()))) {
        return { kind: row.tries >= tries ? "tooManyTries" : "wrong" };
      }
      const consumed = await db
        .deleteFrom("verification_codes")
        .where("tenant_id", "=", tenant.id)
        .where("code_key", "=", key)
        .where("digest", "=", row.digest)
        .executeTakeFirst();
      return { kind: consumed.numDeletedRows === 1n ? "verified" : "expired" };
    },
  };

  async function whyNot(key: string): Promise<CheckCodeResult> {
    const row = await db
      .selectFrom("verification_codes")
      .select("expires")
      .where("tenant_id", "=", tenant.id)
      .where("code_key", "=", key)
      .executeTakeFirst();
    return { kind: row !== undefined && row.expires > now() ? "tooManyTries" : "expired" };
  }
}

/** How often something may happen: by default 5 times in 10 minutes and 20 times in 5 hours. */
export interface SendLimits {
  /** Counts it and gives true, or gives false where there was enough of it. `counter` is a digest. */
  allows(
    counter: string,
    limit?: { readonly most: number; readonly within: number; readonly apart?: number },
  ): Promise<boolean>;
}

export function createSendLimits(
  { database, now }: Pick<StoreParts, "database" | "now">,
  tenant: Tenant,
): SendLimits {
  return {
    allows: (counter, limit) =>
      transact(database.quick, async (transaction) => {
        const at = now();
        const { sent } = await transaction
          .insertInto("verification_sends")
          .values({ tenant_id: tenant.id, address_key: counter, sent: "[]", updated: at })
          .onConflict((conflict) =>
            conflict.columns(["tenant_id", "address_key"]).doUpdateSet({ updated: at }),
          )
          .returning("sent")
          .executeTakeFirstOrThrow();
        const known = (JSON.parse(sent) as readonly number[]).filter((time) => time > at - longSendWindow);
        const { most, within, apart = 0 } = limit ?? { most: sends, within: sendWindow };
        const recent = known.filter((time) => time > at - within);
        const tooSoon = apart > 0 && known.some((time) => time > at - apart);
        if (tooSoon || recent.length >= most) return false;
        if (limit === undefined && known.length >= sendsInLongRun) return false;
        await transaction
          .updateTable("verification_sends")
          .set({ sent: JSON.stringify([...known, at]) })
          .where("tenant_id", "=", tenant.id)
          .where("address_key", "=", counter)
          .execute();
        return true;
      }),
  };
}

function sameDigest(one: string, other: string): boolean {
  const a = Buffer.from(one);
  const b = Buffer.from(other);
  return a.length === b.length && timingSafeEqual(a, b);
}
