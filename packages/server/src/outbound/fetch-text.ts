import type { TransportFailure } from "@vestibule/engine";
import type { Pools } from "./pools.ts";
import { tryOnce } from "./single-try.ts";

export type FetchTextResult =
  | {
      readonly kind: "text";
      readonly text: string;
      readonly contentType: string;
      /** Where it came from after redirects. */
      readonly url: string;
    }
  | {
      readonly kind: "failure";
      readonly failure: TransportFailure | "status" | "redirect" | "scheme";
      /** For the operator; holds no query string. */
      readonly detail: string;
    };

export interface FetchTextOptions {
  readonly plainHttp: boolean;
  /** Connections under the address rules of a host. */
  pools(host: string): Pools;
}

const mostRedirects = 3;
const timeLimit = 10_000;
const sizeLimit = 1024 * 1024;

/** Follows at most three redirects, none of them from https to http; every hop passes the address guard anew. */
export async function fetchText(url: string, options: FetchTextOptions): Promise<FetchTextResult> {
  const deadline = performance.now() + timeLimit;
  let current = url;
  for (let hop = 0; ; hop++) {
    const target = URL.canParse(current) ? new URL(current) : undefined;
    const secure = target?.protocol === "https:";
    const plain = target?.protocol === "http:" && options.plainHttp && (hop === 0 || url.startsWith("http:"));
    if (!target || !(secure || plain)) return failure("scheme", "Only https addresses are fetched.");
    const left = Math.ceil(deadline - performance.now());
    if (left <= 0) return failure("timeout", `No complete answer within ${timeLimit} ms.`);
    const result = await tryOnce(options.pools(target.hostname).get(target.origin, timeLimit, undefined), {
      method: "GET",
      path: target.pathname + target.search,
      headers: { accept: "text/html, application/json, */*;q=0.5", "user-agent": "Vestibule" },
      timeout: left,
      maxResponseBytes: sizeLimit,
    });
    if (result.kind === "failure") return failure(result.failure, result.detail);
    if (result.status === 200) {
      const contentType = result.headers["content-type"] ?? "";
      return { kind: "text", text: result.body, contentType, url: target.href };
    }
    const { location } = result.headers;
    if (![301, 302, 303, 307, 308].includes(result.status) || !location) {
      return failure("status", `${target.origin} answered HTTP ${result.status}.`);
    }
    if (hop >= mostRedirects) return failure("redirect", `More than ${mostRedirects} redirects.`);
    if (!URL.canParse(location, target)) return failure("redirect", "The redirect's address cannot be read.");
    current = new URL(location, target).href;
  }
}

function failure(
  kind: Extract<FetchTextResult, { kind: "failure" }>["failure"],
  detail: string,
): FetchTextResult {
  return { kind: "failure", failure: kind, detail };
}
