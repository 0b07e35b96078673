import { randomFillSync } from "node:crypto";

const poolSize = 4_096;
const pool = Buffer.alloc(poolSize);
let used = poolSize;

/**
 * Unguessable text: `bytes` random bytes in base64url. They come out of bytes that the system made for many tokens at a
 * time, since asking it costs more than anything else about a token; what was handed out is wiped.
 */
export function randomToken(bytes: number): string {
  if (!Number.isInteger(bytes) || bytes < 0) throw new RangeError("a token has a whole number of bytes");
  if (bytes > poolSize) return randomFillSync(Buffer.alloc(bytes)).toString("base64url");
  if (used + bytes > poolSize) {
    randomFillSync(pool);
    used = 0;
  }
  const taken = pool.subarray(used, used + bytes);
  used += bytes;
  const token = taken.toString("base64url");
  taken.fill(0);
  return token;
}
