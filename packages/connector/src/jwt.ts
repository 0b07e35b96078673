import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { encodeBase64url, type IncomingCall, targetOf } from "./call.ts";
import type { CallerCheck } from "./callers.ts";
import { equalText } from "./constant-time.ts";

export interface RequestTokenDemand {
  /** `issuer` of the policy's OpenID Connect configuration, exactly; several where several policies call. */
  readonly issuer: string | readonly string[];
  /** Scheme, host and port of your API as the connector's `targetUrl` names them: `https://api.contoso.example`. */
  readonly audience: string | readonly string[];
  /** `jwks_uri` of the same configuration. Keys are fetched when first needed, and again where an unknown one signed. */
  readonly jwksUri: string;
  /** Seconds that the sender's clock and yours may differ, either way. Default 60. */
  readonly tolerance?: number;
  /**
   * Path and query as they stand in the connector's `targetUrl`, where a gateway before you changes them. Absent = those
   * of the call.
   */
  readonly target?: string;
  /** Milliseconds since 1970; absent = now. */
  readonly now?: () => number;
}

/** What a verified request says of itself. */
export interface RequestToken {
  /** New with each call and the same in all its tries: remember it, and a copied request does nothing. */
  readonly id: string;
  readonly issuer: string;
  readonly audience: string;
  /** Unix seconds. */
  readonly issuedAt: number;
  readonly expires: number;
}

/** RFC 8725 section 3.11: an id token of the same issuer is no request. */
const requestType = "vestibule-request+jwt";
/** The server signs with RS256 and nothing else: a token cannot choose. */
const algorithms = ["RS256"];
/** Seconds that a request counts. */
const lifetime = 300;
/** Characters. Mostly a token has a thousand; it holds the query of the address. */
const longestToken = 16_384;

/**
 * The header `Vestibule-Request-Token` is a JWT of this issuer, for this API, over this method, path, query, idempotency
 * key and body, and not older than five minutes. `context.idempotencyKey` of a handler is then the token's own id. Needs
 * the package `jose`. Where the keys cannot be fetched the connector answers 500.
 *
 * @throws {TypeError} where issuer or audience is empty, or `jwksUri` is neither https nor on this machine
 *
 * @example
 * authenticate: requestToken({
 *   issuer: "https://login.contoso.example/aaaaaaaa-0000-4000-8000-000000000001/v2.0/",
 *   jwksUri: "https://login.contoso.example/contoso.onmicrosoft.com/B2C_1_susi/discovery/v2.0/keys",
 *   audience: "https://api.contoso.example",
 * })
 */
export function requestToken(demand: RequestTokenDemand): CallerCheck {
  const read = requestTokenReader(demand);
  return async (call) => (await read(call)) !== undefined;
}

/**
 * The check behind `requestToken`, for those who read requests themselves; keep the function, for it keeps the keys.
 * Gives undefined where the request is not proved, and throws where the keys cannot be fetched.
 */
export function requestTokenReader(
  demand: RequestTokenDemand,
): (call: IncomingCall) => Promise<RequestToken | undefined> {
  const issuer = namesOf(demand.issuer, "issuer");
  const audience = namesOf(demand.audience, "audience");
  const keys = createRemoteJWKSet(keysAddress(demand.jwksUri));
  const { tolerance = 60, now = Date.now } = demand;
  const rules = { issuer, audience, algorithms, typ: requestType, maxTokenAge: lifetime } as const;
  return async (call) => {
    const token = call.header("vestibule-request-token") ?? "";
    if (token === "" || token.length > longestToken) return undefined;
    const payload = await verified(token, keys, {
      ...rules,
      clockTolerance: tolerance,
      requiredClaims: ["exp", "jti"],
      currentDate: new Date(now()),
    });
    return payload && readToken(payload, call, demand.target ?? targetOf(call.url));
  };
}

/** What stands in the token is what came: nobody can put its proof on another request. */
async function readToken(
  payload: JWTPayload,
  call: IncomingCall,
  target: string,
): Promise<RequestToken | undefined> {
  const { jti, iss, aud, iat, exp } = payload;
  const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(call.body));
  const bound = [
    [payload.method, call.method.toUpperCase()],
    [payload.target, target],
    [jti, call.header("idempotency-key") ?? ""],
    [payload.body_sha256, encodeBase64url(digest)],
  ] as const;
  const differing = bound.filter(
    ([claimed, actual]) => typeof claimed !== "string" || !equalText(claimed, actual),
  );
  if (differing.length > 0 || !jti || !iss || typeof aud !== "string" || !iat || !exp) return undefined;
  return { id: jti, issuer: iss, audience: aud, issuedAt: iat, expires: exp };
}

async function verified(
  token: string,
  keys: JWTVerifyGetKey,
  rules: NonNullable<Parameters<typeof jwtVerify>[2]>,
): Promise<JWTPayload | undefined> {
  try {
    return (await jwtVerify(token, keys, rules)).payload;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** The token is at fault; anything else is a failure to fetch the keys, which says nothing about the caller. */
function isRefusal(error: unknown): boolean {
  return [
    errors.JWTClaimValidationFailed,
    errors.JWTExpired,
    errors.JWTInvalid,
    errors.JWSInvalid,
    errors.JWSSignatureVerificationFailed,
    errors.JOSEAlgNotAllowed,
    errors.JOSENotSupported,
    errors.JWKSNoMatchingKey,
    errors.JWKSMultipleMatchingKeys,
  ].some((kind) => error instanceof kind);
}

function namesOf(given: string | readonly string[], what: string): string[] {
  const names = [given].flat();
  if (names.length === 0 || names.includes("")) throw new TypeError(`Name the ${what}.`);
  return names;
}

/** Whoever can change the keys on their way can sign as they like. */
function keysAddress(text: string): URL {
  const url = new URL(text);
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLocal)) {
    throw new TypeError("Keys are fetched by https.");
  }
  return url;
}
