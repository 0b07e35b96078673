export interface BreakerSettings {
  /** Consecutive failures that open the circuit … */
  readonly failures: number;
  /** … within this many milliseconds. */
  readonly window: number;
  /** Milliseconds until one probe is let through. */
  readonly halfOpenAfter: number;
}

/** The state of one circuit; `endpoint` is origin and path. */
export interface CircuitReport {
  readonly endpoint: string;
  readonly state: "closed" | "halfOpen" | "open";
}

/** What a result says of its endpoint: that it lives, that it fails, or nothing, since it was not asked. */
export type Health = "alive" | "failing" | "unknown";

/** Endpoints remembered at the same time; the one that was asked for longest ago is forgotten first. */
const mostEndpoints = 1000;

/**
 * Lets calls through until an endpoint failed too often; then nobody, until a pause is over and one call may find out
 * whether it lives again.
 */
export class Circuit {
  readonly #settings: BreakerSettings;
  /** When it failed in a row, in milliseconds since 1970, as far as that still counts. */
  #failedAt: number[] = [];
  #openedAt: number | undefined;
  #probing = false;

  constructor(settings: BreakerSettings) {
    this.#settings = settings;
  }

  get state(): CircuitReport["state"] {
    if (this.#openedAt === undefined) return "closed";
    return this.#probing ? "halfOpen" : "open";
  }

  /** What a call that wants to go out now is; undefined where it must not. */
  admit(): "call" | "probe" | undefined {
    if (this.#openedAt === undefined) return "call";
    // While the probe is out nobody queues behind it: a dead API would hold everybody for its whole time-out.
    if (this.#probing || Date.now() - this.#openedAt < this.#settings.halfOpenAfter) return undefined;
    this.#probing = true;
    return "probe";
  }

  /** A call has ended. */
  settle(call: "call" | "probe", health: Health): void {
    if (call === "probe") {
      this.#probing = false;
      this.#failedAt = [];
      // A probe that says nothing did not show that the endpoint lives.
      this.#openedAt = health === "alive" ? undefined : Date.now();
    } else if (health === "alive") {
      if (this.#failedAt.length > 0) this.#failedAt = [];
    } else if (health === "failing") {
      this.#failed(Date.now());
    }
  }

  /** A full house between two failures must not make the circuit forget the first: only what lived does. */
  #failed(now: number): void {
    const { failures, window } = this.#settings;
    this.#failedAt = [...this.#failedAt, now].filter((at) => now - at < window);
    // Calls that were under way when it opened end later; they do not prolong its pause.
    if (this.#failedAt.length >= failures) this.#openedAt ??= now;
  }
}

/** One circuit for each endpoint, so that one dead API does not cut off its neighbours. */
export class CircuitBreakers {
  readonly #circuits = new Map<string, Circuit>();

  /** Of two connectors with one address, those with the same settings share what was learned of it. */
  of(endpoint: string, settings: BreakerSettings): Circuit {
    const name = endpoint.replaceAll(" ", "%20");
    const key = `${settings.failures} ${settings.window} ${settings.halfOpenAfter} ${name}`;
    const known = this.#circuits.get(key);
    if (known) {
      this.#circuits.delete(key);
      this.#circuits.set(key, known);
      return known;
    }
    const circuit = new Circuit(settings);
    this.#circuits.set(key, circuit);
    for (const oldest of this.#circuits.keys()) {
      if (this.#circuits.size <= mostEndpoints) break;
      this.#circuits.delete(oldest);
    }
    return circuit;
  }

  /** Of two circuits with one address the worse counts. */
  report(): readonly CircuitReport[] {
    const states = new Map<string, CircuitReport["state"]>();
    for (const [key, { state }] of this.#circuits) {
      const endpoint = key.slice(key.lastIndexOf(" ") + 1);
      if (state !== "closed" || !states.has(endpoint)) states.set(endpoint, state);
    }
    return [...states].map(([endpoint, state]) => ({ endpoint, state }));
  }
}
