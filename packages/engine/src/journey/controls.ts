import type { ClaimType, DisplayControlAction } from "@vestibule/policy";
import { claimText } from "../claims/bag.ts";
import { defaultClaimValue } from "../claims/mapping.ts";
import type { ClaimsBag, ClaimValue } from "../claims/value.ts";
import { type Collected, collectFields } from "../profiles/self-asserted/collect.ts";
import type { FormControl, FormField } from "../profiles/self-asserted/fields.ts";
import type { JourneyEvent } from "./event.ts";
import { collectTexts, type Form, formInputClaims, formOf, inputsOf } from "./forms.ts";
import type { Outcome } from "./outcome.ts";
import type { PageProblem } from "./page.ts";
import { controlText } from "./page-controls.ts";
import { note, profileOf, type Run, resolverScope, stale, update } from "./run.ts";
import type { ControlProgress, WaitingPage } from "./state.ts";
import { apply } from "./technical-profile.ts";
import { runValidations } from "./validation.ts";
import { typedFields } from "./verification.ts";

type ActionEvent = Extract<JourneyEvent, { kind: "controlAction" }>;
type ResetEvent = Extract<JourneyEvent, { kind: "controlReset" }>;

/** More than a person needs on one page; whoever presses on gets no further mails or calls for it. */
const mostActions = 100;

const notBegun: ControlProgress = { state: "initial", subject: {}, scope: {}, output: {}, actions: 0 };

const notOnPage: Outcome = { kind: "notOnPage" };

/** A control on the page that the journey waits at. */
interface Place {
  readonly form: Form;
  readonly part: FormControl;
  readonly fields: readonly FormField[];
  readonly progress: ControlProgress;
}

function placeOf(run: Run, waiting: WaitingPage, controlId: string): Place | undefined {
  const compiled =
    waiting.technicalProfile === undefined ? undefined : profileOf(run, waiting.technicalProfile);
  if (compiled?.kind !== "selfAsserted" || compiled.metadata.terminal) return undefined;
  const form = formOf(run, compiled);
  const part = form.controls.find(({ control }) => same(control.id, controlId));
  if (!part) return undefined;
  const { id } = part.control;
  const fields = form.fields.filter(({ control }) => control?.id === id);
  return { form, part, fields, progress: progressOf(waiting, id) };
}

