import type { Compilable, CompiledQuery, Kysely, QueryResult } from "kysely";
import type { Schema } from "./schema.ts";

class Placeholder {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/**
 * A query that is compiled once and run often, for what every request does: building it anew costs more than SQLite
 * needs to answer it. `build` sees placeholders: it may put each parameter into the query as a value, and do nothing
 * else with it (no condition, no conversion, no spread).
 */
export function prepare<P extends object, R>(
  build: (parameters: P) => Compilable<R>,
): (db: Kysely<Schema>, parameters: P) => Promise<QueryResult<R>> {
  let compiled: CompiledQuery<R> | undefined;
  return (db, parameters) => {
    compiled ??= build(placeholders<P>()).compile();
    const values = new Map<string, unknown>(Object.entries(parameters));
    return db.executeQuery<R>({
      ...compiled,
      parameters: compiled.parameters.map((value) =>
        value instanceof Placeholder ? take(values, value.name) : value,
      ),
    });
  };
}

function placeholders<P extends object>(): P {
  return new Proxy({}, { get: (_, name) => new Placeholder(String(name)) }) as P;
}

function take(values: ReadonlyMap<string, unknown>, name: string): unknown {
  if (!values.has(name)) throw new Error(`The query needs the parameter '${name}'.`);
  return values.get(name);
}
