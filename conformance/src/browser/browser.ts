import { CookieJar } from "./cookie-jar.ts";
import { attribute, byId, elements, type HtmlElement, parseHtml, textOf } from "./html.ts";
import { readPage, type ShownPage } from "./page.ts";

/** An error page, the sign-out page, or whatever else is no page of a journey. */
export interface OtherPage {
  readonly kind: "other";
  readonly status: number;
  readonly text: string;
}

/** The browser came back to the application. */
export interface ApplicationAnswer {
  readonly kind: "application";
  /** Where it ended, without query and fragment. */
  readonly at: string;
  readonly fields: URLSearchParams;
}

/** The browser is at an outside host. */
export interface OutsidePage {
  readonly kind: "outside";
  readonly at: string;
  readonly query: URLSearchParams;
}

export type Shown = ShownPage | OtherPage | ApplicationAnswer | OutsidePage;

/** How the server took a press on a page. */
export type Pressed =
  | { readonly kind: "left"; readonly shown: Shown }
  /** Still on the page, and the page says that it is well. */
  | { readonly kind: "accepted" }
  | { readonly kind: "refused"; readonly text: string; readonly where: "page" | "control" };

const mostHops = 20;

/** Status of a phone page's answer → the string that the page shows (pages.md 3.6). */
const phoneTexts: Readonly<Record<string, string>> = {
  "400": "error_incorrect_code",
  "429": "error_throttled",
  "448": "error_448",
  "449": "error_incorrect_code",
};

/** Somebody at a browser without a screen: own cookies, and for each press the requests that the page's script sends. */
export class Browser {
  readonly #origin: string;
  readonly #redirectUri: string;
  readonly #jar: CookieJar;
  readonly #wrongCodes = new WeakMap<ShownPage, number>();

  constructor(options: {
    readonly origin: string;
    readonly redirectUri: string;
    /** The clock of cookies. */
    readonly now: () => number;
  }) {
    this.#origin = options.origin;
    this.#redirectUri = options.redirectUri;
    this.#jar = new CookieJar(options.now);
  }

  /** Closes the browser and opens it again. */
  restart(): void {
    this.#jar.closeBrowser();
  }

  open(address: string): Promise<Shown> {
    return this.#follow(this.#fetch(new URL(address, this.#origin)));
  }

  /** Comes from elsewhere with a form. */
  postTo(address: string, fields: URLSearchParams): Promise<Shown> {
    return this.#follow(this.#fetch(new URL(address, this.#origin), { method: "POST", body: fields }));
  }

  /** Continue, Create, Sign in. `extra` are fields that the page does not have. */
  async submit(page: ShownPage, rememberMe = false): Promise<Pressed> {
    const fields = page.fields.filter(({ isText }) => !isText);
    const drawnLast = fields.filter(({ userInputType }) =>
      /^(DropdownSingleSelect|DateTimeDropdown)$/.test(userInputType),
    );
    const ordered = [...fields.filter((field) => !drawnLast.includes(field)), ...drawnLast];
    const body = new URLSearchParams();
    for (const { id, verify } of ordered) {
      body.append(id, page.values.get(id) ?? "");
      const code = page.values.get(`${id}_ver_input`);
      if (verify && code !== undefined) body.append(`${id}_ver_input`, code);
    }
    body.append("request_type", "RESPONSE");
    const combined = page.api === "CombinedSigninAndSignup";
    const answer = await this.#post(page, "SelfAsserted", body);
    // The limit is reached: the journey is over, and the next page is what became of it (pages.md 1.6).
    if (answer.status !== "200" && answer.errorCode !== "AADB2C90157") return refusal(answer, "page");
    const remembered = combined ? { rememberMe: String(rememberMe) } : {};
    return { kind: "left", shown: await this.act(page, "confirmed", remembered) };
  }

