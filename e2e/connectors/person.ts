import { createHash, randomBytes } from "node:crypto";
import { CookieJar } from "./cookie-jar.ts";
import {
  actionAddress,
  aPage,
  applicationAnswer,
  brief,
  type FormAnswer,
  formAnswer,
  hiddenFields,
  providerButton,
  type Shown,
  type ShownPage,
  shown,
  unescapeHtml,
} from "./shown.ts";

const publicClient = "bbbbbbbb-0000-4000-8000-000000000001";
export const redirectUri = "http://localhost:9/cb";
export const tenantDomain = "contoso.onmicrosoft.com";

export interface Tokens {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** Claims of the id token. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly access: Readonly<Record<string, unknown>>;
}

/** Somebody at a browser without a screen: own cookies, and for each click the request that the page's script sends. */
export class Person {
  readonly cookies = new CookieJar();
  readonly verifier = randomBytes(32).toString("base64url");
  readonly #origin: string;
  readonly #headers: Readonly<Record<string, string>>;
  /** Everything that the server said, for searches. */
  readonly heard: string[] = [];

  constructor(origin: string, headers: Readonly<Record<string, string>> = {}) {
    this.#origin = origin;
    this.#headers = headers;
  }

  /** One request, no redirect followed. */
  async fetch(address: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(address, this.#origin);
    const headers = new Headers({ ...this.#headers, ...Object.fromEntries(new Headers(init.headers)) });
    const cookie = this.cookies.header(url);
    if (cookie !== "" && !headers.has("cookie")) headers.set("cookie", cookie);
    const response = await fetch(url, { redirect: "manual", ...init, headers });
    this.cookies.take(url, response.headers.getSetCookie());
    const copy = response.clone();
    this.heard.push(`${response.headers.get("location") ?? ""}\n${await copy.text()}`);
    return response;
  }

  /** Opens the flow for the application, as far as it goes without the person. */
  async open(policy: string, parameters: Readonly<Record<string, string>> = {}): Promise<Shown> {
    return this.follow(await this.fetch(this.authorizeAddress(policy, parameters)));
  }

  authorizeAddress(policy: string, parameters: Readonly<Record<string, string>> = {}): string {
    const query = new URLSearchParams({
      client_id: publicClient,
      redirect_uri: redirectUri,
      response_type: "code",
      response_mode: "query",
      scope: "openid offline_access",
      state: "the-state",
      nonce: "the-nonce",
      code_challenge: createHash("sha256").update(this.verifier).digest("base64url"),
      code_challenge_method: "S256",
      ...parameters,
    });
    return `/${tenantDomain}/${policy}/oauth2/v2.0/authorize?${query}`;
  }

  /** Follows redirects until there is a page, or the application's address. */
  async follow(response: Response): Promise<Shown> {
    let current = response;
    for (let hops = 0; hops < 20; hops += 1) {
      const location = current.headers.get("location");
      if (location === null) return shown(current);
      const url = new URL(location, current.url);
      if (url.href.startsWith(redirectUri)) return applicationAnswer(url.href);
      current = await this.fetch(url.href);
    }
    throw new Error("too many redirects");
  }

  /** What the page's script posts on Continue, Create, Sign in. */
  async post(page: ShownPage, fields: Readonly<Record<string, string>>): Promise<FormAnswer> {
    return formAnswer(await this.send(page, new URLSearchParams({ request_type: "RESPONSE", ...fields })));
  }

  send(page: ShownPage, body: URLSearchParams | string): Promise<Response> {
    return this.fetch(`${page.base}/SelfAsserted?tx=${page.transId}&p=${page.policy}`, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "x-csrf-token": page.csrf,
        "x-requested-with": "XMLHttpRequest",
      },
      body: body.toString(),
    });
  }

  /** Follows a link or button of the page: `confirmed`, `unified`, `forgotPassword`, `cancelled`. */
  async act(
    page: ShownPage,
    action: string,
    parameters: Readonly<Record<string, string>> = {},
  ): Promise<Shown> {
    return this.follow(await this.fetch(actionAddress(page, action, parameters)));
  }

  /** Posts the form, and where it was accepted goes on. Throws where it was refused. */
  async submit(page: ShownPage, fields: Readonly<Record<string, string>>): Promise<Shown> {
    const answer = await this.post(page, fields);
    if (answer.status !== "200") throw new Error(`refused: ${answer.text}`);
    return this.act(page, "confirmed");
  }

  signIn(page: ShownPage, email: string, password: string): Promise<Shown> {
    return this.submit(page, { email, password });
  }

  /** To the sign-up page, from wherever the flow begins. */
  async openSignUp(policy: string, parameters: Readonly<Record<string, string>> = {}): Promise<ShownPage> {
    const page = aPage(await this.open(policy, parameters));
    return aPage(await this.act(page, "unified", { local: "signup" }));
  }

  /** Chooses the first identity provider of the page and is there whom `identity` says. */
  async federate(
    page: ShownPage,
    identity: { readonly email: string; readonly name: string },
  ): Promise<Shown> {
    const response = await this.fetch(
      actionAddress(page, "unified", { claimsexchange: providerButton(page.html) }),
    );
    return this.atProvider(response, identity);
  }

  /** From the redirect to the provider, through its own page, back to the server. */
  async atProvider(
    response: Response,
    identity: { readonly email: string; readonly name: string } | "cancel",
  ): Promise<Shown> {
    let current = response;
    for (let hops = 0; hops < 20; hops += 1) {
      const location = current.headers.get("location");
      if (location !== null) {
        const url = new URL(location, current.url);
        if (url.href.startsWith(redirectUri)) return applicationAnswer(url.href);
        current = await this.fetch(url.href);
        continue;
      }
      const html = await current.clone().text();
      const action = unescapeHtml(/action="([^"]+)"/.exec(html)?.[1] ?? "");
      if (/^\/sign-in\//.test(action)) {
        const address = new URL(action, current.url);
        current =
          identity === "cancel"
            ? await this.fetch(`${address.href}/cancel`)
            : await this.fetch(address.href, { method: "POST", body: new URLSearchParams({ ...identity }) });
      } else if (action.includes("/oauth2/authresp")) {
        current = await this.fetch(new URL(action, current.url).href, {
          method: "POST",
          body: hiddenFields(html),
        });
      } else return shown(current);
    }
    throw new Error("the provider does not come to an end");
  }