export function progressOf(waiting: WaitingPage, controlId: string): ControlProgress {
  return waiting.controls?.[controlId] ?? notBegun;
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/**
 * Runs an action of a display control: its technical profiles in order, over the control's own scope. It never moves the
 * journey. Source: technical-profiles.md 11.1, pages.md 1.8.
 */
export async function runControlAction(
  run: Run,
  waiting: WaitingPage,
  { controlId, action: actionId, fields: posted }: ActionEvent,
): Promise<Outcome> {
  const place = placeOf(run, waiting, controlId);
  const action = place?.part.control.actions.find(({ id }) => same(id, actionId));
  if (!place || !action) return notOnPage;
  // What was written cannot be taken back, and a journey that failed is not mended by a code.
  if (waiting.accepted?.wrote || waiting.failure) return stale();
  const page = reopened(waiting, place.form, posted);
  const { proof } = place.part.kind;
  if (place.progress.actions >= mostActions) {
    const text = `${place.part.control.id}: more than ${mostActions} actions on one page`;
    note(run, { kind: "warning", text });
    const message = place.form.texts.message("ServiceThrottled", [], []);
    return refuse(run, page, place, place.progress, { message, fields: {} });
  }
  if (proof && same(proof.begin, action.id)) return begin(run, page, place, action, posted);
  if (proof && same(proof.complete, action.id)) return complete(run, page, place, action, posted);
  return runOther(run, page, place, action, posted);
}

/** Back to the beginning: what was proved is no longer. Only a form without JavaScript needs the server for it. */
export function resetControl(run: Run, waiting: WaitingPage, { controlId, fields }: ResetEvent): Outcome {
  const place = placeOf(run, waiting, controlId);
  if (!place) return notOnPage;
  if (waiting.accepted?.wrote || waiting.failure) return stale();
  const { actions } = place.progress;
  keep(run, reopened(waiting, place.form, fields), place, { ...notBegun, actions });
  return { kind: "accepted" };
}

/** The page while a control works: an accepted submission waits no longer, and an old complaint is gone. */
function reopened(waiting: WaitingPage, form: Form, posted: Readonly<Record<string, string>>): WaitingPage {
  const { accepted: _, problem: __, ...rest } = waiting;
  return { ...rest, typed: typedFields(waiting, form, posted) };
}

/** Says which claims are to be proved, and has the code sent for them. */
async function begin(
  run: Run,
  page: WaitingPage,
  place: Place,
  action: DisplayControlAction,
  posted: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const asked = place.fields.filter(({ control }) => !control?.code);
  const { progress } = place;
  // Once a code was sent the fields are locked, and a form without JavaScript does not post locked fields.
  const locked = Object.entries(progress.subject).map(([id, value]) => [id, claimText(value)]);
  const given = { ...Object.fromEntries(locked), ...posted };
  const resent = collect(run, place, asked, given);
  // A code that is under way stays good when another cannot be sent; anything else that was proved is no longer.
  const again = progress.state === "sent" && equalClaims(progress.subject, resent.claims);
  const before = again ? progress : { ...notBegun, actions: progress.actions };
  // What was found out about another address must not come out with this one.
  const from = { ...place, progress: before };
  const collected = again ? resent : collect(run, from, asked, given);
  const subject = collected.claims;
  if (collected.first) return refuse(run, page, place, before, problemOf(collected));
  const changed = { ...claimsOf(run, from), ...subject };
  const problem = await runAction(run, place, action, changed, collected.secrets);
  if (problem) return refuse(run, page, place, before, problem);
  const { problem: _, ...rest } = before;
  return accept(run, page, place, { ...rest, state: "sent", subject, scope: stored(run, changed) });
}

/** Checks the code. What is proved is what the code was sent for, never what is posted with the code. */
async function complete(
  run: Run,
  page: WaitingPage,
  place: Place,
  action: DisplayControlAction,
  posted: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const { progress, fields } = place;
  const { problem: _, ...rest } = progress;
  const unchanged = isSubject(place, posted);
  // The answer to the right code got lost: it is proved, and the code is used up.
  if (progress.state === "verified" && unchanged) return accept(run, page, place, rest);
  if (progress.state !== "sent" || !unchanged) {
    note(run, { kind: "validation", text: `${place.part.control.id}: no code was sent for what was posted` });
    const message = controlText(place.form, place.part, "failure_verify_code_msg");
    return refuse(run, page, place, progress, { message, fields: {} });
  }
  const collected = collect(
    run,
    place,
    fields.filter(({ control }) => control?.code),
    posted,
  );
  if (collected.first) return refuse(run, page, place, progress, problemOf(collected));
  const changed = { ...claimsOf(run, place), ...progress.subject, ...collected.claims };
  const problem = await runAction(run, place, action, changed, collected.secrets);
  if (problem) return refuse(run, page, place, progress, problem);
  return accept(run, page, place, {
    ...rest,
    state: "verified",
    scope: stored(run, changed),
    output: outputClaims(run, place, changed),
  });
}

async function runOther(
  run: Run,
  page: WaitingPage,
  place: Place,
  action: DisplayControlAction,
  posted: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const { progress } = place;
  // What an action finds out about another address must not come out with the one that a code was sent to.
  const other = place.part.kind.proof && progress.state !== "initial" && !isSubject(place, posted);
  const before = other ? { ...notBegun, actions: progress.actions } : progress;
  const from = { ...place, progress: before };
  const collected = collect(run, from, place.fields, posted);
  if (collected.first) return refuse(run, page, place, before, problemOf(collected));
  const changed = { ...claimsOf(run, from), ...collected.claims };
  const problem = await runAction(run, place, action, changed, collected.secrets);
  if (problem) return refuse(run, page, place, before, problem);
  const { problem: _, ...rest } = before;
  return accept(run, page, place, { ...rest, scope: stored(run, changed) });
}

function collect(
  run: Run,
  { form, part, progress }: Place,
  fields: readonly FormField[],
  posted: Readonly<Record<string, string>>,
): Collected {
  return collectFields({
    policy: run.program.policy,
    bag: apply(run.state.bag, shownClaims(run, form, part, progress)),
    fields,
    posted,
    texts: collectTexts(form),
    identifierAliases: [],
    emptyBecomesClaim: false,
    now: run.ports.clock.now(),
  });
}

function problemOf({ first, problems }: Collected): PageProblem {
  return {
    message: first?.message ?? "",
    ...(first?.code !== undefined && { errorCode: first.code }),
    fields: problems,
  };
}

/** What an action begins with, beside what was typed. */
function claimsOf(run: Run, { form, part, progress }: Place): Record<string, ClaimValue | null> {
  return shownClaims(run, form, part, progress);
}

/** Claims that a control can show and work with: the form's inputs, its own, and its scope. */
export function shownClaims(
  run: Run,
  form: Form,
  { control }: FormControl,
  progress: ControlProgress,
): Record<string, ClaimValue> {
  const inputs = formInputClaims(run, form);
  const own = inputsOf(run, form, control.inputClaims, apply(run.state.bag, inputs));
  return { ...inputs, ...own, ...progress.scope };
}

async function runAction(
  run: Run,
  { form, part }: Place,
  action: DisplayControlAction,
  changed: Record<string, ClaimValue | null>,
  secrets: Readonly<Record<string, string>>,
): Promise<PageProblem | undefined> {
  const result = await runValidations(run, form, action.technicalProfiles, changed, secrets);
  const verdict = result.kind === "passed" ? "done" : "refused";
  note(run, {
    kind: "validation",
    text: `${part.control.id}: ${action.id} ${verdict}`,
    technicalProfile: form.compiled.profile.id,
  });
  return result.kind === "failed" ? result.problem : undefined;
}

/** The control's scope as it is kept: no secret and no code, and nothing without a value. */
function stored(run: Run, changed: Readonly<Record<string, ClaimValue | null>>): ClaimsBag {
  return Object.fromEntries(
    Object.entries(changed).filter(
      (entry): entry is [string, ClaimValue] => entry[1] !== null && !run.program.secrets.has(entry[0]),
    ),
  );
}

function outputClaims(
  run: Run,
  { part }: Place,
  changed: Readonly<Record<string, ClaimValue | null>>,
): ClaimsBag {
  const { policy, secrets } = run.program;
  const claims: Record<string, ClaimValue> = {};
  const bag = apply(run.state.bag, changed);
  for (const reference of part.control.outputClaims) {
    const type = policy.claimTypes.get(reference.claimTypeReferenceId);
    if (!type || secrets.has(type.id)) continue;
    const constant = () => defaultClaimValue(resolverScope(run), reference, false);
    const value = reference.alwaysUseDefaultValue ? constant() : (bag[type.id] ?? constant());
    if (value !== undefined) claims[type.id] = value;
  }
  return claims;
}

/** True where nothing else is posted for the control's claims than what its code was sent for. */
function isSubject({ fields, progress }: Place, posted: Readonly<Record<string, string>>): boolean {
  return fields.every(({ type, readOnly, control }) => {
    if (readOnly || control?.code) return true;
    const text = postedText(type, posted);
    if (text === "") return true;
    const proved = progress.subject[type.id];
    return proved !== undefined && same(claimText(proved), text);
  });
}

function postedText(type: ClaimType, posted: Readonly<Record<string, string>>): string {
  const name = Object.keys(posted).find((key) => same(key, type.id));
  return (name === undefined ? "" : (posted[name] ?? "")).trim();
}

function equalClaims(one: ClaimsBag, other: ClaimsBag): boolean {
  const texts = (claims: ClaimsBag) =>
    Object.entries(claims)
      .map(([id, value]) => `${id}\n${claimText(value).toLowerCase()}`)
      .sort()
      .join("\n\n");
  return texts(one) === texts(other);
}

function accept(run: Run, page: WaitingPage, place: Place, progress: ControlProgress): Outcome {
  keep(run, page, place, { ...progress, actions: progress.actions + 1 });
  return { kind: "accepted" };
}

function refuse(
  run: Run,
  page: WaitingPage,
  place: Place,
  progress: ControlProgress,
  problem: PageProblem,
): Outcome {
  keep(run, page, place, { ...progress, problem, actions: progress.actions + 1 });
  return { kind: "refused", problem };
}

function keep(run: Run, page: WaitingPage, { part }: Place, progress: ControlProgress): void {
  update(run, { waiting: { ...page, controls: { ...page.controls, [part.control.id]: progress } } });
}

/**
 * What the controls of a form prove, for the form's own scope; `open` where one of them is not complete, or something
 * else is posted than what was proved. The proof is kept here, never taken from what was posted.
 */
export function provedByControls(
  form: Form,
  waiting: WaitingPage,
  posted: Readonly<Record<string, string>>,
): { readonly kind: "open" } | { readonly kind: "proved"; readonly claims: ClaimsBag } {
  const claims: Record<string, ClaimValue> = {};
  for (const part of form.controls) {
    if (!part.kind.proof) continue;
    const fields = form.fields.filter(({ control }) => control?.id === part.control.id);
    const progress = progressOf(waiting, part.control.id);
    if (progress.state !== "verified" || !isSubject({ form, part, fields, progress }, posted))
      return { kind: "open" };
    // What was proved counts as submitted, whether or not the control puts it out; the rest of its scope does not.
    Object.assign(claims, progress.subject, progress.output);
  }
  return { kind: "proved", claims };
}