  /** A link of the page: `cancelled`, `unified`, `forgotPassword`, `confirmed`. */
  act(page: ShownPage, action: string, parameters: Readonly<Record<string, string>> = {}): Promise<Shown> {
    const query = new URLSearchParams({
      ...parameters,
      csrf_token: page.csrf,
      tx: page.transId,
      p: page.policy,
    });
    return this.open(`${page.base}/api/${page.api}/${action}?${query}`);
  }

  /** A link or provider button by its element id; undefined where the page has none. */
  async click(page: ShownPage, id: string): Promise<Shown | undefined> {
    const element = byId(page.document, id);
    if (!element) return undefined;
    const href = attribute(element, "href");
    if (element.tagName === "a" && href !== undefined) return this.open(href);
    if (attribute(element, "name") !== "claimsexchange") return undefined;
    return this.act(page, "unified", { claimsexchange: attribute(element, "value") ?? id });
  }

  /** Sends or checks the mailed code of a field. */
  async verify(page: ShownPage, claim: string, action: "send" | "check"): Promise<Pressed> {
    const body = new URLSearchParams({ claim_id: claim, claim_value: page.values.get(claim) ?? "" });
    if (action === "check") body.append("user_input", page.values.get(`${claim}_ver_input`) ?? "");
    body.append("request_type", action === "send" ? "VERIFICATION_REQUEST" : "VALIDATION_REQUEST");
    const answer = await this.#post(page, "SelfAsserted", body);
    if (answer.status === "200" && answer.result === 0) return { kind: "accepted" };
    const said = verificationTexts[answer.result] ?? "ver_fail_server";
    return {
      kind: "refused",
      where: "control",
      text: answer.message !== "" ? answer.message : (page.content[said] ?? said),
    };
  }

