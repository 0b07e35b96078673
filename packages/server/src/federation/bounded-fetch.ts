/** What federation needs of `fetch`. The guarded outbound client gives one that refuses private addresses. */
export type FetchLike = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: string;
    readonly redirect: "manual";
    readonly signal: AbortSignal;
  },
) => Promise<Response>;

export interface FetchBounds {
  /** Milliseconds from the request to the last byte of the answer. */
  readonly timeout: number;
  readonly maxResponseBytes: number;
}

/** The provider gave no usable HTTP answer: refused, slow, too much, or 5xx. `message` is safe to log. */
export class ProviderUnreachable extends Error {
  override readonly name = "ProviderUnreachable";
}

/** What openid-client hands to its `customFetch`. */
interface BoundedRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

export type BoundedFetch = (url: string, request: BoundedRequest) => Promise<Response>;

/**
 * Limits every request to a provider: time and size in total, no redirect followed (protocol.md S9), 5xx is no answer.
 * Errors: throws only `ProviderUnreachable`.
 */
export function boundFetch(fetch: FetchLike, bounds: FetchBounds, allowInsecureHttp: boolean): BoundedFetch {
  return async (url, request) => {
    const where = withoutQuery(url);
    if (new URL(url).protocol !== "https:" && !(allowInsecureHttp && new URL(url).protocol === "http:")) {
      throw new ProviderUnreachable(`${where} is not an https address`);
    }
    const signal = AbortSignal.timeout(bounds.timeout);
    try {
      const response = await fetch(url, {
        method: request.method,
        headers: request.headers,
        ...(request.body !== undefined && request.body !== null && { body: String(request.body) }),
        redirect: "manual",
        signal,
      });
      if (response.status >= 500) {
        await response.body?.cancel();
        throw new ProviderUnreachable(`${where} answered ${response.status}`);
      }
      const body = await readAtMost(response, bounds.maxResponseBytes, where, signal);
      return new Response(body.byteLength === 0 ? null : body, {
        status: response.status,
        headers: response.headers,
      });
    } catch (error) {
      if (error instanceof ProviderUnreachable) throw error;
      const reason = signal.aborted ? `no answer within ${bounds.timeout} ms` : causeOf(error);
      throw new ProviderUnreachable(`${where}: ${reason}`, { cause: error });
    }
  };
}

async function readAtMost(
  response: Response,
  limit: number,
  where: string,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let total = 0;
  // The signal ends a hanging body also where the given fetch does not pass it on to its stream.
  const abort = () => void reader.cancel(signal.reason).catch(() => undefined);
  signal.addEventListener("abort", abort, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) break;
      total += value.byteLength;
      if (total > limit) {
        await reader.cancel();
        throw new ProviderUnreachable(`${where} answered with more than ${limit} bytes`);
      }
      chunks.push(value);
    }
  } finally {
    signal.removeEventListener("abort", abort);
  }
  const body = new Uint8Array(total);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return body;
}

function causeOf(error: unknown): string {
  // `fetch failed` says nothing; its cause has the system's code (ECONNREFUSED, CERT_HAS_EXPIRED, …).
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    if ("code" in current && typeof current.code === "string") return current.code;
  }
  return error instanceof Error ? error.message : "failed";
}

/** An address for logs: origin and path only. */
export function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
