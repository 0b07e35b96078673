import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  circuitBreaker,
  handleWhenResult,
  type IBreaker,
} from "cockatiel";

export interface BreakerSettings {
  /** Consecutive transport failures that open the circuit … */
  readonly failures: number;
  /** … within this many milliseconds. */
  readonly window: number;
  /** Milliseconds until one probe is let through. */
  readonly halfOpenAfter: number;
}

/** Endpoints remembered at the same time; the one that was asked for longest ago is forgotten first. */
const mostEndpoints = 1000;

/** Consecutive failures count only while they lie within the window. */
class ConsecutiveWithinWindow implements IBreaker {
  readonly #settings: BreakerSettings;
  #failedAt: number[] = [];

  constructor(settings: BreakerSettings) {
    this.#settings = settings;
  }

  get state(): unknown {
    return this.#failedAt;
  }

  set state(value: unknown) {
    this.#failedAt = Array.isArray(value) ? value.filter((at) => typeof at === "number") : [];
  }

  success(): void {
    this.#failedAt = [];
  }

  failure(): boolean {
    const now = Date.now();
    this.#failedAt = [...this.#failedAt, now].filter((at) => now - at < this.#settings.window);
    return this.#failedAt.length >= this.#settings.failures;
  }
}

/** The state of one circuit; `endpoint` is origin and path. */
export interface CircuitReport {
  readonly endpoint: string;
  readonly state: "closed" | "halfOpen" | "open";
}

/** A result that says nothing of the endpoint; it passes the circuit as an exception, which counts for nothing there. */
class Uncounted<T> extends Error {
  readonly result: T;
  constructor(result: T) {
    super("not counted");
    this.result = result;
  }
}

/** What a result says of its endpoint: that it lives, that it fails, or nothing, since it was not asked. */
export type Health = "alive" | "failing" | "unknown";

/** One circuit for each endpoint, so that one dead API does not cut off its neighbours. */
export class CircuitBreakers {
  readonly #circuits = new Map<string, CircuitBreakerPolicy>();

  /** Runs `call`, or answers "open" without running it. `health` says what a result counts as. */
  async run<T>(
    endpoint: string,
    settings: BreakerSettings,
    call: () => Promise<T>,
    health: (result: T) => Health,
  ): Promise<T | "open"> {
    // A probe that says nothing did not show that the endpoint lives.
    const isFailure = (result: unknown) => health(result as T) !== "alive";
    const circuit = this.#circuit(endpoint, settings, isFailure);
    const probes = circuit.state !== CircuitState.Closed;
    // While the probe is out nobody queues behind it: a dead API would hold everybody for its whole time-out.
    if (circuit.state === CircuitState.HalfOpen) return "open";
    try {
      return await circuit.execute(async () => {
        const result = await call();
        // A full house between two failures must not make the circuit forget the first.
        if (!probes && health(result) === "unknown") throw new Uncounted(result);
        return result;
      });
    } catch (error) {
      if (error instanceof Uncounted) return error.result as T;
      if (error instanceof BrokenCircuitError) return "open";
      throw error;
    }
  }

  /** Of two circuits with one address the worse counts. */
  report(): readonly CircuitReport[] {
    const states = new Map<string, CircuitReport["state"]>();
    for (const [key, { state }] of this.#circuits) {
      const endpoint = key.slice(key.lastIndexOf(" ") + 1);
      const name =
        state === CircuitState.Closed ? "closed" : state === CircuitState.HalfOpen ? "halfOpen" : "open";
      if (name !== "closed" || !states.has(endpoint)) states.set(endpoint, name);
    }
    return [...states].map(([endpoint, state]) => ({ endpoint, state }));
  }

  /** Of two connectors with one address, those with the same settings share what was learned of it. */
  #circuit(
    endpoint: string,
    settings: BreakerSettings,
    isFailure: (result: unknown) => boolean,
  ): CircuitBreakerPolicy {
    const name = endpoint.replaceAll(" ", "%20");
    const key = `${settings.failures} ${settings.window} ${settings.halfOpenAfter} ${name}`;
    const known = this.#circuits.get(key);
    if (known) {
      this.#circuits.delete(key);
      this.#circuits.set(key, known);
      return known;
    }
    const circuit = circuitBreaker(handleWhenResult(isFailure), {
      halfOpenAfter: settings.halfOpenAfter,
      breaker: new ConsecutiveWithinWindow(settings),
    });
    this.#circuits.set(key, circuit);
    for (const oldest of this.#circuits.keys()) {
      if (this.#circuits.size <= mostEndpoints) break;
      this.#circuits.delete(oldest);
    }
    return circuit;
  }
}
