import { randomInt, timingSafeEqual } from "node:crypto";
import type { CheckCodeResult, VerificationPort } from "@vestibule/engine";
import { sql } from "kysely";
import type { MasterKey } from "../keys/master-key.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { type Database, transact } from "./database.ts";
import { digestOf } from "./digest.ts";
import { exactForm } from "./directory/comparison.ts";
import type { OutgoingMessage } from "./store.ts";
import { verificationMail } from "./verification-mail.ts";

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

export interface VerificationParts {
  readonly database: Database;
  readonly masterKey: MasterKey;
  readonly now: () => number;
}

/** One-time codes by e-mail; the numbers stand at the port (ports.ts). */
export function createVerification(
  { database, masterKey, now }: VerificationParts,
  tenant: Tenant,
  deliver: (message: OutgoingMessage) => Promise<void>,
): VerificationPort {
  const db = database.quick;
  const keyOf = (scope: string, address: string) => digestOf("code", scope, exactForm(address));
  // Keyed: a plain hash of six digits is found by trying a million.
  const digestOfCode = (key: string, code: string) => masterKey.digest("one-time code", tenant.id, key, code);

  return {
    async sendCode(scope, address, mail) {
      const code = randomInt(1_000_000).toString().padStart(6, "0");
      const key = keyOf(scope, address);
      const digest = digestOfCode(key, code);
      if (!(await store(key, digestOf("address", exactForm(address)), digest))) return { kind: "throttled" };
      try {
        await deliver(verificationMail(address, code, mail));
        return { kind: "sent" };
      } catch {
        // A code that reached nobody is void; the attempt still counts against the limit.
        await db
          .deleteFrom("verification_codes")
          .where("tenant_id", "=", tenant.id)
          .where("code_key", "=", key)
          .where("digest", "=", digest)
          .execute();
        return { kind: "failed" };
      }
    },

    async checkCode(scope, address, code) {
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

  /** Puts the new code in the old one's place; false where the address had its share of codes. */
  function store(key: string, addressKey: string, digest: string): Promise<boolean> {
    return transact(db, async (transaction) => {
      const at = now();
      const { sent } = await transaction
        .insertInto("verification_sends")
        .values({ tenant_id: tenant.id, address_key: addressKey, sent: "[]", updated: at })
        .onConflict((conflict) => conflict.columns(["tenant_id", "address_key"]).doUpdateSet({ updated: at }))
        .returning("sent")
        .executeTakeFirstOrThrow();
      const known = (JSON.parse(sent) as readonly number[]).filter((time) => time > at - longSendWindow);
      const recent = known.filter((time) => time > at - sendWindow);
      if (recent.length >= sends || known.length >= sendsInLongRun) return false;
      await transaction
        .updateTable("verification_sends")
        .set({ sent: JSON.stringify([...known, at]) })
        .where("tenant_id", "=", tenant.id)
        .where("address_key", "=", addressKey)
        .execute();
      const fresh = { digest, expires: at + lifetime, tries: 0 };
      await transaction
        .insertInto("verification_codes")
        .values({ tenant_id: tenant.id, code_key: key, ...fresh })
        .onConflict((conflict) => conflict.columns(["tenant_id", "code_key"]).doUpdateSet(fresh))
        .execute();
      return true;
    });
  }

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

function sameDigest(one: string, other: string): boolean {
  const a = Buffer.from(one);
  const b = Buffer.from(other);
  return a.length === b.length && timingSafeEqual(a, b);
}
