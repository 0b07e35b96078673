import type { ClaimValue } from "../claims/value.ts";
import type { Ports } from "../ports.ts";
import type { CompiledProfile } from "../program/compiled-profile.ts";
import type { Program } from "../program/program.ts";
import { resetControl, runControlAction } from "./controls.ts";
import type { JourneyEvent } from "./event.ts";
import { completeFederation } from "./federation.ts";
import { formInputClaims, formOf, selectionOf } from "./forms.ts";
import { pageTexts } from "./messages.ts";
import type { Outcome } from "./outcome.ts";
import { keepAliveInDays, pageModel } from "./page-model.ts";
import { completePhoneFactor, phoneAction } from "./phone-factor.ts";
import { phoneContent } from "./phone-page.ts";
import {
  drop,
  nextStep,
  note,
  noteBagRestored,
  profileOf,
  type Run,
  serverError,
  stale,
  topFrame,
  update,
  writeBag,
} from "./run.ts";
import { persist } from "./session-management.ts";
import type { JourneyState, WaitingPage } from "./state.ts";
import { goTo, runSteps } from "./steps.ts";
import { formOutputClaims, submit } from "./submission.ts";
import { runServerProfile, runTransformations } from "./technical-profile.ts";
import type { TraceEntry } from "./trace.ts";
import { withoutSecretTexts } from "./trace-values.ts";
import { verify } from "./verification.ts";

export interface Advance {
  readonly state: JourneyState;
  readonly outcome: Outcome;
  readonly trace: readonly TraceEntry[];
}

/**
 * Takes a journey from one moment to the next: runs until the person is needed again or the journey ends. All I/O goes
 * through `ports`; the same state, event and answers of the ports give the same result. The caller saves the state by
 * compare-and-set and lets one call at a time work on a journey.
 *
 * Never throws for what a person, an API or a policy did wrong: that is an `Outcome` with its AADB2C code. Throws only
 * where a port does, and then the state that went in still counts. Source: journeys.md 2.
 *
 * @param program The version that the journey began with (`state.policyVersion`).
 * @param state From `newJourney` or from the last call; it is not changed.
 */
export async function advance(
  program: Program,
  state: JourneyState,
  event: JourneyEvent,
  ports: Ports,
): Promise<Advance> {
  const presented = event.kind === "started" ? event.presented : undefined;
  const run: Run = {
    program,
    ports,
    trace: [],
    typedSecrets: new Set(),
    state,
    ...(presented && { presented }),
  };
  note(run, { kind: "event", text: describe(event) });
  const outcome = await handle(run, event);
  if (outcome.kind === "relyingPartyError") {
    update(run, { status: "failed" });
    drop(run, "waiting", "selection");
    note(run, { kind: "outcome", text: `${outcome.error}: ${outcome.code}: ${outcome.message}` });
  }
  if (run.state.status === "completed") drop(run, "waiting", "selection");
  return { state: run.state, outcome, trace: withoutSecretTexts(run.trace, run.typedSecrets) };
}

function describe(event: JourneyEvent): string {
  switch (event.kind) {
    case "submitted":
      return `Form posted: ${Object.keys(event.fields).join(", ")}`;
    case "exchangeChosen":
      return `Chosen: ${event.exchangeId}`;
    case "phone":
      return `Phone: ${event.action}`;
    case "verification":
      return `Verification of ${event.claimId}: ${event.action}`;
    case "controlAction":
      return `${event.controlId}: ${event.action}`;
    case "controlReset":
      return `${event.controlId}: change`;
    case "providerReturned":
      return `The identity provider answered with ${Object.keys(event.parameters).join(", ")}`;
    default:
      return event.kind;
  }
}

function profileOfPage(run: Run, { technicalProfile }: WaitingPage): CompiledProfile | undefined {
  return technicalProfile === undefined ? undefined : profileOf(run, technicalProfile);
}

const startOver: Outcome = {
  kind: "errorPage",
  code: "AADB2C90046",
  message:
    "This sign-in cannot be continued: it was finished, or it was started too long ago. Start again from the application.",
};

