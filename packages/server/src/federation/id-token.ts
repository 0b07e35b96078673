import { createHash, timingSafeEqual } from "node:crypto";
import { compactVerify, errors, type LocalJWKSet } from "jose";
import { refused } from "./failures.ts";

/** protocol.md S4: a fixed list. `none` and the symmetric algorithms are never accepted, whatever discovery lists. */
const algorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];

const digests: Readonly<Record<string, string>> = { "256": "sha256", "384": "sha384", "512": "sha512" };

/** No published key fits the token's header: the provider may have rolled its keys. */
export class NoMatchingKey extends Error {
  override readonly name = "NoMatchingKey";
}

/**
 * Verifies the signature of an id token and, where it carries `at_hash`, that it belongs to the access token.
 * Errors: `NoMatchingKey`, or a refusal with AADB2C90239 (signature) or AADB2C90240 (at_hash).
 */
export async function verifyIdToken(idToken: string, accessToken: string, keys: LocalJWKSet): Promise<void> {
  const { header, payload } = await verifySignature(idToken, keys);
  const claims: unknown = JSON.parse(new TextDecoder().decode(payload));
  if (typeof claims !== "object" || claims === null || !("at_hash" in claims)) return;
  const expected = accessTokenHash(accessToken, header);
  const given = typeof claims.at_hash === "string" ? Buffer.from(claims.at_hash) : Buffer.alloc(0);
  if (given.byteLength !== expected.byteLength || !timingSafeEqual(given, expected)) {
    throw refused("AADB2C90240", "at_hash of the id token does not fit the access token");
  }
}

interface Verified {
  readonly header: string;
  readonly payload: Uint8Array;
}

async function verifySignature(idToken: string, keys: LocalJWKSet): Promise<Verified> {
  try {
    const { protectedHeader, payload } = await compactVerify(idToken, keys, { algorithms });
    return { header: protectedHeader.alg, payload };
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) throw new NoMatchingKey("no published key fits");
    if (error instanceof errors.JWKSMultipleMatchingKeys) return verifyWithAny(idToken, error);
    throw refused("AADB2C90239", error instanceof Error ? error.message : "signature not verified");
  }
}

/** A token without `kid` from a provider that publishes several keys: one of them must have signed it. */
async function verifyWithAny(idToken: string, several: errors.JWKSMultipleMatchingKeys): Promise<Verified> {
  for await (const key of several) {
    try {
      const { protectedHeader, payload } = await compactVerify(idToken, key, { algorithms });
      return { header: protectedHeader.alg, payload };
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw refused("AADB2C90239", "none of the published keys verifies the signature");
}

/** OpenID Connect Core 3.1.3.6: base64url of the left half of the hash that the signature algorithm uses. */
function accessTokenHash(accessToken: string, algorithm: string): Buffer {
  const hash = createHash(digests[algorithm.slice(-3)] ?? "sha512")
    .update(accessToken)
    .digest();
  return Buffer.from(hash.subarray(0, hash.byteLength / 2).toString("base64url"));
}
