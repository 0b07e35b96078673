import { createHash, createHmac, hkdfSync, randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/**
 * The key under which everything secret rests. Several keys: the first seals, all of them open, so that an operator
 * can put a new one in front of the old.
 */
export interface MasterKey {
  readonly keys: readonly SealingKey[];
  /** A keyed digest (HMAC-SHA-256, base64url) for values that are too short to be hashed plainly. */
  digest(purpose: string, ...parts: readonly string[]): string;
}

export interface SealingKey {
  /** First four bytes of the key's SHA-256: says which key sealed a value. */
  readonly id: Buffer;
  readonly secret: Buffer;
}

const variable = "VESTIBULE_MASTER_KEY";

/**
 * The master key of this installation: from the environment variable `VESTIBULE_MASTER_KEY` (base64 of 32 bytes; more
 * keys after commas open what they sealed earlier), else from the file `master.key` in the data directory, which is
 * made at the first start with mode 0600. Throws where a key is not 32 bytes.
 */
export function loadMasterKey(
  dataDirectory: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): MasterKey {
  const configured = environment[variable];
  if (configured !== undefined && configured.trim() !== "") {
    return masterKeyFrom(configured.split(",").map((part) => decodeKey(part, `The variable ${variable}`)));
  }
  return masterKeyFrom([readOrCreate(dataDirectory)]);
}

/** A master key from its bytes; for tests and for programs that keep the key elsewhere. */
export function masterKeyFrom(secrets: readonly Buffer[]): MasterKey {
  const keys = secrets.map((secret) => ({
    id: createHash("sha256").update(secret).digest().subarray(0, 4),
    secret: derive(secret, "vestibule/seal/1"),
  }));
  const first = secrets[0];
  if (first === undefined) throw new Error("A master key is needed.");
  const digestKey = derive(first, "vestibule/digest/1");
  return {
    keys,
    digest: (purpose, ...parts) =>
      // JSON keeps the parts apart whatever they hold.
      createHmac("sha256", digestKey)
        .update(JSON.stringify([purpose, ...parts]))
        .digest("base64url"),
  };
}

function derive(secret: Buffer, label: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, Buffer.alloc(0), label, 32));
}

function decodeKey(encoded: string, source: string): Buffer {
  const text = encoded.trim();
  const key = Buffer.from(text, "base64");
  if (key.length !== 32 || !/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) {
    throw new Error(
      `${source} must hold 32 random bytes in base64 (44 characters), for example from: openssl rand -base64 32`,
    );
  }
  return key;
}

function readOrCreate(dataDirectory: string): Buffer {
  const path = join(dataDirectory, "master.key");
  const existing = readIfThere(path);
  if (existing !== undefined) return decodeKey(existing, `The file ${path}`);
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  // Written aside and linked into place: a crash leaves no half key, and of two starting processes one wins.
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  const handle = openSync(draft, "wx", 0o600);
  try {
    writeSync(handle, `${randomBytes(32).toString("base64")}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    unlinkSync(draft);
  }
  return decodeKey(readFileSync(path, "utf8"), `The file ${path}`);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
