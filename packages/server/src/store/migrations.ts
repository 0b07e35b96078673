import { type CreateTableBuilder, type Kysely, sql } from "kysely";
import type { Database } from "./database.ts";

interface Column {
  readonly name: string;
  readonly type: "text" | "bigint" | "bytes";
  readonly optional?: true;
}

interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  readonly indexes?: readonly (readonly string[])[];
  /** Rows of a few short columns: on SQLite they live in the key's own tree, one look-up less. */
  readonly small?: true;
}

const text = (name: string): Column => ({ name, type: "text" });
const number = (name: string): Column => ({ name, type: "bigint" });
const bytes = (name: string): Column => ({ name, type: "bytes" });
const optional = (column: Column): Column => ({ ...column, optional: true });

/** The tables of the first version; schema.ts says what is in them. */
const groundFloor: readonly Table[] = [
  {
    name: "accounts",
    columns: [
      text("object_id"),
      number("enabled"),
      text("identities"),
      text("user_principal_name"),
      text("attributes"),
      number("created"),
      number("sessions_valid_from"),
      optional(text("password_hash")),
      optional(text("previous_password_hash")),
      optional(number("password_changed")),
      number("must_change_password"),
      number("revision"),
    ],
    primaryKey: ["object_id"],
  },
  {
    name: "account_origins",
    small: true,
    columns: [text("origin_key"), text("object_id"), number("created")],
    primaryKey: ["origin_key"],
    indexes: [["created"]],
  },
  {
    name: "account_identities",
    small: true,
    columns: [text("identity_key"), text("object_id")],
    primaryKey: ["identity_key"],
    indexes: [["tenant_id", "object_id"]],
  },
  {
    name: "account_values",
    small: true,
    columns: [text("value_key"), text("object_id")],
    primaryKey: ["value_key", "object_id"],
    indexes: [["tenant_id", "object_id"]],
  },
  {
    name: "extension_definitions",
    small: true,
    columns: [text("name_key"), text("name"), text("data_type")],
    primaryKey: ["name_key"],
  },
  {
    name: "lockouts",
    columns: [
      text("subject"),
      number("failures"),
      number("locks"),
      number("locked_until"),
      text("recent_wrong"),
      number("updated"),
    ],
    primaryKey: ["subject"],
    indexes: [["updated"]],
  },
  {
    name: "journeys",
    columns: [text("id"), number("revision"), bytes("sealed"), number("updated")],
    primaryKey: ["id"],
    indexes: [["updated"]],
  },
  {
    name: "journey_leases",
    small: true,
    columns: [text("id"), text("holder"), number("until")],
    primaryKey: ["id"],
  },
  {
    name: "sessions",
    columns: [text("handle_key"), bytes("sealed"), number("expires")],
    primaryKey: ["handle_key"],
    indexes: [["expires"]],
  },
  {
    name: "session_accounts",
    small: true,
    columns: [text("object_id"), text("handle_key")],
    primaryKey: ["object_id", "handle_key"],
    indexes: [["tenant_id", "handle_key"]],
  },
  {
    name: "codes",
    columns: [
      text("code_key"),
      text("family"),
      bytes("sealed"),
      number("issued"),
      number("expires"),
      optional(number("redeemed")),
    ],
    primaryKey: ["code_key"],
    indexes: [["expires"]],
  },
  {
    name: "refresh_tokens",
    columns: [
      text("token_key"),
      text("family"),
      bytes("sealed"),
      number("issued"),
      number("expires"),
      optional(number("rotated")),
    ],
    primaryKey: ["token_key"],
    indexes: [["expires"], ["tenant_id", "family"]],
  },
  { name: "revoked_families", small: true, columns: [text("family")], primaryKey: ["family"] },
  {
    name: "signing_keys",
    columns: [
      text("container"),
      text("kid"),
      bytes("sealed"),
      number("not_before"),
      optional(number("expires")),
      number("position"),
    ],
    primaryKey: ["container", "kid"],
  },
  {
    name: "policy_keys",
    columns: [
      text("container"),
      text("id"),
      text("kind"),
      bytes("sealed"),
      number("uploaded"),
      number("position"),
    ],
    primaryKey: ["container", "id"],
  },
  { name: "key_containers", columns: [text("container"), number("positions")], primaryKey: ["container"] },
  {
    name: "verification_codes",
    columns: [text("code_key"), text("digest"), number("expires"), number("tries")],
    primaryKey: ["code_key"],
    indexes: [["expires"]],
  },
  {
    name: "verification_sends",
    columns: [text("address_key"), text("sent"), number("updated")],
    primaryKey: ["address_key"],
    indexes: [["updated"]],
  },
  {
    name: "outbox",
    columns: [text("id"), number("at"), bytes("sealed")],
    primaryKey: ["id"],
    indexes: [["at"]],
  },
  {
    name: "audit",
    columns: [text("id"), number("at"), text("data")],
    primaryKey: ["id"],
    indexes: [["tenant_id", "at"]],
  },
  {
    name: "calls",
    columns: [text("id"), number("at"), text("data")],
    primaryKey: ["id"],
    indexes: [["tenant_id", "at"]],
  },
  {
    name: "journey_summaries",
    columns: [text("id"), number("updated"), text("data")],
    primaryKey: ["id"],
    indexes: [["tenant_id", "updated"]],
  },
  {
    name: "traces",
    columns: [text("journey_id"), text("id"), number("at"), text("entries")],
    primaryKey: ["journey_id", "id"],
  },
];

