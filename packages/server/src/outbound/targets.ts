/** Where a call goes, taken apart. */
export interface Target {
  readonly origin: string;
  /** Path and query. */
  readonly path: string;
  /** Origin and path: what a circuit stands for. */
  readonly endpoint: string;
}

const mostTargets = 256;

/** Reads addresses; those of connectors are always the same few, so that the last ones are remembered. */
export class Targets {
  readonly #known = new Map<string, Target>();

  /** Undefined where the text is no http or https address. */
  read(url: string): Target | undefined {
    const known = this.#known.get(url);
    if (known) return known;
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (parsed?.protocol !== "https:" && parsed?.protocol !== "http:") return undefined;
    const { origin, pathname, search } = parsed;
    const target = { origin, path: pathname + search, endpoint: origin + pathname };
    if (this.#known.size >= mostTargets) this.#known.clear();
    this.#known.set(url, target);
    return target;
  }
}
