import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { GroupCommit } from "./group-commit.ts";
import type { SharedLocks } from "./shared-locks.ts";

/** What a commit promises: `FULL` survives a power cut, `NORMAL` survives the death of the process. */
export type Durability = "FULL" | "NORMAL";

/**
 * One SQLite file with one connection. Two Kysely dialects share it, one for each durability: the pragma is changed
 * between transactions, under the mutex that makes them take turns.
 */
export class SqliteFile {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, PreparedStatement>();
  #durability: Durability = "FULL";
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  /** Of the threads that have the same file open: who writes next is told so, and need not ask again and again. */
  readonly #locks: SharedLocks | undefined;
  #endTurn: (() => void) | undefined;
  readonly #group = new GroupCommit({
    acquire: () => this.acquire(),
    begin: () => this.begin("NORMAL"),
    run: (query) => this.run(query.sql, query.parameters),
    commit: () => this.commit(),
    rollback: () => this.rollback(),
  });

  constructor(file: string, locks?: SharedLocks) {
    this.#locks = locks;
    this.#database = new DatabaseSync(file, { timeout: 5000 });
    this.#database.exec("PRAGMA journal_mode = WAL");
    this.#database.exec("PRAGMA synchronous = FULL");
    this.#database.exec("PRAGMA foreign_keys = ON");
    // Deleted rows hold personal data: their bytes are overwritten where that costs no extra page.
    this.#database.exec("PRAGMA secure_delete = FAST");
    // Fewer checkpoints: each one waits for the disk. 16 MiB of log at most are read again after a crash.
    this.#database.exec("PRAGMA wal_autocheckpoint = 4000");
    // 8 MB; the system caches the file too. SQLite walks through its whole cache whenever a commit split a page.
    this.#database.exec("PRAGMA cache_size = -8000");
    // From here on a locked file is waited for without holding up the process: see `patiently`.
    this.#database.exec("PRAGMA busy_timeout = 0");
  }

  dialect(durability: Durability): Dialect {
    return {
      createDriver: () => new SqliteFileDriver(this, durability),
      createQueryCompiler: () => new SqliteQueryCompiler(),
      createAdapter: () => new SharedConnectionAdapter(),
      createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
    };
  }

  /** Waits for the turn; the returned function ends it. */
  async acquire(): Promise<() => void> {
    const before = this.#tail;
    let release: () => void = () => undefined;
    this.#tail = new Promise((resolve) => {
      release = resolve;
    });
    this.#waiting += 1;
    if (this.#waiting > 1) await before;
    return () => {
      this.#waiting -= 1;
      release();
    };
  }

  /** Reads outside of any transaction; waits while somebody is in the middle of one. */
  async read<R>(query: CompiledQuery<R>): Promise<QueryResult<R>> {
    if (this.#waiting === 0) {
      try {
        return this.run(query.sql, query.parameters);
      } catch (error) {
        if (!isBusy(error)) throw error;
      }
    }
    const release = await this.acquire();
    try {
      return await patiently(() => this.run(query.sql, query.parameters));
    } finally {
      release();
    }
  }

  /** Runs the queries as one transaction, committed with `NORMAL` together with others of the same moment. */
  write(queries: readonly CompiledQuery[]): Promise<readonly QueryResult<unknown>[]> {
    return this.#group.write(queries);
  }

  async begin(durability: Durability): Promise<void> {
    this.setDurability(durability);
    this.#endTurn = await this.#locks?.acquireWrite();
    try {
      // `immediate`: a second process on the same file waits here, not in the middle of the work.
      await patiently(() => this.run("begin immediate", []));
    } catch (error) {
      this.#passTurn();
      throw error;
    }
  }

  /** Where it throws, `rollback` must follow. */
  commit(): void {
    this.run("commit", []);
    this.#passTurn();
  }

  rollback(): void {
    try {
      // A statement or commit that failed (a full disk) may have ended the transaction already.
      if (this.#database.isTransaction) this.run("rollback", []);
    } finally {
      this.#passTurn();
    }
  }

  #passTurn(): void {
    this.#endTurn?.();
    this.#endTurn = undefined;
  }

  setDurability(durability: Durability): void {
    if (durability === this.#durability) return;
    this.#database.exec(`PRAGMA synchronous = ${durability}`);
    this.#durability = durability;
  }

  run<R>(sql: string, parameters: readonly unknown[]): QueryResult<R> {
    const { statement, hasRows } = this.#prepare(sql);
    const values = parameters as SQLInputValue[];
    // A statement without result columns (insert without `returning`) must be run, not read.
    if (hasRows) return { rows: statement.all(...values) as R[] };
    const { changes } = statement.run(...values);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  /** Whoever holds the connection or asked for a write ends first. */
  async end(): Promise<void> {
    await this.#group.flush();
    const release = await this.acquire();
    this.close();
    release();
  }

  close(): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  #prepare(sql: string): PreparedStatement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    const prepared = { statement, hasRows: statement.columns().length > 0 };
    // Statements with lists of values come in many lengths: the cache must not grow with them.
    if (this.#statements.size >= 500) this.#statements.clear();
    this.#statements.set(sql, prepared);
    return prepared;
  }
}

interface PreparedStatement {
  readonly statement: StatementSync;
  readonly hasRows: boolean;
}

/** The file has its own mutex, shared by both dialects; Kysely's would know of one of them only. */
class SharedConnectionAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class SqliteFileDriver implements Driver {
  readonly #file: SqliteFile;
  readonly #durability: Durability;

  constructor(file: SqliteFile, durability: Durability) {
    this.#file = file;
    this.#durability = durability;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const release = await this.#file.acquire();
    return new SqliteFileConnection(this.#file, this.#durability, release);
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (connection instanceof SqliteFileConnection) connection.release();
  }

  async beginTransaction(): Promise<void> {
    await this.#file.begin(this.#durability);
  }

  async commitTransaction(): Promise<void> {
    this.#file.commit();
  }

  async rollbackTransaction(): Promise<void> {
    this.#file.rollback();
  }

  async destroy(): Promise<void> {
    this.#file.close();
  }
}

const busy = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === busy;
}

const longestWait = 10_000;

/** Repeats while another connection writes to the file. Inside a transaction nothing can be busy. */
async function patiently<T>(work: () => T): Promise<T> {
  const begun = performance.now();
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() - begun > longestWait) throw error;
    }
    await delay(pause);
  }
}

class SqliteFileConnection implements DatabaseConnection {
  readonly #file: SqliteFile;
  readonly #durability: Durability;
  readonly release: () => void;

  constructor(file: SqliteFile, durability: Durability, release: () => void) {
    this.#file = file;
    this.#durability = durability;
    this.release = release;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    // Inside a transaction the pragma was set at its beginning and this finds nothing to do.
    if (query.query.kind !== "SelectQueryNode") this.#file.setDurability(this.#durability);
    return await patiently(() => this.#file.run(query.sql, query.parameters));
  }

  // biome-ignore lint/correctness/useYield: Kysely asks for the method; nothing here streams.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("This dialect reads whole results only.");
  }
}
