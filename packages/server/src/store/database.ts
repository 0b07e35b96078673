import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { type CompiledQuery, Kysely, PostgresDialect, type QueryResult, type Transaction } from "kysely";
import type { Schema } from "./schema.ts";
import type { SharedLocks } from "./shared-locks.ts";
import { SqliteFile } from "./sqlite-dialect.ts";

/** The open database. `quick` and `durable` reach the same tables. */
export interface Database {
  readonly kind: "sqlite" | "postgres";
  /** For journeys, sessions, codes, observations: a commit outlives the process; after a power cut the last may lack. */
  readonly quick: Kysely<Schema>;
  /** For the directory, grants that were revoked, keys: a commit outlives a power cut. */
  readonly durable: Kysely<Schema>;
  /** Runs a prepared query that only reads, outside of any transaction. */
  read<R>(query: CompiledQuery<R>): Promise<readonly R[]>;
  /**
   * Runs prepared queries as one transaction, with the promise of `quick`. On SQLite those that are asked for in the
   * same moment share a commit, so that one of them costs little more than its rows.
   */
  write<R>(...queries: readonly CompiledQuery<R>[]): Promise<readonly QueryResult<R>[]>;
  close(): Promise<void>;
}

export type DatabaseLocation = { readonly url: string } | { readonly file: string };

export interface DatabaseSharing {
  /** Of the threads that open the same SQLite file. */
  readonly locks?: SharedLocks;
  /** Connections to PostgreSQL at most; default 20. */
  readonly connections?: number;
}

/** Opens the database without touching its tables. `file` may be `:memory:`. */
export async function openDatabase(
  location: DatabaseLocation,
  { locks, connections = 20 }: DatabaseSharing = {},
): Promise<Database> {
  return "url" in location ? await openPostgres(location.url, connections) : openSqlite(location.file, locks);
}

function openSqlite(path: string, locks: SharedLocks | undefined): Database {
  if (path !== ":memory:") {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    makePrivate(path);
  }
  const file = new SqliteFile(path, locks);
  const quick = new Kysely<Schema>({ dialect: file.dialect("NORMAL") });
  const durable = new Kysely<Schema>({ dialect: file.dialect("FULL") });
  return {
    kind: "sqlite",
    quick,
    durable,
    read: async (query) => (await file.read(query)).rows,
    write: <R>(...queries: readonly CompiledQuery<R>[]) =>
      file.write(queries) as Promise<readonly QueryResult<R>[]>,
    close: () => file.end(),
  };
}

/**
 * Makes a new file for its owner only, whatever folder it lies in: it holds hashes of passwords and people's data.
 * SQLite gives its log and its shared memory the rights of the file.
 *
 * A file that is there is not opened: to close it again would end the locks that SQLite has on it for another thread of
 * this process (POSIX gives them to the process). A backup by an older sqlite3 would then delete the log under the server.
 * https://www.sqlite.org/howtocorrupt.html, 2.2
 */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch {
    // It is there already, or SQLite says why it cannot be had.
  }
}

const int8 = 20;

async function openPostgres(url: string, connections: number): Promise<Database> {
  // Loaded where it is used: the embedded database needs none of it.
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 10_000,
    types: {
      // Every bigint of ours is a time or a count, far below 2^53.
      getTypeParser: ((oid: number, format?: "text" | "binary") =>
        oid === int8 && format !== "binary"
          ? Number
          : pg.types.getTypeParser(oid, format as "text")) as typeof pg.types.getTypeParser,
    },
  });
  // An idle connection that the server drops must not end the process; the next query opens another.
  pool.on("error", () => undefined);
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  return {
    kind: "postgres",
    quick: db,
    durable: db,
    read: async (query) => (await db.executeQuery(query)).rows,
    async write(...queries) {
      const [only, ...others] = queries;
      if (only !== undefined && others.length === 0) return [await db.executeQuery(only)];
      return await transact(db, async (transaction) => {
        const results: QueryResult<never>[] = [];
        for (const query of queries) results.push(await transaction.executeQuery<never>(query));
        return results;
      });
    },
    close: () => db.destroy(),
  };
}

const retryable = new Set(["40001", "40P01"]);

/**
 * Runs `work` in a transaction; repeats it where PostgreSQL gave it up for a deadlock or a serialization conflict.
 * `work` must have no effect but through the transaction, and must wait for nothing else: on SQLite everybody waits
 * for it.
 */
export async function transact<T>(
  db: Kysely<Schema>,
  work: (transaction: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      if (attempt >= 5 || !retryable.has(code)) throw error;
    }
  }
}
