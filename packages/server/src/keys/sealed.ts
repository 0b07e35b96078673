import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from "node:crypto";
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

const format = 2;
const saltLength = 16;
const nonceLength = 12;
const tagLength = 16;
const nonceStart = 1 + 4 + saltLength;

/**
 * Random nonces of one key are good for 2^32 values (NIST SP 800-38D 8.3), and a busy server seals more journeys than
 * that. Each process therefore begins a new key of each tenant and kind, and another one after so many values.
 */
const valuesOfOneKey = 2 ** 20;
const rememberedKeys = 1_000;

/**
 * AES-256-GCM. Layout: format (1 byte), master key's id (4), salt (16), nonce (12), ciphertext, tag (16). The key is
 * derived from the master key, the salt, the tenant and the kind; the name is authenticated with the value. Values of
 * format 1, which had a key for each name and no salt, still open.
 */
export function createSealer(masterKey: MasterKey): Sealer {
  const [active] = masterKey.keys;
  if (active === undefined) throw new Error("A master key is needed.");
  const nonces = new NoncePool();
  const sealing = new Map<string, { readonly salt: Buffer; readonly key: KeyObject; values: number }>();
  const opening = new Map<string, KeyObject>();

  const currentKey = ({ tenantId, kind }: SealContext) => {
    const name = JSON.stringify([tenantId, kind]);
    const known = sealing.get(name);
    if (known !== undefined && known.values < valuesOfOneKey) {
      known.values += 1;
      return known;
    }
    const salt = randomBytes(saltLength);
    const fresh = { salt, key: deriveKey(active, salt, tenantId, kind), values: 1 };
    if (sealing.size >= rememberedKeys) sealing.clear();
    sealing.set(name, fresh);
    return fresh;
  };

  const knownKey = (key: SealingKey, salt: Buffer, { tenantId, kind }: SealContext): KeyObject => {
    const name = JSON.stringify([key.id.toString("latin1"), salt.toString("latin1"), tenantId, kind]);
    const known = opening.get(name);
    if (known !== undefined) return known;
    const derived = deriveKey(key, salt, tenantId, kind);
    if (opening.size >= rememberedKeys) opening.clear();
    opening.set(name, derived);
    return derived;
  };

  return {
    seal(context, plain) {
      const { salt, key } = currentKey(context);
      const nonce = nonces.take();
      const cipher = createCipheriv(algorithm, key, nonce).setAAD(associatedData(context));
      return Buffer.concat([
        Uint8Array.of(format),
        active.id,
        salt,
        nonce,
        cipher.update(plain, "utf8"),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
    },
    open(context, sealed) {
      const value = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      const start = value[0] === 1 ? nonceStart - saltLength : nonceStart;
      const bodyStart = start + nonceLength;
      if (value.length < bodyStart + tagLength || (value[0] !== 1 && value[0] !== format)) {
        throw new SealBroken(context);
      }
      const master = masterKey.keys.find((one) => one.id.equals(value.subarray(1, 5)));
      if (master === undefined) throw new SealBroken(context, "it was sealed under another master key");
      const data = associatedData(context);
      const key =
        value[0] === 1
          ? createHmac("sha256", master.secret).update(data).digest()
          : knownKey(master, value.subarray(5, nonceStart), context);
      const decipher = createDecipheriv(algorithm, key, value.subarray(start, bodyStart), {
        authTagLength: tagLength,
      })
        .setAAD(data)
        .setAuthTag(value.subarray(value.length - tagLength));
      try {
        const body = value.subarray(bodyStart, value.length - tagLength);
        return decipher.update(body, undefined, "utf8") + decipher.final("utf8");
      } catch {
        throw new SealBroken(context);
      }
    },
  };
}

const algorithm = "aes-256-gcm";

/** Nonces out of random bytes that are fetched for many at a time; each is handed out once. */
class NoncePool {
  #bytes = Buffer.alloc(0);

  take(): Buffer {
    if (this.#bytes.length === 0) this.#bytes = randomBytes(nonceLength * 256);
    const nonce = this.#bytes.subarray(0, nonceLength);
    this.#bytes = this.#bytes.subarray(nonceLength);
    return nonce;
  }
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

function deriveKey(key: SealingKey, salt: Buffer, tenantId: string, kind: string): KeyObject {
  // JSON keeps the parts apart; five of them, so that it is no key of format 1.
  const parts = JSON.stringify(["seal", format, salt.toString("base64"), tenantId, kind]);
  return createSecretKey(createHmac("sha256", key.secret).update(parts).digest());
}
