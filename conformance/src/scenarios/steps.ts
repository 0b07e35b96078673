import type { Browser, Pressed, Shown } from "../browser/browser.ts";
import type { ShownPage } from "../browser/page.ts";
import type { Laboratory } from "../lab/laboratory.ts";
import type { Checks } from "../match.ts";
import { containsText, sameText } from "./compare.ts";
import { describe } from "./expectations.ts";
import { checkPage, fieldOf } from "./page-checks.ts";
import type { Step } from "./scenario-file.ts";
import { fillWords, type WordReader } from "./words.ts";

/** What the steps of one visit share. */
export interface Walk {
  readonly browser: Browser;
  readonly laboratory: Laboratory;
  readonly words: WordReader;
  readonly captured: Map<string, string>;
  readonly checks: Checks;
  /** What the last request to a provider carried. */
  provider: URLSearchParams | undefined;
}

/** Takes the steps in turn as long as nothing is wrong; returns what is shown in the end. */
export async function walk(given: Walk, start: Shown, steps: readonly Step[]): Promise<Shown> {
  let shown = start;
  for (const [index, step] of steps.entries()) {
    const before = given.checks.mismatches.length;
    if (step.advanceClockSeconds !== undefined) given.laboratory.clock.advance(step.advanceClockSeconds);
    shown = step.page === "idp" ? await atProvider(given, shown, step) : await onPage(given, shown, step);
    if (given.checks.mismatches.length === before) continue;
    const found = given.checks.mismatches.splice(before);
    given.checks.mismatches.push(
      ...found.map((each) => ({ ...each, what: `step ${index + 1}: ${each.what}` })),
    );
    break;
  }
  return shown;
}

async function onPage(given: Walk, shown: Shown, step: Step): Promise<Shown> {
  const { checks } = given;
  if (step.page === "error") {
    checks.truth("page", shown.kind === "other", "an error page", describe(shown));
    const text = shown.kind === "other" ? shown.text : "";
    if (step.error?.contains !== undefined)
      checks.truth(
        "error page",
        containsText(text, step.error.contains),
        step.error.contains,
        text.slice(0, 300),
      );
    return shown;
  }
  if (shown.kind !== "page") {
    checks.truth("page", false, step.page, describe(shown));
    return shown;
  }
  // `fill` is read when it is typed: a code exists only when it was sent.
  const { fill = {}, ...demands } = step;
  checkPage(await fillWords(demands, given.words), shown, checks);
  for (const [name, id] of Object.entries(step.capture ?? {}))
    given.captured.set(name, shown.values.get(fieldOf(shown, id)?.id ?? id) ?? "");
  if (checks.mismatches.length > 0) return shown;
  const presses = step.until === undefined ? 1 : (step.atMost ?? 20);
  for (let count = 1; ; count++) {
    const rememberMe = await type(given, shown, fill);
    if (step.press === undefined) return shown;
    const pressed = await press(given, shown, step.press, rememberMe);
    if (typeof pressed === "string") {
      checks.truth("press", false, step.press, pressed);
      return shown;
    }
    if (step.until !== undefined) {
      if (pressed.kind === "left" && !isSamePage(pressed.shown, shown)) return pressed.shown;
      if (count < presses) continue;
      checks.truth("page", false, `left within ${presses} presses`, "still there");
      return shown;
    }
    return judge(checks, step, pressed, shown);
  }
}

function isSamePage(shown: Shown, before: ShownPage): boolean {
  return (
    shown.kind === "page" &&
    shown.fields.map(({ id }) => id).join() === before.fields.map(({ id }) => id).join()
  );
}

/** Types what the step says; returns whether "keep me signed in" is ticked. */
async function type(given: Walk, page: ShownPage, fill: NonNullable<Step["fill"]>): Promise<boolean> {
  let rememberMe = false;
  for (const [id, written] of Object.entries(fill)) {
    const value = await fillWords(written, given.words);
    if (id === "rememberMe" && !fieldOf(page, id)) {
      rememberMe = value === true;
      continue;
    }
    const field = fieldOf(page, id);
    const text = Array.isArray(value) ? value.join(",") : String(value);
    // A person cannot choose what a drop-down does not offer.
    const offered = field?.options.find((option) => sameText(option.value, text))?.value;
    page.values.set(field?.id ?? id, offered ?? text);
    if (!field && !isOwnBox(page, id))
      given.checks.truth(
        "field",
        false,
        id,
        page.fields.map((each) => each.id),
      );
  }
  return rememberMe;
}

