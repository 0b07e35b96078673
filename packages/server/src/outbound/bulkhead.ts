/** Places for calls to one address: who finds none waits, first come first served. */
class Places {
  #taken = 0;
  readonly #waiting = new Set<() => void>();

  get idle(): boolean {
    return this.#taken === 0 && this.#waiting.size === 0;
  }

  /** True once there is a place; false where too many wait already, or none came free in time. */
  take(places: number, patience: number): boolean | Promise<boolean> {
    if (this.#taken < places) {
      this.#taken++;
      return true;
    }
    if (this.#waiting.size >= places) return false;
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer);
        this.#waiting.delete(go);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(go);
        resolve(false);
      }, patience);
      this.#waiting.add(go);
    });
  }

  /** Hands the place to the one who has waited longest. */
  give(): void {
    const [next] = this.#waiting;
    if (next) next();
    else this.#taken--;
  }
}

const mostIdle = 100;

/**
 * Bounds what one address can hold of this server: sockets, memory and journeys under way. A slow API fills its own
 * places, and its neighbours never notice.
 */
export class Bulkheads {
  readonly #places = new Map<string, Places>();

  /** Runs `call` in one of `places` places, or answers "busy". `patience` is in milliseconds. */
  async run<T>(
    endpoint: string,
    places: number,
    patience: number,
    call: () => T | Promise<T>,
  ): Promise<T | "busy"> {
    let own = this.#places.get(endpoint);
    if (!own) {
      own = new Places();
      this.#places.set(endpoint, own);
    }
    const taken = own.take(places, patience);
    // Nearly always there is one at once.
    if (taken !== true && !(await taken)) return "busy";
    try {
      return await call();
    } finally {
      own.give();
      // Addresses come and go with claims in their paths; of many, only those in use are remembered.
      if (own.idle && this.#places.size > mostIdle) this.#places.delete(endpoint);
    }
  }
}
