import type { LookupFunction } from "node:net";
import type { HttpAttempt, HttpCall, HttpPort, HttpResult } from "@vestibule/engine";
import { type AddressRules, addressGuard } from "./address-guard.ts";
import { type BreakerSettings, CircuitBreakers, defaultBreaker } from "./circuit-breaker.ts";
import type { SocketOpener } from "./guarded-connector.ts";
import { Pools } from "./pools.ts";
import { type TryResult, tryOnce } from "./single-try.ts";
import { type Target, Targets } from "./targets.ts";

export interface OutboundOptions {
  /** Development mode: plain http and loopback addresses may be called. */
  readonly development?: boolean;
  /** Which guarded addresses connectors may reach. Default: private yes, loopback in development only (U65). */
  readonly addresses?: Partial<AddressRules>;
  /** PEM texts of authorities that are trusted beside the public ones. */
  readonly certificateAuthorities?: readonly string[];
  /** `false` switches the circuit breaker off. */
  readonly breaker?: BreakerSettings | false;
  /** Resolves names; absent = the system's resolver. */
  readonly lookup?: LookupFunction;
  /** Opens the connections; absent = the guarded connector. */
  readonly openSocket?: SocketOpener;
}

export interface OutboundHttp extends HttpPort {
  close(): Promise<void>;
}

/**
 * The guarded HTTP client. It never throws for anything that the other side does, and follows no redirect. Make one
 * for each tenant: connections and circuits are then never shared between tenants.
 */
export function createOutboundHttp(options: OutboundOptions = {}): OutboundHttp {
  const development = options.development ?? false;
  const loopback = options.addresses?.loopback ?? development;
  const pools = new Pools({
    guard: addressGuard({ loopback, private: options.addresses?.private ?? true }),
    ...(options.certificateAuthorities && { certificateAuthorities: options.certificateAuthorities }),
    ...(options.lookup && { lookup: options.lookup }),
    ...(options.openSocket && { openSocket: options.openSocket }),
  });
  const targets = new Targets();
  const breakers =
    options.breaker === false ? undefined : new CircuitBreakers(options.breaker ?? defaultBreaker);
  return {
    ...(development && { development }),
    async send(call) {
      const target = targets.read(call.url);
      if (!target) {
        return { kind: "failure", failure: "connect", detail: "The address cannot be called.", attempts: [] };
      }
      if (!breakers) return sendWithTries(pools, call, target);
      const result = await breakers.run(
        target.endpoint,
        () => sendWithTries(pools, call, target),
        countsAgainstEndpoint,
      );
      if (result !== "open") return result;
      const detail = "The circuit is open after repeated failures; the request was not sent.";
      return { kind: "failure", failure: "circuitOpen", detail, attempts: [] };
    },
    close: () => pools.close(),
  };
}

/** Answers that came, however useless, show that the endpoint lives; refused addresses were never asked. */
function countsAgainstEndpoint(result: HttpResult): boolean {
  return result.kind === "failure" && result.failure !== "refusedAddress" && result.failure !== "tooLarge";
}

/** Repeats only where no HTTP status came (api-connectors.md A7, U29), without a pause. */
async function sendWithTries(pools: Pools, call: HttpCall, target: Target): Promise<HttpResult> {
  const pool = pools.get(target.origin, call.timeout, call.clientCertificate);
  const attempts: HttpAttempt[] = [];
  for (;;) {
    const started = performance.now();
    const result = await tryOnce(pool, {
      method: call.method,
      path: target.path,
      headers: call.headers,
      ...(call.body !== undefined && { body: call.body }),
      timeout: call.timeout,
      maxResponseBytes: call.maxResponseBytes,
    });
    attempts.push({
      duration: Math.round(performance.now() - started),
      ...(result.status !== undefined && { status: result.status }),
      ...(result.kind === "failure" && { failure: result.failure }),
    });
    if (result.kind === "answer") return { ...result, attempts };
    if (attempts.length >= call.tries || !mayRepeat(result)) {
      return { kind: "failure", failure: result.failure, detail: result.detail, attempts };
    }
  }
}

/** A status of any kind is final, and an address that is refused once is refused again. */
function mayRepeat(result: Extract<TryResult, { kind: "failure" }>): boolean {
  return result.status === undefined && result.failure !== "refusedAddress" && result.failure !== "tooLarge";
}
