import type { Sealer } from "../keys/sealed.ts";
import { type Database, transact } from "./database.ts";
import { prepare } from "./prepared.ts";
import { nextPosition } from "./signing-key-rows.ts";
import type { PolicyKeyStore, StoredPolicyKey } from "./store.ts";

/** Secrets and certificates of policy key containers, sealed. Container names compare without regard to case. */
export function createPolicyKeyStore(database: Database, sealer: Sealer): PolicyKeyStore {
  const db = database.durable;
  const context = (tenantId: string, container: string, id: string) => ({
    tenantId,
    kind: "policy key",
    name: `${container}/${id}`,
  });
  const select = prepare((wanted: { tenantId: string; container: string }) =>
    db
      .selectFrom("policy_keys")
      .selectAll()
      .where("tenant_id", "=", wanted.tenantId)
      .where("container", "=", wanted.container)
      .orderBy("position"),
  );

  return {
    async list(tenantId, container) {
      const rows = await database.read(select({ tenantId, container: container.toLowerCase() }));
      return rows.map(
        (row): StoredPolicyKey => ({
          id: row.id,
          kind: row.kind === "certificate" ? "certificate" : "secret",
          value: sealer.open(context(tenantId, row.container, row.id), row.sealed),
          uploaded: row.uploaded,
        }),
      );
    },

    async containers(tenantId) {
      const rows = await db
        .selectFrom("policy_keys")
        .select("container")
        .distinct()
        .where("tenant_id", "=", tenantId)
        .orderBy("container")
        .execute();
      return rows.map((row) => row.container);
    },

    add: (tenantId, container, key) =>
      transact(db, async (transaction) => {
        const name = container.toLowerCase();
        const position = await nextPosition(transaction, tenantId, `policy/${name}`);
        await transaction
          .insertInto("policy_keys")
          .values({
            tenant_id: tenantId,
            container: name,
            id: key.id,
            kind: key.kind,
            sealed: sealer.seal(context(tenantId, name, key.id), key.value),
            uploaded: key.uploaded,
            position,
          })
          .execute();
      }),

    async remove(tenantId, container, id) {
      let query = db
        .deleteFrom("policy_keys")
        .where("tenant_id", "=", tenantId)
        .where("container", "=", container.toLowerCase());
      if (id !== undefined) query = query.where("id", "=", id);
      const removed = await query.executeTakeFirst();
      return Number(removed.numDeletedRows);
    },
  };
}
