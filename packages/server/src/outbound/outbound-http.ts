import type { LookupFunction } from "node:net";
import type { CallRules, HttpCall, HttpPort, HttpResult, TransportFailure } from "@vestibule/engine";
import { type AddressRules, addressGuard } from "./address-guard.ts";
import { Bulkheads } from "./bulkhead.ts";
import { type BreakerSettings, CircuitBreakers, type CircuitReport, type Health } from "./circuit-breaker.ts";
import { openCircuitChannel } from "./circuit-channel.ts";
import type { SocketOpener } from "./guarded-connector.ts";
import { Pools } from "./pools.ts";
import { type Target, Targets } from "./targets.ts";
import { type RandomFraction, sendWithTries } from "./tries.ts";

export interface OutboundOptions {
  /** Development mode: plain http and loopback addresses may be called. */
  readonly development?: boolean;
  /** Which guarded addresses may be reached. Default: loopback and private ones in development only. */
  readonly addresses?: Partial<AddressRules>;
  /** PEM texts of authorities that are trusted beside the public ones. */
  readonly certificateAuthorities?: readonly string[];
  /** One breaker for all calls, whatever their rules; `false` switches it off. Absent = the rules of each call. */
  readonly breaker?: BreakerSettings | false;
  /** Clients of this name in the threads of this process share what they learn of endpoints; absent = alone. */
  readonly sharedCircuits?: string;
  /** Resolves names; absent = the system's resolver. */
  readonly lookup?: LookupFunction;
  /** HTTP proxy for public addresses. */
  readonly proxy?: URL;
  /** Opens the connections; absent = the guarded connector. */
  readonly openSocket?: SocketOpener;
  /** Where pauses between tries get their random part from; absent = Math.random. */
  readonly random?: RandomFraction;
}

/** For calls without rules of their own: as B2C does it (api-connectors.md A7, U61). */
const plainRules: CallRules = {
  deadline: 0,
  retryStatuses: [],
  pause: 0,
  longestPause: 0,
  longestRetryAfter: 0,
  breakerFailures: 10,
  breakerWindow: 60_000,
  breakerPause: 30_000,
  concurrentCalls: 256,
};

export interface OutboundHttp extends HttpPort {
  /** The circuits of the addresses that were called. */
  circuits(): Promise<readonly CircuitReport[]>;
  close(): Promise<void>;
}

/**
 * The guarded HTTP client. It never throws for anything that the other side does, and follows no redirect. Make one
 * for each tenant: connections and circuits are then never shared between tenants.
 */
export function createOutboundHttp(options: OutboundOptions = {}): OutboundHttp {
  const development = options.development ?? false;
  const pools = new Pools({
    guard: addressGuard({ loopback: development, private: development, ...options.addresses }),
    ...(options.certificateAuthorities && { certificateAuthorities: options.certificateAuthorities }),
    ...(options.lookup && { lookup: options.lookup }),
    ...(options.proxy && { proxy: options.proxy }),
    ...(options.openSocket && { openSocket: options.openSocket }),
  });
  const targets = new Targets();
  const channel =
    options.sharedCircuits === undefined
      ? undefined
      : openCircuitChannel(options.sharedCircuits, (news) => breakers.hear(news));
  const breakers = new CircuitBreakers(channel?.tell);
  const bulkheads = new Bulkheads();
  const random = options.random ?? Math.random;

  /** One call inside its endpoint's places, under one deadline. */
  function placed(call: HttpCall, target: Target, rules: CallRules): Promise<HttpResult | "busy"> {
    const started = performance.now();
    const bound = rules.deadline > 0 ? rules.deadline : Number.POSITIVE_INFINITY;
    const left = () => bound - (performance.now() - started);
    // A little less than an answer may take: whoever came together with calls that hang has no use for their places.
    const patience = Math.min(call.timeout, bound) * 0.95;
    return bulkheads.run<HttpResult | "busy">(target.endpoint, rules.concurrentCalls, patience, () =>
      // A place that comes free in the last moment is of no use any more.
      left() < 1 ? "busy" : sendWithTries(pools, call, target, rules, left, random),
    );
  }

  return {
    ...(development && { development }),
    async send(call) {
      const read = targets.read(call.url);
      if (!read) return unsent("connect", "The address cannot be called.");
      // One API is one endpoint, whoever's id stands in its path: else its circuit would never open.
      const target = call.endpoint === undefined ? read : { ...read, endpoint: call.endpoint };
      const rules = call.rules ?? plainRules;
      const settings = options.breaker ?? breakerOf(rules);
      const circuit = settings ? breakers.of(target.endpoint, settings) : undefined;
      const admitted = circuit ? circuit.admit() : "call";
      if (admitted === undefined) return unsent("circuitOpen", circuitOpen);
      let health: Health = "unknown";
      try {
        const result = await placed(call, target, rules);
        if (result === "busy")
          return unsent(
            "busy",
            `${rules.concurrentCalls} calls to this address are under way; the request was not sent.`,
          );
        health = healthOf(result);
        return result;
      } finally {
        circuit?.settle(admitted, health);
      }
    },
    circuits: async () => breakers.report(),
    close: () => {
      channel?.close();
      return pools.close();
    },
  };
}

const circuitOpen = "The circuit is open after repeated failures; the request was not sent.";

function unsent(failure: TransportFailure, detail: string): HttpResult {
  return { kind: "failure", failure, detail, attempts: [] };
}

function breakerOf({ breakerFailures, breakerWindow, breakerPause }: CallRules): BreakerSettings | false {
  return (
    breakerFailures > 0 && { failures: breakerFailures, window: breakerWindow, halfOpenAfter: breakerPause }
  );
}

/** Answers that came, however useless, show that the endpoint lives; refused addresses were never asked. */
function healthOf(result: HttpResult): Health {
  const failing =
    result.kind === "failure" && result.failure !== "refusedAddress" && result.failure !== "tooLarge";
  return failing ? "failing" : "alive";
}