  async control(page: ShownPage, control: string, action: string): Promise<Pressed> {
    const body = new URLSearchParams();
    for (const field of page.fields)
      if (field.control?.toLowerCase() === control.toLowerCase())
        body.append(field.id, page.values.get(field.id) ?? "");
    body.append("request_type", "RESPONSE");
    const answer = await this.#post(
      page,
      `SelfAsserted/DisplayControlAction/vbeta/${encodeURIComponent(control)}/${encodeURIComponent(action)}`,
      body,
    );
    return answer.status === "200" ? { kind: "accepted" } : refusal(answer, "control");
  }

  /** The phone page (pages.md 1.10). */
  async phone(page: ShownPage, press: "sms" | "call" | "verifyCode"): Promise<Pressed> {
    const value = (id: string) => page.values.get(id) ?? "";
    const body = new URLSearchParams();
    if (press === "verifyCode") {
      body.append("request_type", "VALIDATION_REQUEST");
      body.append("verification_code", value("verificationCode"));
    } else {
      body.append("request_type", "VERIFICATION_REQUEST");
      body.append("auth_type", press === "sms" ? "onewaysms" : "dialphone");
      const onFile = page.phoneNumbers[0];
      body.append("id", onFile?.id ?? "0");
      if (!onFile) body.append("phone_number", `${value("countryCode")}${value("number")}`);
    }
    const answer = await this.#post(page, "Phonefactor/verify", body);
    if (answer.status === "200") {
      // A text waits for its code, a call for whoever answers it.
      if (press !== "verifyCode") return { kind: "accepted" };
      return { kind: "left", shown: await this.act(page, "confirmed") };
    }
    if (answer.status === "449") {
      const wrong = (this.#wrongCodes.get(page) ?? 0) + 1;
      this.#wrongCodes.set(page, wrong);
      // The page tells the application itself after the last try.
      if (wrong >= Number(page.config.retryLimit ?? "3"))
        return { kind: "left", shown: await this.act(page, "confirmed") };
    }
    const text = page.content[phoneTexts[answer.status] ?? ""];
    return text === undefined ? refusal(answer, "page") : { kind: "refused", text, where: "page" };
  }

  async #post(page: ShownPage, endpoint: string, body: URLSearchParams): Promise<FormReply> {
    const response = await this.#fetch(
      new URL(`${page.base}/${endpoint}?tx=${page.transId}&p=${page.policy}`, this.#origin),
      {
        method: "POST",
        headers: {
          "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
          "x-csrf-token": page.csrf,
          "x-requested-with": "XMLHttpRequest",
        },
        body: body.toString(),
      },
    );
    return readReply(response.status, await response.text());
  }

  async #fetch(url: URL, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("accept-language", "en-US");
    const cookie = this.#jar.header();
    if (cookie !== "") headers.set("cookie", cookie);
    const response = await fetch(url, { redirect: "manual", ...init, headers });
    this.#jar.take(response.headers.getSetCookie());
    return response;
  }

  /** Follows redirects and forms that send themselves, until there is something to look at. */
  async #follow(first: Promise<Response>): Promise<Shown> {
    let response = await first;
    for (let hop = 0; hop < mostHops; hop++) {
      const location = response.headers.get("location");
      if (location !== null) {
        const url = new URL(location, response.url);
        if (url.origin !== this.#origin) return this.#elsewhere(url);
        await response.body?.cancel();
        response = await this.#fetch(url);
        continue;
      }
      const html = await response.text();
      const page = readPage(html);
      if (page) return page;
      const document = parseHtml(html);
      const form = selfSendingForm(byId(document, "auto"));
      if (form) {
        const url = new URL(form.action, response.url);
        if (url.origin !== this.#origin) return this.#elsewhere(url, form.fields);
        response = await this.#fetch(url, { method: "POST", body: form.fields });
        continue;
      }
      const onward = byId(document, "vb-continue");
      const href = onward && attribute(onward, "href");
      if (href !== undefined) {
        const url = new URL(href, response.url);
        if (url.origin !== this.#origin) return this.#elsewhere(url);
        response = await this.#fetch(url);
        continue;
      }
      return { kind: "other", status: response.status, text: textOf(document) || html.trim() };
    }
    throw new Error("the server redirects without end");
  }

  #elsewhere(url: URL, form?: URLSearchParams): Shown {
    const at = url.origin + url.pathname;
    const own = new URL(this.#redirectUri);
    const fields = form ?? new URLSearchParams(url.hash !== "" ? url.hash.slice(1) : url.search);
    return at === own.origin + own.pathname
      ? { kind: "application", at: this.#redirectUri, fields }
      : { kind: "outside", at, query: form ?? url.searchParams };
  }
}

const verificationTexts: Readonly<Record<number, string>> = {
  1: "ver_fail_server",
  2: "ver_fail_throttled",
  3: "ver_fail_retry",
  4: "ver_fail_no_retry",
  5: "ver_fail_code_expired",
  6: "ver_incorrect_format",
};

interface FormReply {
  readonly status: string;
  readonly result: number;
  readonly errorCode: string;
  readonly message: string;
}

function readReply(http: number, text: string): FormReply {
  let body: Readonly<Record<string, unknown>> = {};
  try {
    body = JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {
      status: String(http === 200 ? 500 : http),
      result: 1,
      errorCode: "",
      message: `HTTP ${http} ${text.slice(0, 200)}`,
    };
  }
  const ofFields = Object.values((body.fieldErrors ?? {}) as Readonly<Record<string, unknown>>);
  return {
    status: String(body.status ?? ""),
    result: Number(body.result ?? 0),
    errorCode: typeof body.errorCode === "string" ? body.errorCode : "",
    message: [body.message, ...ofFields].filter((each) => typeof each === "string").join("\n"),
  };
}

function refusal({ status, message, errorCode }: FormReply, where: "page" | "control"): Pressed {
  const text = message !== "" ? message : `status ${status} ${errorCode}`;
  return { kind: "refused", text, where };
}

function selfSendingForm(
  form: HtmlElement | undefined,
): { readonly action: string; readonly fields: URLSearchParams } | undefined {
  if (form?.tagName !== "form") return undefined;
  const fields = new URLSearchParams();
  for (const element of elements(form)) {
    const name = attribute(element, "name");
    if (element.tagName === "input" && name !== undefined)
      fields.append(name, attribute(element, "value") ?? "");
  }
  return { action: attribute(form, "action") ?? "", fields };
}
