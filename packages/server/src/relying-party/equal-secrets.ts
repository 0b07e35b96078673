import { createHash, timingSafeEqual } from "node:crypto";

/** Compares in a time that depends on neither text nor length. */
export function equalSecrets(a: string, b: string): boolean {
  return timingSafeEqual(createHash("sha256").update(a).digest(), createHash("sha256").update(b).digest());
}