const phoneCalls: Table = {
  name: "phone_calls",
  columns: [text("call_key"), text("token_key"), text("state"), number("expires")],
  primaryKey: ["call_key"],
  indexes: [["tenant_id", "token_key"], ["expires"]],
};

const authenticators: readonly Table[] = [
  {
    name: "authenticators",
    columns: [
      text("id"),
      text("object_id"),
      text("user_key"),
      bytes("sealed"),
      number("created"),
      number("last_step"),
    ],
    primaryKey: ["id"],
    indexes: [
      ["tenant_id", "object_id"],
      ["tenant_id", "user_key"],
    ],
  },
  {
    name: "authenticator_checks",
    columns: [
      text("check_key"),
      text("object_id"),
      text("user_key"),
      optional(bytes("sealed")),
      number("tries"),
      number("expires"),
    ],
    primaryKey: ["check_key"],
    indexes: [["expires"]],
  },
];
/** Notifications to APIs that wait for their delivery. */
const notifications: Table = {
  name: "notifications",
  columns: [
    text("id"),
    text("lane"),
    text("state"),
    number("created"),
    number("due"),
    number("attempts"),
    text("holder"),
    number("held_until"),
    text("problem"),
    bytes("sealed"),
  ],
  primaryKey: ["id"],
  indexes: [["state", "due"], ["holder"]],
};

/** In order; a migration that was released is never changed, a new one is added at the end. */
const migrations: readonly ((db: Kysely<unknown>, kind: Database["kind"]) => Promise<void>)[] = [
  async (db, kind) => {
    for (const table of groundFloor) await createTable(db, kind, table);
  },
  (db, kind) => createTable(db, kind, phoneCalls),
  async (db, kind) => {
    for (const table of authenticators) await createTable(db, kind, table);
  },
  (db, kind) => createTable(db, kind, notifications),
];

/** An arbitrary constant of ours: the advisory lock that makes starting nodes migrate one after the other. */
const migrationLock = 7_283_650_114;

/**
 * Brings the tables to this version. Runs in one transaction under a lock, so that a crash leaves the old version and
 * two nodes that start together do it once. Throws where the database was written by a newer version.
 */
export async function migrate(database: Database): Promise<void> {
  await database.durable.transaction().execute(async (transaction) => {
    const db = transaction as unknown as Kysely<{ readonly schema_version: { readonly version: number } }>;
    if (database.kind === "postgres") await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(db);
    await sql`create table if not exists schema_version (version bigint not null)`.execute(db);
    const row = await db.selectFrom("schema_version").select("version").executeTakeFirst();
    const version = row?.version ?? 0;
    if (version > migrations.length) {
      throw new Error(
        `The database has schema version ${version}; this version of the server knows ${migrations.length}. ` +
          "Start the server version that wrote it, or a newer one.",
      );
    }
    if (version === migrations.length) return;
    for (const step of migrations.slice(version)) {
      await step(transaction as unknown as Kysely<unknown>, database.kind);
    }
    await db.deleteFrom("schema_version").execute();
    await db.insertInto("schema_version").values({ version: migrations.length }).execute();
  });
}

async function createTable(db: Kysely<unknown>, kind: Database["kind"], table: Table): Promise<void> {
  const typeOf = (column: Column) => {
    if (column.type === "bytes") return kind === "sqlite" ? sql`blob` : sql`bytea`;
    return kind === "sqlite" && column.type === "bigint" ? sql`integer` : sql.raw(column.type);
  };
  const columns = [text("tenant_id"), ...table.columns];
  let builder: CreateTableBuilder<string, string> = db.schema.createTable(table.name);
  for (const column of columns) {
    builder = builder.addColumn(column.name, typeOf(column), (definition) =>
      column.optional ? definition : definition.notNull(),
    );
  }
  builder = builder.addPrimaryKeyConstraint(`${table.name}_key`, ["tenant_id", ...table.primaryKey]);
  if (kind === "sqlite" && table.small) builder = builder.modifyEnd(sql`without rowid`);
  await builder.execute();
  for (const [position, index] of (table.indexes ?? []).entries()) {
    await db.schema
      .createIndex(`${table.name}_by_${position}`)
      .on(table.name)
      .columns([...index])
      .execute();
  }
}
