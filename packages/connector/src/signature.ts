import { encodeBase64url, type IncomingCall, targetOf } from "./call.ts";
import type { CallerCheck } from "./callers.ts";

export interface SignatureDemand {
  /** Shared keys of at least 16 characters; two stand side by side while one is renewed. */
  readonly keys: readonly string[];
  /** Seconds that the sender's clock and yours may differ, either way. Default 300. */
  readonly tolerance?: number;
  /** Milliseconds since 1970; absent = now. */
  readonly now?: number;
  /**
   * Path and query as they stand in the connector's `targetUrl`, where a gateway before you changes them. Absent = those
   * of the call.
   */
  readonly target?: string;
}

const shortestKey = 16;

/**
 * The header `Vestibule-Signature` was made with one of these keys, over this method, path, query, idempotency key and
 * body, and not long ago. Within the tolerance a copied request still counts: give the connector a `memory`, or check
 * `Idempotency-Key` yourself, where that matters.
 */
export function signature(demand: SignatureDemand): CallerCheck {
  requireKeys(demand.keys);
  return (call) => checkSignature(call, demand);
}

/** The check behind `signature`, for those who read requests themselves. Takes the same time wherever two texts differ. */
export async function checkSignature(call: IncomingCall, demand: SignatureDemand): Promise<boolean> {
  requireKeys(demand.keys);
  const { tolerance = 300, now = Date.now() } = demand;
  const parts = (call.header("vestibule-signature") ?? "").split(",");
  const time = /^t=(\d{1,12})$/.exec(parts[0] ?? "")?.[1];
  const given = parts.slice(1, 9).flatMap((part) => decode(/^v1=([\w-]{43})$/.exec(part)?.[1]) ?? []);
  if (time === undefined || Math.abs(now / 1000 - Number(time)) > tolerance) return false;
  const digest = encodeBase64url(await crypto.subtle.digest("SHA-256", new Uint8Array(call.body)));
  const target = demand.target ?? targetOf(call.url);
  const key = call.header("idempotency-key") ?? "";
  const text = new TextEncoder().encode(
    ["v1", time, call.method.toUpperCase(), target, key, digest].join("\n"),
  );
  let found = false;
  for (const each of demand.keys) {
    const imported = await crypto.subtle.importKey(
      "raw",
      new TextEncoder().encode(each),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["verify"],
    );
    for (const one of given) {
      // The platform compares in constant time.
      if (await crypto.subtle.verify("HMAC", imported, one, text)) found = true;
    }
  }
  return found;
}

function requireKeys(keys: readonly string[]): void {
  if (keys.length === 0 || keys.some((key) => key.length < shortestKey)) {
    throw new TypeError(`A signing key has at least ${shortestKey} characters.`);
  }
}

function decode(base64url: string | undefined): Uint8Array<ArrayBuffer>[] | undefined {
  if (base64url === undefined) return undefined;
  const base64 = base64url.replace(/-/g, "+").replace(/_/g, "/");
  return [Uint8Array.from(atob(`${base64}=`), (character) => character.charCodeAt(0))];
}
