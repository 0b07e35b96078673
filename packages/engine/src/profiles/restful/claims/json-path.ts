import { isJsonObject, type Json, member } from "../json.ts";

/**
 * The value at a path such as `contacts[0].person.name`; undefined where there is none. A segment may hold every
 * character but `.`, `[` and `]`; an index after a dot (`contacts.0.person`) is understood too (U50). There are no
 * wildcards, filters or slices (api-connectors.md B6).
 */
export function atPath(root: Json, path: string): Json | undefined {
  let current: Json | undefined = root;
  for (const segment of path.match(/[^.[\]]+/g) ?? []) {
    if (current === undefined) return undefined;
    if (Array.isArray(current)) current = /^\d{1,6}$/.test(segment) ? current[Number(segment)] : undefined;
    else current = isJsonObject(current) ? member(current, segment) : undefined;
  }
  return current;
}
