import { Secret, TOTP } from "otpauth";
import type { Browser, Pressed, Shown } from "../browser/browser.ts";
import { byId, isHidden } from "../browser/html.ts";
import type { ShownPage } from "../browser/page.ts";
import type { Laboratory } from "../lab/laboratory.ts";
import { answerFor, type Intent } from "./answers.ts";
import type { OutsideWorld } from "./outside-world.ts";
import { person } from "./person.ts";

/** What the person wants: to become known, to come in with an account, or to come from elsewhere. */
export type Goal = "sign up" | "sign in" | "sign in with attributes" | "provider";

export type WalkEnd =
  | { readonly kind: "application"; readonly fields: URLSearchParams }
  /** A page that has nothing but a message, and no way on: the journey is made to end here. */
  | { readonly kind: "message"; readonly text: string }
  /** A page that cannot be passed. */
  | { readonly kind: "page"; readonly page: string; readonly reason: string }
  /** An error page. */
  | { readonly kind: "error"; readonly reason: string }
  | { readonly kind: "outside"; readonly at: string };

const mostPages = 40;
const mostRefusals = 5;
const mostReturns = 4;
/** Fields by themselves that take a code: of a text, or of an authenticator app. */
const codeField = /verification_?code|otp/i;

/** Walks a journey with valid answers, page by page. */
export class Robot {
  readonly #browser: Browser;
  readonly #laboratory: Laboratory;
  readonly #outside: OutsideWorld;
  readonly #goal: Goal;
  /** Pages by what is on them → how often they were shown. */
  readonly #seen = new Map<string, number>();
  readonly #usedExchanges = new Set<string>();
  /** The authenticator app that the person enrolled on the way. */
  #app: TOTP | undefined;
  /** What was shown on the way. */
  readonly path: string[] = [];

  constructor(browser: Browser, laboratory: Laboratory, outside: OutsideWorld, goal: Goal) {
    this.#browser = browser;
    this.#laboratory = laboratory;
    this.#outside = outside;
    this.#goal = goal;
  }

  async walk(start: Shown): Promise<WalkEnd> {
    let shown = start;
    for (let count = 0; count < mostPages; count++) {
      if (shown.kind === "application") return { kind: "application", fields: shown.fields };
      if (shown.kind === "other") return { kind: "error", reason: shown.text.slice(0, 300) };
      if (shown.kind === "outside") {
        const back = await this.#atProvider(shown.at, shown.query);
        if (!back) return { kind: "outside", at: shown.at };
        shown = back;
        continue;
      }
      const name = pageName(shown);
      this.path.push(name);
      const times = (this.#seen.get(name) ?? 0) + 1;
      this.#seen.set(name, times);
      if (times > mostReturns) return { kind: "page", page: name, reason: "it comes again and again" };
      const message = finalMessage(shown);
      if (message !== undefined) return { kind: "message", text: message };
      const next = await this.#pass(shown);
      if ("reason" in next) return { kind: "page", page: name, reason: next.reason };
      shown = next;
    }
    return { kind: "page", page: "", reason: `more than ${mostPages} pages` };
  }

  async #pass(page: ShownPage): Promise<Shown | { readonly reason: string }> {
    if (page.api === "Phonefactor") return this.#passPhone(page);
    if (page.api === "IdpSelections") return this.#choose(page);
    if (page.api === "CombinedSigninAndSignup") {
      const elsewhere = await this.#leaveCombined(page);
      if (elsewhere) return elsewhere;
    }
    return this.#passForm(page);
  }

