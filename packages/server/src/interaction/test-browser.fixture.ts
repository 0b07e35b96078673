/** A browser of a few lines: cookies by name, no automatic redirects, what the page's script would send. */
export class TestBrowser {
  readonly cookies = new Map<string, string>();
  /** Raw `Set-Cookie` lines of the last answer. */
  lastSetCookies: readonly string[] = [];
  readonly #origin: string;
  readonly #https: boolean;

  constructor(origin: string, options: { readonly https?: boolean } = {}) {
    this.#origin = origin;
    this.#https = options.https ?? false;
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.cookies.size > 0 && !headers.has("cookie"))
      headers.set("cookie", [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    if (this.#https) {
      headers.set("x-forwarded-proto", "https");
      headers.set("x-forwarded-host", "login.test");
    }
    const response = await fetch(`${this.#origin}${path}`, { redirect: "manual", ...init, headers });
    this.lastSetCookies = response.headers.getSetCookie();
    for (const line of this.lastSetCookies) {
      const pair = line.split(";", 1)[0] ?? "";
      const equals = pair.indexOf("=");
      const name = pair.slice(0, equals);
      if (/Max-Age=0\b/.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, pair.slice(equals + 1));
    }
    return response;
  }

  async start(query = "", at = "/contoso.onmicrosoft.com/B2C_1_susi"): Promise<ShownPage> {
    return shown(await this.fetch(`${at}/oauth2/v2.0/authorize?state=s1${query}`));
  }

  /** What the page's script posts. */
  async post(page: ShownPage, fields: Readonly<Record<string, string>>): Promise<Response> {
    return this.fetch(`${page.base}/SelfAsserted?tx=${page.transId}&p=${page.policy}`, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "x-csrf-token": page.csrf,
        "x-requested-with": "XMLHttpRequest",
      },
      body: new URLSearchParams({ request_type: "RESPONSE", ...fields }).toString(),
    });
  }

  async act(page: ShownPage, action = "confirmed", query = ""): Promise<Response> {
    return this.fetch(
      `${page.base}/api/${page.api}/${action}?${query}csrf_token=${page.csrf}&tx=${page.transId}&p=${page.policy}`,
    );
  }
}

export interface ShownPage {
  readonly html: string;
  readonly headers: Headers;
  readonly base: string;
  readonly api: string;
  readonly csrf: string;
  readonly transId: string;
  readonly policy: string;
  readonly tid: string;
}

/** Reads a page as the programs do that sign in to B2C: by regular expressions. */
export async function shown(response: Response): Promise<ShownPage> {
  const html = await response.text();
  if (response.status !== 200) throw new Error(`no page: ${response.status} ${html.slice(0, 300)}`);
  const cut = (pattern: RegExp) => {
    const found = pattern.exec(html)?.[1];
    if (found === undefined) throw new Error(`the page lacks ${pattern}`);
    return found;
  };
  const transId = cut(/"transId":"(.*?)"/);
  return {
    html,
    headers: response.headers,
    base: cut(/"tenant":"(.*?)"/),
    api: cut(/"api":"(.*?)"/),
    csrf: cut(/"csrf":"(.*?)"/),
    transId,
    policy: cut(/"policy":"(.*?)"/),
    tid: JSON.parse(Buffer.from(transId.replace("StateProperties=", ""), "base64url").toString()).TID,
  };
}

export function codeOf(response: Response): string | undefined {
  const location = response.headers.get("location");
  return location === null ? undefined : (/[?&#]code=([^&]*)/.exec(location)?.[1] ?? undefined);
}
