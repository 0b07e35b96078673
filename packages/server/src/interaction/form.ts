import type { FastifyRequest } from "fastify";

/** Bytes of a form post: 64 KiB. More is answered with 413. */
export const largestForm = 65_536;

/** Posted or queried names and values, in their order. */
export interface Form {
  /** The last value of a name: repeated keys, last wins (pages.md 1.5 R9). */
  get(name: string): string | undefined;
  all(name: string): readonly string[];
  readonly names: readonly string[];
}

function formOf(entries: Iterable<readonly [string, string]>): Form {
  const values = new Map<string, string[]>();
  for (const [name, value] of entries) {
    // `__proto__` is no claim and must never become a key of a record.
    if (name === "" || name === "__proto__") continue;
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return {
    get: (name) => values.get(name)?.at(-1),
    all: (name) => values.get(name) ?? [],
    names: [...values.keys()],
  };
}

/** The query of a request: parsed from the raw URL, so that raw `=`, foreign encodings and any order do no harm. */
export function queryOf(request: FastifyRequest): Form {
  const url = request.raw.url ?? "";
  const start = url.indexOf("?");
  return formOf(new URLSearchParams(start < 0 ? "" : url.slice(start + 1)));
}

/** Undefined where the body claims to be multipart and is not. Everything else reads as urlencoded (R9). */
export async function bodyOf(request: FastifyRequest): Promise<Form | undefined> {
  if (!Buffer.isBuffer(request.body)) return formOf([]);
  const type = request.headers["content-type"] ?? "";
  if (!/^multipart\/form-data\b/i.test(type.trim()))
    return formOf(new URLSearchParams(request.body.toString("utf8")));
  try {
    const response = new Response(new Uint8Array(request.body), { headers: { "content-type": type } });
    const entries: [string, string][] = [];
    for (const [name, value] of await response.formData())
      if (typeof value === "string") entries.push([name, value]);
    return formOf(entries);
  } catch {
    return undefined;
  }
}