  /** From the combined page to sign-up or to a provider, where that is wanted and offered. */
  async #leaveCombined(page: ShownPage): Promise<Shown | undefined> {
    const links = page.providers.filter(({ id }) => !this.#usedExchanges.has(id));
    if (this.#goal === "sign up" || page.fields.length === 0) {
      if (byId(page.document, "createAccount")) return this.#browser.click(page, "createAccount");
      const signUp = links.find(({ id, text }) => /sign-?\s?up|register|create/i.test(`${id} ${text}`));
      if (signUp) return this.#take(page, signUp.id);
    }
    if (this.#goal === "provider" || page.fields.length === 0) {
      const provider =
        links.find(({ display, id }) => display === "Button" && !/forgot/i.test(id)) ?? links[0];
      if (provider) return this.#take(page, provider.id);
    }
    return undefined;
  }

  #take(page: ShownPage, id: string): Promise<Shown | undefined> {
    this.#usedExchanges.add(id);
    return this.#browser.click(page, id);
  }

  async #choose(page: ShownPage): Promise<Shown | { readonly reason: string }> {
    const wanted = this.#goal === "sign up" ? /sign-?\s?up|local|email/i : /sign-?\s?in|local|email|phone/i;
    const left = page.providers.filter(({ id }) => !this.#usedExchanges.has(id));
    const local = /local|email|phone|username|sign/i;
    const chosen =
      this.#goal === "provider"
        ? (left.find(({ id }) => !local.test(id)) ?? left[0])
        : (left.find(({ id, text }) => wanted.test(`${id} ${text}`)) ?? left[0]);
    if (!chosen) return { reason: "it offers nothing to choose" };
    return (await this.#take(page, chosen.id)) ?? { reason: `'${chosen.id}' cannot be pressed` };
  }

  async #passForm(page: ShownPage): Promise<Shown | { readonly reason: string }> {
    this.#scan(page);
    let reason = "";
    const visits = this.#seen.get(pageName(page)) ?? 1;
    for (let refusals = 0; refusals < mostRefusals; refusals++) {
      const intent: Intent = {
        hasAccount: this.#goal !== "sign up",
        password: person.password,
        refusals,
        visits,
      };
      for (const field of page.fields) {
        if (field.readOnly || field.isText || field.takesCode) continue;
        const shown = page.values.get(field.id) ?? "";
        const code = codeField.test(field.id) ? await this.#knownCode() : undefined;
        page.values.set(field.id, code ?? answerFor(field, shown, intent));
      }
      repeatPasswords(page);
      const proved = await this.#prove(page);
      if (proved !== undefined) return { reason: proved };
      const pressed = await this.#browser.submit(page);
      if (pressed.kind === "left") return pressed.shown;
      if (pressed.kind === "refused") reason ||= pressed.text;
    }
    return { reason: `refused: ${reason}` };
  }

  /** Proves addresses and numbers by the codes that were sent; says what failed. */
  async #prove(page: ShownPage): Promise<string | undefined> {
    for (const field of page.fields) {
      if (!field.verify || page.values.get(`${field.id}_ver_input`) !== undefined) continue;
      const sent = await this.#browser.verify(page, field.id, "send");
      if (sent.kind === "refused") return `no code is sent: ${sent.text}`;
      page.values.set(`${field.id}_ver_input`, await this.#code());
      const checked = await this.#browser.verify(page, field.id, "check");
      if (checked.kind === "refused") return `the code is refused: ${checked.text}`;
    }
    for (const { id, userInputType } of page.controls) {
      if (userInputType !== "VerificationControl" || page.values.has(`${id} proved`)) continue;
      const sent = await this.#browser.control(page, id, "SendCode");
      if (sent.kind === "refused") return `'${id}' sends no code: ${sent.text}`;
      const code = await this.#code();
      for (const field of page.fields)
        if (field.control === id && field.takesCode) page.values.set(field.id, code);
      const checked = await this.#browser.control(page, id, "VerifyCode");
      if (checked.kind === "refused") return `'${id}' refuses the code: ${checked.text}`;
      page.values.set(`${id} proved`, "true");
    }
    return undefined;
  }

  async #passPhone(page: ShownPage): Promise<Shown | { readonly reason: string }> {
    // Codes to one number have a pause between them.
    this.#laboratory.clock.advance(120);
    page.values.set("countryCode", "+1");
    page.values.set("number", person.nationalPhone);
    const sent = await this.#browser.phone(page, "sms");
    if (sent.kind === "left") return sent.shown;
    if (sent.kind === "refused") return this.#call(page, sent);
    page.values.set("verificationCode", await this.#code());
    const checked = await this.#browser.phone(page, "verifyCode");
    return checked.kind === "left" ? checked.shown : { reason: `the code is refused: ${said(checked)}` };
  }

  async #call(page: ShownPage, refused: Pressed): Promise<Shown | { readonly reason: string }> {
    const called = await this.#browser.phone(page, "call");
    return called.kind === "left" ? called.shown : { reason: `no text is sent: ${said(refused)}` };
  }

  /** Scans the picture of a page that enrols an authenticator app. */
  #scan(page: ShownPage): void {
    const link = /otpauth:\/\/totp\/[^"'<>\s]+/.exec(page.html)?.[0].replaceAll("&amp;", "&");
    const secret = link === undefined ? null : new URL(link).searchParams.get("secret");
    if (secret !== null) this.#app = new TOTP({ secret: Secret.fromBase32(secret.toUpperCase()) });
  }

  /** What the person's app shows, else the code of the newest text or mail; undefined where there is neither. */
  async #knownCode(): Promise<string | undefined> {
    if (this.#app) {
      // The next code: one that was accepted is not accepted again.
      this.#laboratory.clock.advance(60);
      return this.#app.generate({ timestamp: this.#laboratory.clock.now() });
    }
    return (await this.#laboratory.messages()).find(({ code }) => code !== undefined)?.code;
  }

  /** The newest code: of a message, else of a call that an API was asked to pass on. */
  async #code(): Promise<string> {
    const message = (await this.#laboratory.messages()).find(({ code }) => code !== undefined)?.code;
    if (message !== undefined) return message;
    for (const text of this.#outside.sent.toReversed()) {
      const code = /(?:^|[^\d+])(\d{4,8})(?!\d)/.exec(text)?.[1];
      if (code !== undefined) return code;
    }
    return "123456";
  }

  /** The provider knows the person and sends the browser back. */
  async #atProvider(at: string, query: URLSearchParams): Promise<Shown | undefined> {
    const back = query.get("redirect_uri");
    if (back === null || !URL.canParse(back)) return undefined;
    this.path.push(`at ${at}`);
    const fields = new URLSearchParams(await this.#outside.frontChannel(query));
    const state = query.get("state");
    if (state !== null) fields.set("state", state);
    return query.get("response_mode") === "form_post"
      ? this.#browser.postTo(back, fields)
      : this.#browser.open(`${back}?${fields}`);
  }
}

/** A second password repeats the first. */
function repeatPasswords(page: ShownPage): void {
  const first = page.values.get("newPassword");
  if (first !== undefined && page.values.has("reenterPassword")) page.values.set("reenterPassword", first);
}

function pageName(page: ShownPage): string {
  const marks = [...page.fields.map(({ id }) => id), ...page.providers.map(({ id }) => id)];
  return `${page.api}(${marks.join(" ")})`;
}

/** The text of a page that offers nothing more; undefined where something can be done. */
function finalMessage(page: ShownPage): string | undefined {
  if (page.api !== "SelfAsserted" || page.providers.length > 0 || page.controls.length > 0) return undefined;
  const button = byId(page.document, "continue");
  if (button && !isHidden(button)) return undefined;
  if (!page.fields.every(({ isText, readOnly }) => isText || readOnly)) return undefined;
  return page.fields
    .map(({ id }) => page.values.get(id) ?? "")
    .filter((text) => text !== "")
    .join(" ")
    .slice(0, 200);
}

const said = (pressed: Pressed) => (pressed.kind === "refused" ? pressed.text : pressed.kind);
