import type { Sealer } from "../keys/sealed.ts";
import type { Database } from "./database.ts";
import { digestOf } from "./digest.ts";
import { prepare } from "./prepared.ts";
import type { Grant, GrantStore } from "./store.ts";

interface NewRow {
  readonly tenantId: string;
  readonly key: string;
  readonly family: string;
  readonly sealed: Uint8Array;
  readonly issued: number;
  readonly expires: number;
}

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
  const selectRevoked = prepare((key: { tenantId: string; family: string }) =>
    db
      .selectFrom("revoked_families")
      .select("family")
      .where("tenant_id", "=", key.tenantId)
      .where("family", "=", key.family),
  );
  const selectCode = prepare((row: { tenantId: string; key: string }) =>
    db.selectFrom("codes").selectAll().where("tenant_id", "=", row.tenantId).where("code_key", "=", row.key),
  );
  const selectToken = prepare((row: { tenantId: string; key: string }) =>
    db
      .selectFrom("refresh_tokens")
      .selectAll()
      .where("tenant_id", "=", row.tenantId)
      .where("token_key", "=", row.key),
  );
  const insertCode = prepare((row: NewRow) =>
    db.insertInto("codes").values({
      tenant_id: row.tenantId,
      code_key: row.key,
      family: row.family,
      sealed: row.sealed,
      issued: row.issued,
      expires: row.expires,
      redeemed: null,
    }),
  );
  const insertToken = prepare((row: NewRow) =>
    db.insertInto("refresh_tokens").values({
      tenant_id: row.tenantId,
      token_key: row.key,
      family: row.family,
      sealed: row.sealed,
      issued: row.issued,
      expires: row.expires,
      rotated: null,
    }),
  );
  // The condition and the mark are one statement: of concurrent calls one finds the code unredeemed.
  const markRedeemed = prepare((row: { tenantId: string; key: string; now: number }) =>
    db
      .updateTable("codes")
      .set({ redeemed: row.now })
      .where("tenant_id", "=", row.tenantId)
      .where("code_key", "=", row.key)
      .where("redeemed", "is", null)
      .where("expires", ">", row.now)
      .returning(["sealed", "family", "issued"]),
  );
  const markRotated = prepare((row: { tenantId: string; key: string; now: number }) =>
    db
      .updateTable("refresh_tokens")
      .set({ rotated: row.now })
      .where("tenant_id", "=", row.tenantId)
      .where("token_key", "=", row.key)
      .where("rotated", "is", null),
  );
  const findCode = async (tenantId: string, key: string) =>
    (await database.read(selectCode({ tenantId, key })))[0];
  const findToken = async (tenantId: string, key: string) =>
    (await database.read(selectToken({ tenantId, key })))[0];
  const isRevoked = async (tenantId: string, family: string) =>
    (await database.read(selectRevoked({ tenantId, family }))).length > 0;

  return {
    async putCode(tenantId, code, grant, family, issued, expires) {
      const key = digestOf(code);
      const sealed = seal(tenantId, "code", key, grant);
      await database.write(insertCode({ tenantId, key, family, sealed, issued, expires }));
    },

    async peekCode(tenantId, code) {
      const key = digestOf(code);
      const row = await findCode(tenantId, key);
      return row && open(tenantId, "code", key, row.sealed);
    },

    async codeIsLive(tenantId, code, now) {
      const row = await findCode(tenantId, digestOf(code));
      return row !== undefined && row.redeemed === null && row.expires > now;
    },

    async redeemCode(tenantId, code, now, peeked) {
      const key = digestOf(code);
      const [marked] = await database.write(markRedeemed({ tenantId, key, now }));
      const won = marked?.rows[0];
      if (won !== undefined) {
        const grant = peeked ?? open(tenantId, "code", key, won.sealed);
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
      const sealed = seal(tenantId, "refresh token", key, grant);
      await database.write(insertToken({ tenantId, key, family, sealed, issued, expires }));
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
        const [marked] = rotate ? await database.write(markRotated({ tenantId, key, now })) : [];
        if (!rotate || marked?.numAffectedRows === 1n)
          return { kind: "redeemed", grant, family, issued, expires };
      }
      // Somebody rotated it in between: that was just now.
      return { kind: "reused", rotatedAt: row.rotated ?? now, grant, family, issued, expires };
    },

    revokeFamily,
  };
}
