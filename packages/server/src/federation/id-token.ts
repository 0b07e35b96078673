import { createHash, timingSafeEqual } from "node:crypto";
import { compactVerify, errors, type LocalJWKSet } from "jose";
import { FederationRefusal, refused } from "./failures.ts";
import { readObject } from "./json.ts";

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

/** Seconds by which the provider's clock may differ (technical-profiles.md 21.3). */
const skew = 300;

/**
 * No published key fits the token: none is of its header, or the one of its header does not verify it. The provider may
 * have rolled its keys; some, in development above all, keep the key's id.
 */
export class NoMatchingKey extends Error {
  override readonly name = "NoMatchingKey";
}

export type Claims = Readonly<Record<string, unknown>>;

/** What an id token must fit to. Nothing is checked only where it is present, except the hash of `accessToken`. */
export interface IdTokenChecks {
  acceptsIssuer(issuer: string): boolean;
  /** One of the token's audiences. */
  readonly audience: string;
  readonly clientId: string;
  /** Absent = none was sent. */
  readonly nonce?: string;
  /** What the token endpoint gave beside the id token. */
  readonly accessToken?: string;
  /** What came through the browser beside the id token: its hash must then be in the token. */
  readonly carriedAccessToken?: string;
  /** The code that came through the browser beside the token: its hash must then be in the token. */
  readonly code?: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The claims of a token before anything was verified; only to find out whose keys to use. AADB2C90240 where malformed. */
export function unverifiedClaims(idToken: string): Claims {
  const parts = idToken.split(".");
  const [header, payload] = parts.map((part) => readObject(Buffer.from(part, "base64url").toString("utf8")));
  if (parts.length !== 3 || !header || !payload)
    throw refused("AADB2C90240", "the id token is no signed JWT");
  return payload;
}

/**
 * Verifies the signature of an id token and then each of its claims that says whose it is, from whom and for whom.
 * Errors: `NoMatchingKey`, or a refusal with its code (technical-profiles.md 21.3).
 */
export async function verifyIdToken(
  idToken: string,
  keys: LocalJWKSet,
  checks: IdTokenChecks,
): Promise<Claims> {
  unverifiedClaims(idToken);
  const { algorithm, claims } = await verifySignature(idToken, keys);
  checkIssuerAndTimes(claims, checks);
  checkAudience(claims, checks);
  if (typeof claims.sub !== "string" || claims.sub === "")
    throw refused("AADB2C90240", "the id token has no sub");
  if (checks.nonce !== undefined && !isText(claims.nonce, checks.nonce))
    throw refused("AADB2C90240", "the id token's nonce is not the one that was sent");
  if (checks.accessToken !== undefined && Object.hasOwn(claims, "at_hash"))
    checkHash("at_hash", claims, checks.accessToken, algorithm);
  // OpenID Connect Core 3.2.2.9: who holds the browser could put another person's in its place.
  if (checks.carriedAccessToken !== undefined)
    checkHash("at_hash", claims, checks.carriedAccessToken, algorithm);
  if (checks.code !== undefined) checkHash("c_hash", claims, checks.code, algorithm);
  return claims;
}

function checkIssuerAndTimes({ iss, exp, nbf, iat }: Claims, { acceptsIssuer, now }: IdTokenChecks): void {
  if (typeof iss !== "string" || !acceptsIssuer(iss))
    throw refused("AADB2C90238", "the id token is of another issuer");
  const seconds = now / 1000;
  if (typeof exp !== "number" || exp + skew <= seconds)
    throw refused("AADB2C90235", "the id token has expired");
  if (nbf !== undefined && (typeof nbf !== "number" || nbf - skew > seconds))
    throw refused("AADB2C90235", "the id token is not valid yet");
  if (typeof iat !== "number") throw refused("AADB2C90240", "the id token does not say when it was issued");
}

function checkAudience({ aud, azp }: Claims, { audience, clientId }: IdTokenChecks): void {
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audiences.includes(audience)) throw refused("AADB2C90237", "the id token is for somebody else");
  // OpenID Connect Core 3.1.3.7: of several audiences azp tells for whom it was issued.
  if (audiences.length > 1 && azp !== clientId)
    throw refused("AADB2C90237", "the id token was issued to another client");
}

function checkHash(name: string, claims: Claims, of: string, algorithm: string): void {
  if (!isText(claims[name], leftHalfHash(of, algorithm)))
    throw refused("AADB2C90240", `${name} of the id token does not fit what came with it`);
}

function isText(value: unknown, expected: string): boolean {
  const [given, wanted] = [Buffer.from(typeof value === "string" ? value : ""), Buffer.from(expected)];
  return wanted.byteLength > 0 && given.byteLength === wanted.byteLength && timingSafeEqual(given, wanted);
}

/** Verifies only the signature of a JWT of the provider (a userinfo answer). Errors as `verifyIdToken`. */
export async function verifySignature(
  token: string,
  keys: LocalJWKSet,
): Promise<{ readonly algorithm: string; readonly claims: Claims }> {
  try {
    return opened(await compactVerify(token, keys, { algorithms }));
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) throw new NoMatchingKey("no published key fits");
    if (error instanceof errors.JWKSMultipleMatchingKeys) return verifyWithAny(token, error);
    if (error instanceof errors.JWSSignatureVerificationFailed)
      throw new NoMatchingKey("the published key of that id does not fit");
    if (error instanceof FederationRefusal) throw error;
    throw refused("AADB2C90239", error instanceof Error ? error.message : "signature not verified");
  }
}

/** A token without `kid` from a provider that publishes several keys: one of them must have signed it. */
async function verifyWithAny(token: string, several: errors.JWKSMultipleMatchingKeys) {
  for await (const key of several) {
    try {
      return opened(await compactVerify(token, key, { algorithms }));
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new NoMatchingKey("none of the published keys verifies the signature");
}

function opened({ protectedHeader, payload }: Awaited<ReturnType<typeof compactVerify>>) {
  const claims = readObject(new TextDecoder().decode(payload));
  if (claims === undefined) throw refused("AADB2C90240", "the token holds no claims");
  return { algorithm: protectedHeader.alg, claims };
}

/** OpenID Connect Core 3.1.3.6: base64url of the left half of the hash that the signature algorithm uses. */
function leftHalfHash(text: string, algorithm: string): string {
  const hash = createHash(digests[algorithm.slice(-3)] ?? "sha512")
    .update(text)
    .digest();
  return hash.subarray(0, hash.byteLength / 2).toString("base64url");
}
