import type { HintPort, HintResult, HintTrust } from "@vestibule/engine";
import { compactVerify, type LocalJWKSet } from "jose";
import type { FederationContext } from "./context.ts";
import { FederationRefusal, failureOf, refused } from "./failures.ts";
import { type Claims, NoMatchingKey, unverifiedClaims, verifySignature } from "./id-token.ts";
import { readObject } from "./json.ts";

/** protocol.md 14, S5. Characters. */
const sizeLimit = 16 * 1024;
/** Seconds by which the application's clock may differ. */
const skew = 300;
/** HS256 wants a key of 256 bits (RFC 7518 section 3.2). */
const shortestSecret = 32;

/** The tenant that a hint comes to. */
export interface HintRecipient {
  /** Whether an audience is one of the tenant's applications, or the tenant itself. */
  isAudience(audience: string): boolean;
  /** What our own discovery document of that address says; undefined where the address is not ours. */
  ownDocument(
    metadata: string,
    origin: string,
  ): Promise<{ readonly issuer: string; readonly keys: LocalJWKSet } | undefined>;
}

/**
 * Believes what an application says of a person where its signature, issuer, audience and times are right; all four
 * claims must be there. It never throws. Source: technical-profiles.md 15, journeys.md 12.2.
 */
export function createHints(context: FederationContext, recipient: HintRecipient): HintPort {
  return {
    async verify(hint, trust): Promise<HintResult> {
      try {
        return { kind: "claims", claims: await verify(context, recipient, hint, trust) };
      } catch (error) {
        const failure = failureOf(error);
        const detail = failure.kind === "refused" ? failure.detail : failure.error;
        const code = error instanceof FederationRefusal ? error.code : "AADB2C90210";
        return { kind: "refused", code, detail };
      }
    },
  };
}

async function verify(
  context: FederationContext,
  recipient: HintRecipient,
  hint: string,
  trust: HintTrust,
): Promise<Claims> {
  if (hint.length > sizeLimit) throw refused("AADB2C90210", "the hint is too long");
  wellFormed(hint);
  const { claims, issuer } =
    trust.metadata === undefined
      ? await bySecret(hint, trust)
      : await byPublishedKeys(context, recipient, hint, trust.metadata, trust);
  const expected = trust.issuer ?? issuer;
  if (expected === undefined || claims.iss !== expected)
    throw refused("AADB2C90232", "the hint is of another issuer");
  if (!isForUs(claims.aud, trust, recipient))
    throw refused("AADB2C90209", "the hint is for another audience");
  const now = context.now() / 1000;
  const { exp, nbf } = claims;
  if (typeof exp !== "number" || typeof nbf !== "number")
    throw refused("AADB2C90210", "the hint lacks exp or nbf");
  if (exp + skew <= now) throw refused("AADB2C90208", "the hint has expired");
  if (nbf - skew > now) throw refused("AADB2C90234", "the hint is not valid yet");
  return claims;
}

function wellFormed(hint: string): void {
  try {
    unverifiedClaims(hint);
  } catch {
    throw refused("AADB2C90210", "the hint is no signed JWT");
  }
}

/** The secret's characters count as they are, else as base64url of the key (B2C's own keys are stored so). */
async function bySecret(hint: string, { secret, issuer }: HintTrust) {
  const keys = secret === undefined ? [] : [Buffer.from(secret), Buffer.from(secret, "base64url")];
  const usable = keys.filter(({ byteLength }) => byteLength >= shortestSecret);
  if (usable.length === 0)
    throw refused("AADB2C90233", "the client_secret is missing or shorter than 256 bits");
  for (const key of usable) {
    try {
      const { payload } = await compactVerify(hint, key, { algorithms: ["HS256"] });
      return { claims: readObject(new TextDecoder().decode(payload)) ?? {}, issuer };
    } catch {
      // The other reading of the secret may be the right one.
    }
  }
  throw refused("AADB2C90233", "the hint is not signed with the client_secret");
}

async function byPublishedKeys(
  context: FederationContext,
  recipient: HintRecipient,
  hint: string,
  metadata: string,
  { origin }: HintTrust,
) {
  const own = await recipient.ownDocument(metadata, origin);
  if (own) {
    const { claims } = await signedBy(hint, own.keys);
    // Access tokens name their caller; they say nothing to an application, and no hint is one.
    if (claims.azp !== undefined || claims.scp !== undefined)
      throw refused("AADB2C90210", "the hint is an access token");
    return { claims, issuer: own.issuer };
  }
  const source = { metadata };
  const found = await context.cache.get(source);
  const issuer = typeof found.server.issuer === "string" ? found.server.issuer : undefined;
  try {
    return { claims: (await verifySignature(hint, found.keys)).claims, issuer };
  } catch (error) {
    if (!(error instanceof NoMatchingKey)) throw asHintError(error);
  }
  const newer = await context.cache.refresh(source, found);
  return { claims: (await signedBy(hint, newer.keys)).claims, issuer };
}

async function signedBy(hint: string, keys: LocalJWKSet) {
  try {
    return await verifySignature(hint, keys);
  } catch (error) {
    throw asHintError(error);
  }
}

function asHintError(error: unknown): unknown {
  const isSignature = error instanceof NoMatchingKey || error instanceof FederationRefusal;
  return isSignature ? refused("AADB2C90233", error.message) : error;
}

function isForUs(aud: unknown, { audience }: HintTrust, recipient: HintRecipient): boolean {
  const audiences = (Array.isArray(aud) ? aud : [aud]).filter((one) => typeof one === "string");
  return audiences.some((one) => (audience === undefined ? recipient.isAudience(one) : one === audience));
}
