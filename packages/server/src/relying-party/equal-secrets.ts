import { hash, timingSafeEqual } from "node:crypto";

/** Compares in a time that depends on neither text nor length. */
export function equalSecrets(a: string, b: string): boolean {
  return timingSafeEqual(hash("sha256", a, "buffer"), hash("sha256", b, "buffer"));
}
