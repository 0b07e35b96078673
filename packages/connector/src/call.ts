import type { PresentedCertificate } from "./authentication.ts";

/** One HTTP request, whatever the host that received it. Adapters make it; checks and handlers read it. */
export interface IncomingCall {
  readonly method: string;
  /** Path and query, or a whole address. */
  readonly url: string;
  /** A header by its name in any case; undefined where there is none. */
  header(name: string): string | undefined;
  /** The bytes as they came: signatures cover them. */
  readonly body: Uint8Array;
  /** What the peer presented in the TLS handshake. */
  readonly certificate?: PresentedCertificate | undefined;
  /** True where whoever ended TLS verified the certificate's chain against your authority. */
  readonly chainVerified?: boolean;
}

/** A body that is larger than the connector takes; adapters that read streams stop there. */
export class BodyTooLarge extends Error {
  override readonly name = "BodyTooLarge";
}

/** Collects a stream's chunks, and no more than this many bytes of them. */
export async function collect(chunks: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > most) throw new BodyTooLarge();
    parts.push(chunk);
  }
  return join(parts, size);
}

function join(parts: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Path and query of a call: what its signature covers. */
export function targetOf(url: string): string {
  // A path may begin with two slashes, and names no host by them.
  const { pathname, search } = new URL(
    url.startsWith("/") ? `http://localhost${url}` : url,
    "http://localhost",
  );
  return pathname + search;
}

/** Without padding. */
export function encodeBase64url(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}
