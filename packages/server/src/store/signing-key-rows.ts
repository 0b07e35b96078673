import type { Kysely } from "kysely";
import type { Sealer } from "../keys/sealed.ts";
import { type Database, transact } from "./database.ts";
import type { Schema } from "./schema.ts";
import type { SigningKeyStore, StoredSigningKey } from "./store.ts";

/** Signing keys of a tenant's containers; the private key is sealed. */
export function createSigningKeyStore(database: Database, sealer: Sealer): SigningKeyStore {
  const db = database.durable;
  const context = (tenantId: string, container: string, kid: string) => ({
    tenantId,
    kind: "signing key",
    name: `${container}/${kid}`,
  });

  const list = async (from: Kysely<Schema>, tenantId: string, container: string) => {
    const rows = await from
      .selectFrom("signing_keys")
      .selectAll()
      .where("tenant_id", "=", tenantId)
      .where("container", "=", container.toLowerCase())
      .orderBy("position")
      .execute();
    return rows.map(
      (row): StoredSigningKey => ({
        kid: row.kid,
        privateKeyPem: sealer.open(context(tenantId, row.container, row.kid), row.sealed),
        notBefore: row.not_before,
        ...(row.expires !== null && { expires: row.expires }),
      }),
    );
  };

  const insert = async (
    transaction: Kysely<Schema>,
    tenantId: string,
    container: string,
    key: StoredSigningKey,
    position: number,
  ) => {
    await transaction
      .insertInto("signing_keys")
      .values({
        tenant_id: tenantId,
        container: container.toLowerCase(),
        kid: key.kid,
        sealed: sealer.seal(context(tenantId, container.toLowerCase(), key.kid), key.privateKeyPem),
        not_before: key.notBefore,
        expires: key.expires ?? null,
        position,
      })
      .execute();
  };

  return {
    async containers(tenantId) {
      const rows = await db
        .selectFrom("signing_keys")
        .select("container")
        .distinct()
        .where("tenant_id", "=", tenantId)
        .orderBy("container")
        .execute();
      return rows.map((row) => row.container);
    },

    list: (tenantId, container) => list(db, tenantId, container),

    addFirst: (tenantId, container, key) =>
      transact(db, async (transaction) => {
        const position = await nextPosition(transaction, tenantId, `signing/${container.toLowerCase()}`);
        const present = await list(transaction, tenantId, container);
        if (present.length > 0) return present;
        await insert(transaction, tenantId, container, key, position);
        return [key];
      }),

    add: (tenantId, container, key) =>
      transact(db, async (transaction) => {
        const position = await nextPosition(transaction, tenantId, `signing/${container.toLowerCase()}`);
        await insert(transaction, tenantId, container, key, position);
      }),
  };
}

/** The place of a container's next key. Its row is written first, so that writers of one container take turns. */
export async function nextPosition(
  transaction: Kysely<Schema>,
  tenantId: string,
  container: string,
): Promise<number> {
  const row = await transaction
    .insertInto("key_containers")
    .values({ tenant_id: tenantId, container, positions: 1 })
    .onConflict((conflict) =>
      conflict.columns(["tenant_id", "container"]).doUpdateSet((current) => ({
        positions: current("key_containers.positions", "+", 1),
      })),
    )
    .returning("positions")
    .executeTakeFirstOrThrow();
  return row.positions;
}
