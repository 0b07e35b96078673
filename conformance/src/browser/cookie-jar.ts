interface Cookie {
  readonly value: string;
  /** Milliseconds since 1970; absent = until the browser closes. */
  readonly expires?: number;
}

/** The cookies of one browser at one server, by a clock that can be moved. */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  take(lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = "", ...attributes] = line.split(";");
      const equals = pair.indexOf("=");
      const name = pair.slice(0, equals).trim();
      const attribute = (key: string) =>
        attributes
          .map((each) => each.trim().split("="))
          .find(([one]) => one?.toLowerCase() === key)
          ?.slice(1)
          .join("=");
      const age = attribute("max-age");
      const date = attribute("expires");
      const expires =
        age !== undefined
          ? this.#now() + Number(age) * 1000
          : date !== undefined
            ? Date.parse(date.replaceAll("-", " "))
            : undefined;
      if (expires !== undefined && expires <= this.#now()) this.#cookies.delete(name);
      else
        this.#cookies.set(name, {
          value: pair.slice(equals + 1),
          ...(expires !== undefined && { expires }),
        });
    }
  }

  header(): string {
    for (const [name, { expires }] of this.#cookies)
      if (expires !== undefined && expires <= this.#now()) this.#cookies.delete(name);
    return [...this.#cookies].map(([name, { value }]) => `${name}=${value}`).join("; ");
  }

  /** What a browser forgets when it is closed. */
  closeBrowser(): void {
    for (const [name, { expires }] of this.#cookies) if (expires === undefined) this.#cookies.delete(name);
  }
}