async function handle(run: Run, event: JourneyEvent): Promise<Outcome> {
  if (event.kind === "started") return run.state.status === "created" ? start(run, event) : startOver;
  if (run.state.status !== "suspended") return startOver;
  const { waiting } = run.state;
  switch (event.kind) {
    case "submitted":
      return posted(run, event.fields, event.step);
    case "confirmed":
      return waiting?.kind === "page" ? confirm(run, waiting, event.keepMeSignedIn) : startOver;
    case "exchangeChosen":
      return choose(run, event.exchangeId, event.hint);
    case "signUpChosen":
      return chooseSignUp(run, event.hint);
    case "forgotPassword":
      return forgotPassword(run, event.hint);
    case "cancelled":
      return cancel(run);
    case "verification":
      return waiting?.kind === "page" ? verify(run, waiting, event) : { kind: "verification", result: 1 };
    case "phone": {
      const compiled = waiting?.kind === "page" ? profileOfPage(run, waiting) : undefined;
      return waiting?.kind === "page" && compiled?.kind === "phoneFactor"
        ? phoneAction(run, waiting, compiled, event)
        : { kind: "phone", status: 448 };
    }
    case "controlAction":
      return waiting?.kind === "page" ? runControlAction(run, waiting, event) : { kind: "notOnPage" };
    case "controlReset":
      return waiting?.kind === "page" ? resetControl(run, waiting, event) : { kind: "notOnPage" };
    case "providerReturned":
      if (waiting?.kind !== "provider") return startOver;
      return (await completeFederation(run, waiting, event.parameters)) ?? runSteps(run);
    case "reload":
      return reload(run);
  }
}

async function start(run: Run, event: Extract<JourneyEvent, { kind: "started" }>): Promise<Outcome> {
  const { prompt, maxAge } = run.state.request;
  const { session } = event;
  const now = Math.floor(run.ports.clock.now() / 1000);
  const tooOld = session !== undefined && maxAge !== undefined && now - session.authTime >= maxAge;
  update(run, {
    status: "suspended",
    ...(session && prompt !== "login" && !tooOld && { sessionAtStart: session }),
  });
  return (await authorize(run)) ?? runSteps(run);
}

/** Each authorization profile of the journey must let the request pass before the first step (journeys.md 1.1). */
async function authorize(run: Run): Promise<Outcome | undefined> {
  const journey = run.program.policy.userJourneys.get(topFrame(run)?.journeyId ?? "");
  for (const id of journey?.authorizationTechnicalProfiles ?? []) {
    const compiled = profileOf(run, id);
    if (compiled?.kind !== "server")
      return serverError("AADB2C90037", `Technical profile '${id}' cannot authorize a request.`);
    const { profile } = compiled;
    const result = await runServerProfile(run, compiled, {
      caller: "step",
      claims: run.state.bag,
      secrets: {},
      texts: pageTexts(run, undefined),
      messageProfiles: [profile],
    });
    if (result.kind !== "claims") {
      const error = compiled.handler === "bearerToken" ? "invalid_token" : "access_denied";
      const { code = "AADB2C", message } = result;
      return { kind: "relyingPartyError", error, code, message };
    }
    writeBag(run, result.claims, `${profile.id}: output claims`, profile.id);
  }
  return undefined;
}

// Forms -------------------------------------------------------------------------------------------------------------

async function posted(
  run: Run,
  fields: Readonly<Record<string, string>>,
  step: number | undefined,
): Promise<Outcome> {
  const { waiting, selection } = run.state;
  if (
    waiting?.kind === "page" &&
    (step === undefined || step >= waiting.pageNumber || hasFieldOf(run, waiting, fields))
  ) {
    return submit(run, waiting, fields);
  }
  // The person went back to the page with the local form and used it.
  if (selection && selection.waiting !== waiting && rewound(run, (page) => hasFieldOf(run, page, fields))) {
    const page = run.state.waiting;
    if (page?.kind === "page") return submit(run, page, fields);
  }
  return stale();
}

function hasFieldOf(run: Run, page: WaitingPage, fields: Readonly<Record<string, string>>): boolean {
  const compiled = profileOfPage(run, page);
  if (compiled?.kind !== "selfAsserted") return false;
  const names = new Set(Object.keys(fields).map((name) => name.toLowerCase()));
  return formOf(run, compiled).fields.some(({ type }) => names.has(type.id.toLowerCase()));
}

async function confirm(run: Run, waiting: WaitingPage, keepMeSignedIn: boolean): Promise<Outcome> {
  if (waiting.failure) return serverError(waiting.failure.code, waiting.failure.message);
  const compiled = profileOfPage(run, waiting);
  if (compiled?.kind === "phoneFactor") {
    const completed = await completePhoneFactor(run, waiting, compiled);
    if (completed === "notProved") return { kind: "page", page: pageModel(run, waiting) };
    if (completed) return completed;
    drop(run, "waiting");
    nextStep(run);
    return runSteps(run);
  }
  if (!waiting.accepted || compiled?.kind !== "selfAsserted")
    return { kind: "page", page: pageModel(run, waiting) };
  const { profile, metadata } = compiled;
  const form = formOf(run, compiled);
  const changed: Record<string, ClaimValue | null> = {
    ...formOutputClaims(run, form, waiting.accepted.scope),
  };
  // Input claims count for them, also those that are not on the page.
  const claims = { ...run.state.bag, ...formInputClaims(run, form) };
  const call = { profile, claims, texts: form.texts, messageProfiles: [profile] };
  if (await runTransformations(run, profile.outputClaimsTransformations, call, changed))
    return serverError("AADB2C", "An exception has occurred.");
  writeBag(run, changed, `${profile.id}: output claims`, profile.id);
  for (const { referenceId } of profile.validationTechnicalProfiles) {
    const validation = profileOf(run, referenceId);
    if (validation && validation.profile.includeInSso !== false) persist(run, validation.profile, true);
  }
  persist(run, profile, true);
  drop(run, "waiting", "hint");
  if (!run.state.sessionUsed) update(run, { answeredFirst: true });
  // A box that is not offered cannot be ticked: the session would have no days to live.
  if (waiting.selects && metadata.enableRememberMe && keepAliveInDays(run.program.policy) > 0)
    update(run, { keepMeSignedIn });
  nextStep(run);
  return runSteps(run);
}

