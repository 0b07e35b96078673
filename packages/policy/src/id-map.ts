/** A map whose keys compare without regard to case and keep the order and spelling of their first definition. */
export class IdMap<T> implements Iterable<[string, T]> {
  readonly #entries: Map<string, [string, T]> = new Map();

  constructor(entries: Iterable<readonly [string, T]> = []) {
    // A copy shares its entries with the original: a hundred policies over one base cost little more than one.
    if (entries instanceof IdMap) this.#entries = new Map(entries.#entries as Map<string, [string, T]>);
    else for (const [id, value] of entries) this.set(id, value);
  }

  static of<T extends { readonly id: string }>(items: Iterable<T>): IdMap<T> {
    return new IdMap([...items].map((item) => [item.id, item] as const));
  }

  get(id: string): T | undefined {
    return this.#entries.get(id.toLowerCase())?.[1];
  }

  has(id: string): boolean {
    return this.#entries.has(id.toLowerCase());
  }

  set(id: string, value: T): this {
    const key = id.toLowerCase();
    this.#entries.set(key, [this.#entries.get(key)?.[0] ?? id, value]);
    return this;
  }

  /** The spelling under which `id` was first defined. */
  spelling(id: string): string | undefined {
    return this.#entries.get(id.toLowerCase())?.[0];
  }

  get size(): number {
    return this.#entries.size;
  }

  ids(): string[] {
    return [...this.#entries.values()].map(([id]) => id);
  }

  values(): T[] {
    return [...this.#entries.values()].map(([, value]) => value);
  }

  [Symbol.iterator](): Iterator<[string, T]> {
    return this.#entries.values();
  }
}
