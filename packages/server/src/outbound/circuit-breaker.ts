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

/** What one thread learned of an endpoint that the others should know. */
export interface CircuitNews {
  readonly endpoint: string;
  readonly settings: BreakerSettings;
  readonly event: CircuitEvent;
}

/** `probes`: a probe goes out; `stillFails`: it showed nothing better; `isOpen`: whoever still calls should know. */
type CircuitEvent = "failed" | "lives" | "probes" | "stillFails" | "isOpen";

/** Endpoints remembered at the same time; the one that was asked for longest ago is forgotten first. */
const mostEndpoints = 1000;

/**
 * Lets calls through until an endpoint failed too often; then nobody, until a pause is over and one call may find out
 * whether it lives again.
 */
export class Circuit {
  readonly #settings: BreakerSettings;
  /**
   * When it failed in a row, as far as that still counts. In milliseconds of the machine's own time, which nobody sets: a
   * clock that is set back must not keep a circuit open for as long.
   */
  #failedAt: number[] = [];
  #openedAt: number | undefined;
  #probing = false;
  readonly #tell: ((event: CircuitEvent) => void) | undefined;

  /** `tell` is given what the other threads should `hear`. */
  constructor(settings: BreakerSettings, tell?: (event: CircuitEvent) => void) {
    this.#settings = settings;
    this.#tell = tell;
  }

  get state(): CircuitReport["state"] {
    if (this.#openedAt === undefined) return "closed";
    return this.#probing ? "halfOpen" : "open";
  }

  /** What a call that wants to go out now is; undefined where it must not. */
  admit(): "call" | "probe" | undefined {
    if (this.#openedAt === undefined) return "call";
    // While the probe is out nobody queues behind it: a dead API would hold everybody for its whole time-out.
    if (this.#probing || performance.now() - this.#openedAt < this.#settings.halfOpenAfter) return undefined;
    this.#probing = true;
    this.#tell?.("probes");
    return "probe";
  }

  /** A call has ended. */
  settle(call: "call" | "probe", health: Health): void {
    if (call === "probe") {
      this.#probing = false;
      this.#failedAt = [];
      // A probe that says nothing did not show that the endpoint lives.
      this.#openedAt = health === "alive" ? undefined : performance.now();
      this.#tell?.(health === "alive" ? "lives" : "stillFails");
    } else if (health === "alive") {
      if (this.#failedAt.length === 0) return;
      this.#failedAt = [];
      // Calls that were under way when it opened do not close it again.
      if (this.#openedAt === undefined) this.#tell?.("lives");
    } else if (health === "failing") {
      this.#failed(performance.now());
      this.#tell?.("failed");
    }
  }

  /** Another thread learned this. */
  hear(event: CircuitEvent): void {
    switch (event) {
      case "failed":
        // A thread that began later did not hear of what opened it.
        if (this.#openedAt !== undefined) this.#tell?.("isOpen");
        this.#failed(performance.now());
        break;
      case "isOpen":
        this.#openedAt ??= performance.now();
        break;
      case "lives":
        this.#failedAt = [];
        this.#openedAt = undefined;
        break;
      case "probes":
        // One probe is enough. Where that thread dies, the next may ask after another pause.
        if (this.#openedAt !== undefined) this.#openedAt = performance.now();
        break;
      case "stillFails":
        this.#openedAt = performance.now();
        break;
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
  readonly #tell: ((news: CircuitNews) => void) | undefined;

  /** `tell` is given what the other threads that call these endpoints should `hear`. */
  constructor(tell?: (news: CircuitNews) => void) {
    this.#tell = tell;
  }

  /** What another thread learned counts here too. */
  hear({ endpoint, settings, event }: CircuitNews): void {
    this.of(endpoint, settings).hear(event);
  }

  /** Of two connectors with one address, those with the same settings share what was learned of it. */
  of(endpoint: string, settings: BreakerSettings): Circuit {
    const name = endpoint.includes(" ") ? endpoint.replaceAll(" ", "%20") : endpoint;
    const key = `${settings.failures} ${settings.window} ${settings.halfOpenAfter} ${name}`;
    const known = this.#circuits.get(key);
    if (known) {
      // As long as there is room, who was asked for last does not matter.
      if (this.#circuits.size > mostEndpoints / 2) {
        this.#circuits.delete(key);
        this.#circuits.set(key, known);
      }
      return known;
    }
    const tell = this.#tell;
    const circuit = new Circuit(settings, tell && ((event) => tell({ endpoint, settings, event })));
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
