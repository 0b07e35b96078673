import { type IncomingMessage, request as sendPlain } from "node:http";
import { request as sendSecure } from "node:https";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A program that talks HTTP as written down here, byte by byte: nothing is added, redirects are not followed. */
export class HttpClient {
  /** Cookies by name, as a simple program keeps them. */
  readonly cookies = new Map<string, string>();
  readonly #authority: string | undefined;

  constructor(authority?: string) {
    this.#authority = authority;
  }

  get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
    return this.#send("GET", url, headers);
  }

  post(
    url: string,
    body: string,
    headers: Readonly<Record<string, string>> = { "Content-Type": "application/x-www-form-urlencoded" },
  ): Promise<HttpAnswer> {
    return this.#send("POST", url, headers, body);
  }

  async #send(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<HttpAnswer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const all = {
      ...headers,
      ...(cookie !== "" && { Cookie: cookie }),
      ...(body !== undefined && { "Content-Length": String(Buffer.byteLength(body)) }),
    };
    const answer = await new Promise<HttpAnswer>((resolve, reject) => {
      const send = url.startsWith("https:") ? sendSecure : sendPlain;
      const request = send(url, { method, headers: all, ca: this.#authority }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString("utf8"),
          }),
        );
      });
      request.on("error", reject);
      request.end(body);
    });
    for (const line of answer.headers["set-cookie"] ?? []) this.#keep(line);
    return answer;
  }

  #keep(line: string): void {
    const [pair = "", ...attributes] = line.split(";");
    const cut = pair.indexOf("=");
    const name = pair.slice(0, cut).trim();
    const expires = attributes.find((one) => /^\s*expires=/i.test(one))?.split("=")[1];
    if (expires !== undefined && Date.parse(expires) < Date.now()) this.cookies.delete(name);
    else this.cookies.set(name, pair.slice(cut + 1).trim());
  }
}

/** What a program cuts out of a page: the object `SETTINGS`. */
function settingsOf(page: string): {
  readonly csrf: string;
  readonly transId: string;
  readonly api: string;
  readonly hosts: { readonly tenant: string; readonly policy: string };
} {
  const line = /^var SETTINGS = (.*);$/m.exec(page)?.[1];
  if (line === undefined) throw new Error(`no SETTINGS in the page:\n${page.slice(0, 2000)}`);
  return JSON.parse(line);
}

/** Signs in with a password where `authorize` leads, and returns the address that the application is called at. */
export async function signInByHttp(
  client: HttpClient,
  authorize: string,
  email: string,
  password: string,
): Promise<URL> {
  const page = await client.get(authorize);
  if (page.status === 302) return new URL(page.headers.location ?? "");
  const { csrf, transId, api, hosts } = settingsOf(page.body);
  const base = new URL(authorize).origin + hosts.tenant;
  const posted = await client.post(
    `${base}/SelfAsserted?tx=${transId}&p=${hosts.policy}`,
    new URLSearchParams({ request_type: "RESPONSE", email, password }).toString(),
    { "X-CSRF-TOKEN": csrf, "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8" },
  );
  if (posted.body !== '{"status":"200"}') throw new Error(`sign-in was refused: ${posted.body}`);
  const done = await client.get(
    `${base}/api/${api}/confirmed?rememberMe=false&csrf_token=${csrf}&tx=${transId}&p=${hosts.policy}`,
  );
  if (done.headers.location === undefined) throw new Error(`HTTP ${done.status}:\n${done.body}`);
  return new URL(done.headers.location);
}
