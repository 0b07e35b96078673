import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import type { MasterKey, SealingKey } from "./master-key.ts";

/** What a sealed value belongs to. Moved to another tenant, kind or name, it does not open. */
export interface SealContext {
  readonly tenantId: string;
  /** Kind of the thing, for example `signing key`. */
  readonly kind: string;
  /** Which one of its kind. */
  readonly name: string;
}

/** Seals and opens values under the master key. */
export interface Sealer {
  seal(context: SealContext, plain: string): Uint8Array;
  /** Throws where the value was altered, moved, or sealed under a key that is not known. */
  open(context: SealContext, sealed: Uint8Array): string;
}

const format = 1;
const nonceLength = 12;
const tagLength = 16;
const headerLength = 1 + 4 + nonceLength;

/**
 * AES-256-GCM. Layout: format (1 byte), key id (4), nonce (12), ciphertext, tag (16). Each context has a key of its
 * own, derived from the master key: random nonces of one key are good for 2^32 values only (NIST SP 800-38D 8.3), and
 * a busy server seals more journeys than that.
 */
export function createSealer(masterKey: MasterKey): Sealer {
  const [active] = masterKey.keys;
  if (active === undefined) throw new Error("A master key is needed.");
  return {
    seal(context, plain) {
      const data = associatedData(context);
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv("aes-256-gcm", keyOf(active, data), nonce).setAAD(data);
      return Buffer.concat([
        Uint8Array.of(format),
        active.id,
        nonce,
        cipher.update(plain, "utf8"),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
    },
    open(context, sealed) {
      const value = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      if (value.length < headerLength + tagLength || value[0] !== format) throw new SealBroken(context);
      const key = masterKey.keys.find((one) => one.id.equals(value.subarray(1, 5)));
      if (key === undefined) throw new SealBroken(context, "it was sealed under another master key");
      const data = associatedData(context);
      const nonce = value.subarray(5, headerLength);
      const decipher = createDecipheriv("aes-256-gcm", keyOf(key, data), nonce, { authTagLength: tagLength })
        .setAAD(data)
        .setAuthTag(value.subarray(value.length - tagLength));
      try {
        const body = value.subarray(headerLength, value.length - tagLength);
        return decipher.update(body, undefined, "utf8") + decipher.final("utf8");
      } catch {
        throw new SealBroken(context);
      }
    },
  };
}

/** A sealed value does not open: wrong master key, or the row was altered or moved. */
class SealBroken extends Error {
  constructor(context: SealContext, cause = "it was altered, moved, or sealed under another master key") {
    super(`The ${context.kind} '${context.name}' of tenant ${context.tenantId} does not open: ${cause}.`);
    this.name = "SealBroken";
  }
}

function associatedData(context: SealContext): Buffer {
  return Buffer.from(JSON.stringify([context.tenantId, context.kind, context.name]));
}

function keyOf(key: SealingKey, data: Buffer): Buffer {
  return createHmac("sha256", key.secret).update(data).digest();
}
