import { hash } from "node:crypto";

/**
 * SHA-256 of an unguessable handle or of a look-up value, in base64url: what the tables are searched by. The parts are
 * kept apart by their JSON form.
 */
export function digestOf(...parts: readonly string[]): string {
  return hash("sha256", parts.length === 1 ? String(parts[0]) : JSON.stringify(parts), "base64url");
}
