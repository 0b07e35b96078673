import type { Sealer } from "../keys/sealed.ts";
import type { Database } from "./database.ts";
import { digestOf } from "./digest.ts";
import type { Grant, GrantStore } from "./store.ts";

/** Authorization codes and refresh tokens, by the SHA-256 of their handle (protocol.md 3.6 and 7). */
export function createGrantStore(database: Database, sealer: Sealer): GrantStore {
  const db = database.quick;
  const seal = (tenantId: string, kind: string, key: string, grant: Grant) =>
    sealer.seal({ tenantId, kind, name: key }, JSON.stringify(grant));
  const open = (tenantId: string, kind: string, key: string, sealed: Uint8Array) =>
    JSON.parse(sealer.open({ tenantId, kind, name: key }, sealed)) as Grant;

  // A replayed code or a reused refresh token is an attack: its revocation must outlive a power cut.
  const revokeFamily = async (tenantId: string, family: string) => {
    await database.durable
      .insertInto("revoked_families")
      .values({ tenant_id: tenantId, family })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  };
  const isRevoked = async (tenantId: string, family: string) =>
    (await db
      .selectFrom("revoked_families")
      .select("family")
      .where("tenant_id", "=", tenantId)
      .where("family", "=", family)
      .executeTakeFirst()) !== undefined;

  const findCode = (tenantId: string, key: string) =>
    db
      .selectFrom("codes")
      .selectAll()
      .where("tenant_id", "=", tenantId)
      .where("code_key", "=", key)
      .executeTakeFirst();
  const findToken = (tenantId: string, key: string) =>
    db
      .selectFrom("refresh_tokens")
      .selectAll()
      .where("tenant_id", "=", tenantId)
      .where("token_key", "=", key)
      .executeTakeFirst();

  return {
    async putCode(tenantId, code, grant, family, issued, expires) {
      const key = digestOf(code);
      await db
        .insertInto("codes")
        .values({
          tenant_id: tenantId,
          code_key: key,
          family,
          sealed: seal(tenantId, "code", key, grant),
          issued,
          expires,
          redeemed: null,
        })
        .execute();
    },

    async peekCode(tenantId, code) {
      const key = digestOf(code);
      const row = await findCode(tenantId, key);
      return row && open(tenantId, "code", key, row.sealed);
    },

    async redeemCode(tenantId, code, now) {
      const key = digestOf(code);
      // The condition and the mark are one statement: of concurrent calls one finds the code unredeemed.
      const won = await db
        .updateTable("codes")
        .set({ redeemed: now })
        .where("tenant_id", "=", tenantId)
        .where("code_key", "=", key)
        .where("redeemed", "is", null)
        .where("expires", ">", now)
        .returning(["sealed", "family", "issued"])
        .executeTakeFirst();
      if (won !== undefined) {
        const grant = open(tenantId, "code", key, won.sealed);
        return { kind: "redeemed", grant, family: won.family, issued: won.issued };
      }
      const row = await findCode(tenantId, key);
      if (row === undefined) return { kind: "unknown" };
      if (row.redeemed === null) return { kind: "expired", issued: row.issued, expires: row.expires };
      await revokeFamily(tenantId, row.family);
      return { kind: "replayed" };
    },

    async putRefreshToken(tenantId, token, grant, family, issued, expires) {
      const key = digestOf(token);
      await db
        .insertInto("refresh_tokens")
        .values({
          tenant_id: tenantId,
          token_key: key,
          family,
          sealed: seal(tenantId, "refresh token", key, grant),
          issued,
          expires,
          rotated: null,
        })
        .execute();
    },

    async peekRefreshToken(tenantId, token) {
      const key = digestOf(token);
      const row = await findToken(tenantId, key);
      return row && open(tenantId, "refresh token", key, row.sealed);
    },

    async redeemRefreshToken(tenantId, token, now, rotate) {
      const key = digestOf(token);
      const row = await findToken(tenantId, key);
      if (row === undefined) return { kind: "unknown" };
      if (await isRevoked(tenantId, row.family)) return { kind: "revoked" };
      const { issued, expires, family } = row;
      if (expires <= now) return { kind: "expired", issued, expires };
      const grant = open(tenantId, "refresh token", key, row.sealed);
      if (row.rotated === null) {
        const won =
          !rotate ||
          (
            await db
              .updateTable("refresh_tokens")
              .set({ rotated: now })
              .where("tenant_id", "=", tenantId)
              .where("token_key", "=", key)
              .where("rotated", "is", null)
              .executeTakeFirst()
          ).numUpdatedRows === 1n;
        if (won) return { kind: "redeemed", grant, family, issued, expires };
      }
      // Somebody rotated it in between: that was just now.
      return { kind: "reused", rotatedAt: row.rotated ?? now, grant, family, issued, expires };
    },

    revokeFamily,
  };
}