/** Boxes of the page that are no fields: those for codes, and those of the phone page. */
function isOwnBox(page: ShownPage, id: string): boolean {
  return /_ver_input$/.test(id) || page.api === "Phonefactor";
}

async function press(
  given: Walk,
  page: ShownPage,
  what: string,
  rememberMe: boolean,
): Promise<Pressed | string> {
  const { browser } = given;
  const left = (shown: Shown | undefined): Pressed | string =>
    shown ? { kind: "left", shown } : `the page has no '${what}'`;
  const [word, rest = ""] = splitOnce(what, ":");
  const [target = "", action = ""] = splitOnce(rest, "/");
  switch (word) {
    case "continue":
      return browser.submit(page, rememberMe);
    case "cancel":
      return left(await browser.act(page, "cancelled"));
    case "createAccount":
    case "forgotPassword":
      return left(await browser.click(page, word));
    case "control":
      return browser.control(page, target, action);
    case "verify":
      return browser.verify(page, fieldOf(page, target)?.id ?? target, action === "check" ? "check" : "send");
    case "sms":
    case "call":
    case "verifyCode":
      return browser.phone(page, word);
    default:
      return left(await browser.click(page, what));
  }
}

function judge(checks: Checks, step: Step, pressed: Pressed, page: ShownPage): Shown {
  const { error } = step;
  if (!error) {
    if (pressed.kind === "refused") checks.truth(`press ${step.press}`, false, "accepted", pressed.text);
    return pressed.kind === "left" ? pressed.shown : page;
  }
  const expected = { error: error.kind, ...(error.contains !== undefined && { contains: error.contains }) };
  if (pressed.kind === "refused") {
    // Whether a field's own text is drawn at the field is the page script's part, which browser tests try.
    const ofField = error.kind === "field";
    if (error.contains !== undefined && !ofField)
      checks.truth("error", containsText(pressed.text, error.contains), expected, pressed.text);
    return page;
  }
  if (pressed.kind === "left" && error.kind === "any" && isFailure(pressed.shown)) return pressed.shown;
  checks.truth(
    `press ${step.press}`,
    false,
    expected,
    pressed.kind === "left" ? describe(pressed.shown) : "accepted",
  );
  return pressed.kind === "left" ? pressed.shown : page;
}

function isFailure(shown: Shown): boolean {
  return shown.kind === "other" || (shown.kind === "application" && shown.fields.has("error"));
}

/** The browser is at a provider: looks at the request, and goes back with the answer. */
async function atProvider(given: Walk, shown: Shown, step: Step): Promise<Shown> {
  const { checks, browser } = given;
  if (shown.kind !== "outside") {
    checks.truth("page", false, `at ${step.at}`, describe(shown));
    return shown;
  }
  given.provider = shown.query;
  const { at, query, answer } = await fillWords(
    { at: step.at ?? "", query: step.query ?? {}, answer: step.answer ?? {} },
    given.words,
  );
  checks.equal("address", shown.at, at);
  for (const [name, value] of Object.entries(query))
    checks.truth(`query ${name}`, shown.query.get(name) === String(value), value, shown.query.get(name));
  for (const name of step.hasQuery ?? [])
    checks.truth(`query ${name}`, shown.query.has(name), "present", "absent");
  for (const name of step.absentQuery ?? [])
    checks.truth(`query ${name}`, !shown.query.has(name), "absent", shown.query.get(name));
  const back = shown.query.get("redirect_uri") ?? "";
  if (checks.mismatches.length > 0 || !URL.canParse(back)) return shown;
  const fields = new URLSearchParams({ ...(answer.query ?? answer.formPost) });
  const state = shown.query.get("state");
  if (!fields.has("state") && state !== null) fields.set("state", state);
  return answer.formPost ? browser.postTo(back, fields) : browser.open(`${back}?${fields}`);
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
