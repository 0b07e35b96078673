import type { Compilable, CompiledQuery } from "kysely";

class Placeholder {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/**
 * A query that is compiled once and run often, for what every request does: building it anew costs more than SQLite
 * needs to answer it. `Database.read` and `Database.write` run it. `build` sees placeholders: it may put each parameter
 * into the query as a value, and do nothing else with it (no condition, no conversion, no spread).
 */
export function prepare<P extends object, R>(
  build: (parameters: P) => Compilable<R>,
): (parameters: P) => CompiledQuery<R> {
  let compiled: CompiledQuery<R> | undefined;
  return (parameters) => {
    compiled ??= build(placeholders<P>()).compile();
    return {
      ...compiled,
      parameters: compiled.parameters.map((value) =>
        value instanceof Placeholder ? take(parameters, value.name) : value,
      ),
    };
  };
}

function placeholders<P extends object>(): P {
  return new Proxy({}, { get: (_, name) => new Placeholder(String(name)) }) as P;
}

function take(parameters: object, name: string): unknown {
  if (!Object.hasOwn(parameters, name)) throw new Error(`The query needs the parameter '${name}'.`);
  return (parameters as Readonly<Record<string, unknown>>)[name];
}
