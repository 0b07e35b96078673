interface Cookie {
  readonly value: string;
  /** Milliseconds since 1970; absent = until the browser closes. */
  readonly expires?: number;
}

/** The cookies of one browser, by host and name. All of them here have the path `/` or are sent as if they had. */
export class CookieJar {
  readonly #hosts = new Map<string, Map<string, Cookie>>();

  take(url: URL, lines: readonly string[]): void {
    const cookies = this.#hosts.get(url.host) ?? new Map<string, Cookie>();
    this.#hosts.set(url.host, cookies);
    for (const line of lines) {
      const [pair = "", ...attributes] = line.split(";");
      const equals = pair.indexOf("=");
      const name = pair.slice(0, equals).trim();
      const age = /max-age=(-?\d+)/i.exec(attributes.join(";"))?.[1];
      const gone = (age !== undefined && Number(age) <= 0) || /expires=Thu, 01[ -]Jan[ -]1970/i.test(line);
      if (gone) cookies.delete(name);
      else {
        const value = pair.slice(equals + 1);
        cookies.set(
          name,
          age === undefined ? { value } : { value, expires: Date.now() + Number(age) * 1000 },
        );
      }
    }
  }

  header(url: URL): string {
    return [...(this.#hosts.get(url.host) ?? [])].map(([name, { value }]) => `${name}=${value}`).join("; ");
  }

  /** Closes the browser: what has no lifetime is gone. */
  closeBrowser(): void {
    for (const cookies of this.#hosts.values())
      for (const [name, cookie] of cookies) if (cookie.expires === undefined) cookies.delete(name);
  }

  clear(): void {
    this.#hosts.clear();
  }

  names(): readonly string[] {
    return [...this.#hosts.values()].flatMap((cookies) => [...cookies.keys()]);
  }

  /** A browser with the same cookies. */
  copyTo(other: CookieJar): void {
    for (const [host, cookies] of this.#hosts) other.#hosts.set(host, new Map(cookies));
  }
}