  /** Verifies the address of a page by the code that was mailed. */
  async prove(page: ShownPage, email: string, code: (address: string) => Promise<string>): Promise<void> {
    const sent = await this.verification(page, "VERIFICATION_REQUEST", email);
    if (!sent.includes('"result":0')) throw new Error(`no code was sent: ${sent}`);
    const verified = await this.verification(page, "VALIDATION_REQUEST", email, await code(email));
    if (!verified.includes('"result":0')) throw new Error(`the code was refused: ${verified}`);
  }

  async verification(
    page: ShownPage,
    type: "VERIFICATION_REQUEST" | "VALIDATION_REQUEST",
    email: string,
    code?: string,
  ): Promise<string> {
    const body = new URLSearchParams({
      request_type: type,
      claim_id: "email",
      claim_value: email,
      ...(code !== undefined && { user_input: code }),
    });
    return (await this.send(page, body)).text();
  }

  /** The application redeems its code, as the public client. */
  async redeem(
    shown: Shown,
    policy: string,
    changes: Readonly<Record<string, string>> = {},
  ): Promise<Tokens> {
    if (shown.kind !== "application") throw new Error(`no answer for the application: ${brief(shown)}`);
    const code = shown.fields.get("code");
    if (code === null) throw new Error(`no code: ${shown.fields}`);
    return this.token(policy, {
      grant_type: "authorization_code",
      code,
      redirect_uri: redirectUri,
      code_verifier: this.verifier,
      ...changes,
    });
  }

  async refresh(tokens: Tokens, policy: string): Promise<Tokens> {
    return this.token(policy, {
      grant_type: "refresh_token",
      refresh_token: String(tokens.body.refresh_token),
      scope: "openid offline_access",
    });
  }

  async token(policy: string, fields: Readonly<Record<string, string>>): Promise<Tokens> {
    const response = await fetch(new URL(`/${tenantDomain}/${policy}/oauth2/v2.0/token`, this.#origin), {
      method: "POST",
      body: new URLSearchParams({ client_id: publicClient, ...fields }),
    });
    const body = (await response.json()) as Record<string, unknown>;
    const read = (name: string) => (typeof body[name] === "string" ? claimsOf(body[name]) : {});
    return { status: response.status, body, claims: read("id_token"), access: read("access_token") };
  }
}

/** The claims of a token; clients with real libraries check signatures elsewhere. */
function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<
    string,
    unknown
  >;
}
