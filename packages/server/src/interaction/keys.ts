import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";

type Purpose = "csrf" | "cacheCookie" | "transCookie" | "fingerprint";

/**
 * What this room derives from the server's secret. Nothing of it has to be stored, so every node of an installation
 * that shares the secret accepts what another one gave out.
 */
export interface InteractionKeys {
  /** HMAC-SHA-512 (64 bytes) of the parts under a key of its own for each purpose. */
  mac(purpose: Purpose, ...parts: readonly string[]): Buffer;
  /** AES-256-GCM; `context` is authenticated with it: what was sealed for one journey does not open for another. */
  seal(context: string, text: string): string;
  /** Undefined where the text was not sealed with this key and context. */
  open(context: string, sealed: string): string | undefined;
}

/** @param secret At least 32 random bytes, the same on every node. */
export function interactionKeys(secret: Uint8Array): InteractionKeys {
  if (secret.byteLength < 32) throw new RangeError("the server's secret must have at least 32 bytes");
  const derive = (label: string, bytes: number) =>
    Buffer.from(hkdfSync("sha256", secret, "", `vestibule interaction ${label}`, bytes));
  const macKeys: Record<Purpose, Buffer> = {
    csrf: derive("csrf", 64),
    cacheCookie: derive("cache cookie", 64),
    transCookie: derive("trans cookie", 64),
    fingerprint: derive("fingerprint", 64),
  };
  const sealKey = derive("final response", 32);

  return {
    mac: (purpose, ...parts) => createHmac("sha512", macKeys[purpose]).update(JSON.stringify(parts)).digest(),

    seal(context, text) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", sealKey, nonce).setAAD(Buffer.from(context));
      const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64url");
    },

    open(context, sealed) {
      const bytes = Buffer.from(sealed, "base64url");
      if (bytes.length < 28) return undefined;
      const decipher = createDecipheriv("aes-256-gcm", sealKey, bytes.subarray(0, 12), { authTagLength: 16 })
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(12, 28));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8");
      } catch {
        return undefined;
      }
    },
  };
}

/** Compares in a time that does not depend on where the texts differ. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
