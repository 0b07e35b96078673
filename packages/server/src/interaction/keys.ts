import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from "node:crypto";

type Purpose = "csrf" | "cacheCookie" | "transCookie" | "fingerprint";

/**
 * What this room derives from the server's secret. Nothing of it has to be stored, so every node of an installation
 * that shares the secret accepts what another one gave out.
 */
export interface InteractionKeys {
  /** HMAC-SHA-512 (64 bytes) of the parts under a key of its own for each purpose. */
  mac(purpose: Purpose, ...parts: readonly string[]): Buffer;
  /** 24 bytes of such a MAC in base64url: what a cookie proves. The latest ones are remembered. */
  proof(purpose: "cacheCookie" | "transCookie", tenantId: string, tid: string): string;
}

/** Each request of a journey asks for the same ones. */
const rememberedProofs = 10_000;

/** @param secret At least 32 random bytes, the same on every node. */
export function interactionKeys(secret: Uint8Array): InteractionKeys {
  if (secret.byteLength < 32) throw new RangeError("the server's secret must have at least 32 bytes");
  const derive = (label: string) =>
    createSecretKey(Buffer.from(hkdfSync("sha256", secret, "", `vestibule interaction ${label}`, 64)));
  const keys: Record<Purpose, KeyObject> = {
    csrf: derive("csrf"),
    cacheCookie: derive("cache cookie"),
    transCookie: derive("trans cookie"),
    fingerprint: derive("fingerprint"),
  };
  // JSON keeps the parts apart: no two lists of parts give the same text.
  const mac: InteractionKeys["mac"] = (purpose, ...parts) =>
    createHmac("sha512", keys[purpose]).update(JSON.stringify(parts)).digest();
  const remembered = new Map<string, string>();
  return {
    mac,
    proof(purpose, tenantId, tid) {
      // Both are ids without blanks.
      const name = `${purpose} ${tenantId} ${tid}`;
      const known = remembered.get(name);
      if (known !== undefined) return known;
      const proof = mac(purpose, tenantId, tid).subarray(0, 24).toString("base64url");
      if (remembered.size >= rememberedProofs) remembered.clear();
      remembered.set(name, proof);
      return proof;
    },
  };
}

/** Compares in a time that does not depend on where the texts differ; their lengths are no secret. */
export function sameSecret(a: string, b: string): boolean {
  const [given, expected] = [Buffer.from(a), Buffer.from(b)];
  return given.length === expected.length && timingSafeEqual(given, expected);
}
