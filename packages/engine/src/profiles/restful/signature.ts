import { createHmac, hash } from "node:crypto";
import type { Proof } from "./credentials.ts";
import type { EncodedRequest, Fault, RestfulContext } from "./exchange.ts";
import type { RequestSignature } from "./trust.ts";

/** `t=<Unix seconds>,v1=<base64url of HMAC-SHA256>`, one `v1` for each key that is valid now. */
const signatureHeader = "vestibule-signature";
/** A compact JWS of the type `vestibule-request+jwt`. */
const tokenHeader = "vestibule-request-token";

/** A key that can be guessed proves nothing. */
const shortestKey = 16;
/** Seconds that a signed token counts. */
const tokenLifetime = 300;

interface SignedAddress {
  readonly origin: string;
  /** Path and query. */
  readonly target: string;
}

const mostAddresses = 256;
const addresses = new Map<string, SignedAddress>();

/** APIs are called at the same few addresses again and again. */
function addressOf(url: string): SignedAddress {
  const known = addresses.get(url);
  if (known) return known;
  const { origin, pathname, search } = new URL(url);
  const address = { origin, target: pathname + search };
  if (addresses.size >= mostAddresses) addresses.clear();
  addresses.set(url, address);
  return address;
}

/**
 * Proves to the API that the request is ours and unchanged (docs/api-connectors.md, "Signed requests"). Signed are time,
 * method, path with query, idempotency key and body, so that no part can be taken for another request.
 */
export async function addSignature(
  context: RestfulContext,
  signature: RequestSignature,
  request: EncodedRequest,
  idempotencyKey: string,
  { headers, secrets }: Proof,
): Promise<{ readonly fault: Fault } | undefined> {
  const now = Math.floor(context.ports.clock.now() / 1000);
  const { origin, target } = addressOf(request.url);
  const digest = hash("sha256", request.body ?? "", "base64url");
  if (signature.kind === "jwt") {
    const token = await context.ports.requestSigner.sign(
      { policyId: context.policy.policyId, origin: context.state.request.origin },
      {
        aud: origin,
        iat: now,
        exp: now + tokenLifetime,
        jti: idempotencyKey,
        method: request.method,
        target,
        body_sha256: digest,
      },
    );
    headers[tokenHeader] = token;
    secrets.push(token);
    return undefined;
  }
  const text = `v1\n${now}\n${request.method}\n${target}\n${idempotencyKey}\n${digest}`;
  let value = `t=${now}`;
  for (const [position, reference] of signature.keys.entries()) {
    const key = await context.ports.keys.secret(reference);
    // The previous key may be gone already.
    if (key === undefined && position > 0) continue;
    if (key === undefined || key.length < shortestKey) {
      const message =
        key === undefined
          ? `The key container with ID '${reference}' in tenant '${context.policy.tenantId}' does not has a valid key. Reason: no key is valid now.`
          : `The key container with ID '${reference}' in tenant '${context.policy.tenantId}' does not has a valid key. Reason: a signing key has at least ${shortestKey} characters.`;
      return { fault: { kind: "configuration", code: "AADB2C90019", message } };
    }
    secrets.push(key);
    value += `,v1=${createHmac("sha256", key).update(text, "utf8").digest("base64url")}`;
  }
  // An API may echo what it was sent.
  secrets.push(value);
  headers[signatureHeader] = value;
  return undefined;
}