// Choices --------------------------------------------------------------------------------------------------------------

/** Goes back to the last selection page, where nothing irreversible has run since (journeys.md 14). */
function rewound(run: Run, accepts: (page: WaitingPage) => boolean): boolean {
  const { waiting, selection } = run.state;
  if (waiting?.kind === "page" && waiting.selects) return accepts(waiting);
  if (!selection) return false;
  const { frames, bag, sessionWrites } = selection;
  const before = run.state;
  update(run, { frames, bag, sessionWrites, waiting: selection.waiting });
  if (accepts(selection.waiting)) {
    noteBagRestored(run, before.bag, "Back at the choice, with the claims that there were then");
    return true;
  }
  run.state = before;
  return false;
}

async function choose(run: Run, exchangeId: string, hint: string | undefined): Promise<Outcome> {
  let canonical: string | undefined;
  const offered = rewound(run, () => {
    canonical = selectionOf(run).choices.find(
      (choice) => choice.exchangeId.toLowerCase() === exchangeId.toLowerCase(),
    )?.exchangeId;
    return canonical !== undefined;
  });
  if (!offered || canonical === undefined) return notOffered(exchangeId);
  return leaveSelection(run, canonical, hint);
}

async function chooseSignUp(run: Run, hint: string | undefined): Promise<Outcome> {
  let target: string | undefined;
  const offered = rewound(run, () => {
    const local = selectionOf(run).local;
    // A link that is not shown is not honoured either.
    if (local?.metadata.showSignupLink) target = local.metadata.signUpTarget;
    return target !== undefined;
  });
  return offered && target !== undefined ? leaveSelection(run, target, hint) : notOffered("sign-up");
}

async function forgotPassword(run: Run, hint: string | undefined): Promise<Outcome> {
  let override: string | undefined;
  const offered = rewound(run, () => {
    const { local } = selectionOf(run);
    override = local?.metadata.forgotPasswordLinkOverride;
    return local !== undefined;
  });
  if (!offered) return notOffered("forgotten password");
  if (override !== undefined) return leaveSelection(run, override, hint);
  return {
    kind: "relyingPartyError",
    error: "access_denied",
    code: "AADB2C90118",
    message: "The user has forgotten their password.",
  };
}

async function leaveSelection(run: Run, exchangeId: string, hint: string | undefined): Promise<Outcome> {
  drop(run, "waiting");
  if (hint !== undefined && hint !== "") update(run, { hint: hint.slice(0, 256) });
  goTo(run, exchangeId);
  return runSteps(run);
}

function notOffered(what: string): Outcome {
  return {
    kind: "errorPage",
    code: "AADB2C90304",
    message: `This choice is not offered here: ${what.slice(0, 64)}. Start again from the application.`,
  };
}

function cancel(run: Run): Outcome {
  const { waiting } = run.state;
  const compiled = waiting?.kind === "page" ? profileOfPage(run, waiting) : undefined;
  const isPage = compiled?.kind === "selfAsserted" || compiled?.kind === "phoneFactor";
  if (isPage && !compiled.metadata.showCancelButton) return reload(run);
  const message =
    compiled?.kind === "phoneFactor"
      ? phoneContent(run, compiled).cancel_message
      : "The user has cancelled entering self-asserted information.";
  return {
    kind: "relyingPartyError",
    error: "access_denied",
    code: "AADB2C90091",
    message: message ?? "",
  };
}

function reload(run: Run): Outcome {
  const { waiting, selection } = run.state;
  if (waiting?.kind === "page") return { kind: "page", page: pageModel(run, waiting) };
  // Back from the provider without an answer: the choice is offered again.
  if (selection && rewound(run, () => true)) return { kind: "page", page: pageModel(run, selection.waiting) };
  return startOver;
}
