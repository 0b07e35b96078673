import type { FastifyRequest } from "fastify";
import { ProtocolError } from "./errors.ts";

/** Parameters of one request. Repeated ones are known, so that no check can look at another value than the next one. */
export class Parameters {
  readonly #values = new Map<string, string>();
  readonly #repeated = new Set<string>();

  constructor(entries: Iterable<readonly [string, string]>) {
    for (const [name, value] of entries) {
      if (this.#values.has(name)) this.#repeated.add(name);
      this.#values.set(name, value);
    }
  }

  /** Undefined where the parameter is absent or empty. RFC 6749 3.1: a parameter without a value counts as omitted. */
  get(name: string): string | undefined {
    return this.#values.get(name) || undefined;
  }

  /** @throws ProtocolError AADB2C90083 */
  require(name: string): string {
    const value = this.get(name);
    if (value === undefined) throw new ProtocolError("AADB2C90083", [name]);
    return value;
  }

  /** Refuses a repeated protocol parameter; of an unknown one the last value counts. protocol.md 3.1 */
  refuseRepeated(names: ReadonlySet<string>): void {
    for (const name of this.#repeated) if (names.has(name)) throw new ProtocolError("AADB2C90122", [name]);
  }

  /** Refuses what looks like markup. protocol.md 3.1, request validation */
  refuseMarkup(): void {
    for (const [name, value] of this.#values) {
      if (/<[a-z!/?]|&#/i.test(value) || /<[a-z!/?]|&#/i.test(name)) {
        throw new ProtocolError("AADB2C90122", [/^[\w.-]{1,64}$/.test(name) ? name : "a parameter"]);
      }
    }
  }

  toRecord(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#values);
  }
}

const queryLimit = 16 * 1024;

/**
 * Parameters of the query, and of the form that was posted. `p` may stand in both.
 *
 * @throws ProtocolError AADB2C90122 where the query is longer than 16 KB
 */
export function queryAndFormParameters(request: FastifyRequest): Parameters {
  const form = formEntries(request) ?? [];
  const query = queryEntries(request).filter(
    ([name]) => name !== "p" || !form.some(([other]) => other === "p"),
  );
  return new Parameters([...query, ...form]);
}

/** Parameters of a posted form alone; undefined where the body is no form. */
export function formParameters(request: FastifyRequest): Parameters | undefined {
  const entries = formEntries(request);
  return entries && new Parameters(entries);
}

function queryEntries(request: FastifyRequest): (readonly [string, string])[] {
  const url = request.raw.url ?? "";
  const mark = url.indexOf("?");
  if (mark < 0) return [];
  if (url.length - mark > queryLimit) throw new ProtocolError("AADB2C90122", ["query"]);
  return [...new URLSearchParams(url.slice(mark + 1))];
}

function formEntries(request: FastifyRequest): (readonly [string, string])[] | undefined {
  const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded" || typeof request.body !== "string") return undefined;
  return [...new URLSearchParams(request.body)];
}
