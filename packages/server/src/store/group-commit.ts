import type { CompiledQuery, QueryResult } from "kysely";

/** What the group needs of the file. */
export interface GroupTarget {
  /** Waits until nobody else is in the middle of a transaction; the returned function lets the next one in. */
  acquire(): Promise<() => void>;
  /** Waits while another process writes. */
  begin(): Promise<void>;
  run(query: CompiledQuery): QueryResult<unknown>;
  commit(): void;
  rollback(): void;
}

type Results = readonly QueryResult<unknown>[];

/** What is committed or not as a whole. */
interface Unit {
  readonly queries: readonly CompiledQuery[];
  readonly resolve: (results: Results) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One transaction for all writes that are asked for within one turn of the event loop: a commit costs more than most of
 * the rows in it. Nothing is written before the turn ends, so nobody reads what is not committed; nobody is answered
 * before the commit; and a query that fails fails its own unit only.
 */
export class GroupCommit {
  readonly #target: GroupTarget;
  #gathered: Unit[] = [];

  constructor(target: GroupTarget) {
    this.#target = target;
  }

  write(queries: readonly CompiledQuery[]): Promise<Results> {
    return new Promise((resolve, reject) => {
      this.#gathered.push({ queries, resolve, reject });
      if (this.#gathered.length === 1) setImmediate(() => void this.flush());
    });
  }

  /** Commits what was gathered; never throws, each unit hears of its own end. */
  async flush(): Promise<void> {
    const release = await this.#target.acquire();
    // Whoever came while the connection was taken comes along.
    const units = this.#gathered;
    this.#gathered = [];
    try {
      if (units.length > 0) await this.#settle(units);
    } finally {
      release();
    }
  }

  async #settle(units: readonly Unit[]): Promise<void> {
    try {
      const results = await this.#transact(units);
      for (const [index, { resolve }] of units.entries()) resolve(results[index] ?? []);
    } catch (error) {
      if (error instanceof QueryFailed && units.length > 1) {
        for (const unit of units) await this.#settle([unit]);
        return;
      }
      const reason = error instanceof QueryFailed ? error.cause : error;
      for (const { reject } of units) reject(reason);
    }
  }

  async #transact(units: readonly Unit[]): Promise<readonly Results[]> {
    const target = this.#target;
    await target.begin();
    let results: readonly Results[];
    try {
      results = units.map(({ queries }) => queries.map((query) => target.run(query)));
    } catch (error) {
      target.rollback();
      throw new QueryFailed(error);
    }
    try {
      target.commit();
    } catch (error) {
      target.rollback();
      throw error;
    }
    return results;
  }
}

/** One of the queries failed and nothing of the group was written: the others may be tried without it. */
class QueryFailed extends Error {
  constructor(cause: unknown) {
    super("a query of the group failed", { cause });
  }
}
