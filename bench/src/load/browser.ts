import { Pool } from "undici";

export interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

/** One person's browser: its own cookies, a connection out of the common pool, no redirect followed by itself. */
export interface Browser {
  get(path: string): Promise<Answer>;
  post(
    path: string,
    form: Readonly<Record<string, string>>,
    headers?: Record<string, string>,
  ): Promise<Answer>;
}

export function createPool(url: string, connections: number): Pool {
  return new Pool(url, { connections, pipelining: 1 });
}

export function openBrowser(pool: Pool): Browser {
  const cookies = new Map<string, string>();

  async function send(method: "GET" | "POST", path: string, headers: Record<string, string>, body?: string) {
    let jar = "";
    for (const [name, value] of cookies) jar += `${jar === "" ? "" : "; "}${name}=${value}`;
    const response = await pool.request({
      method,
      path,
      headers: { accept: "*/*", ...(jar !== "" && { cookie: jar }), ...headers },
      ...(body !== undefined && { body }),
    });
    keep(response.headers["set-cookie"]);
    const { location } = response.headers;
    return {
      status: response.statusCode,
      location: typeof location === "string" ? location : undefined,
      body: await response.body.text(),
    };
  }

  function keep(lines: string | string[] | undefined): void {
    for (const line of typeof lines === "string" ? [lines] : (lines ?? [])) {
      const [pair = ""] = line.split(";", 1);
      const equals = pair.indexOf("=");
      const value = pair.slice(equals + 1);
      if (value === "") cookies.delete(pair.slice(0, equals));
      else cookies.set(pair.slice(0, equals), value);
    }
  }

  return {
    get: (path) => send("GET", path, {}),
    post: (path, form, headers = {}) =>
      send(
        "POST",
        path,
        { "content-type": "application/x-www-form-urlencoded", ...headers },
        new URLSearchParams(form).toString(),
      ),
  };
}

/** The path and query of an address on the same server. */
export function pathOf(location: string | undefined, base: string): string {
  if (location === undefined) throw new Error("no redirect came");
  const { pathname, search } = new URL(location, base);
  return pathname + search;
}
