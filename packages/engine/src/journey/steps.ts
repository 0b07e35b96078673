import type { OrchestrationStep } from "@vestibule/policy";
import type { ClaimValue } from "../claims/value.ts";
import type { CompiledProfile } from "../program/compiled-profile.ts";
import { subJourneyKey } from "../program/reachable.ts";
import { isEnabled } from "./enabled.ts";
import { beginFederation } from "./federation.ts";
import { type Choice, domainsOf, formOf, selectionOf } from "./forms.ts";
import { getClaims } from "./get-claims.ts";
import { nobodyToAsk } from "./headless.ts";
import { pageTexts } from "./messages.ts";
import type { Outcome } from "./outcome.ts";
import { pageModel } from "./page-model.ts";
import { beginPhoneFactor } from "./phone-factor.ts";
import { judgePreconditions } from "./preconditions.ts";
import {
  currentStep,
  drop,
  nextStep,
  note,
  profileOf,
  type Run,
  serverError,
  topFrame,
  update,
  writeBag,
} from "./run.ts";
import { sendClaims } from "./send-claims.ts";
import { isRestorable, persist, restore } from "./session-management.ts";
import type { WaitingPage } from "./state.ts";
import { type ProfileFailure, runServerProfile, runTransformations } from "./technical-profile.ts";

/** What a step leads to: on to the next one, or an outcome that ends this turn. */
type StepResult = "next" | Outcome;

/** More steps than any journey has; a policy that loops is stopped. */
const mostSteps = 1000;

/** Runs step after step until the person is needed, or the journey ends. Source: journeys.md 2. */
export async function runSteps(run: Run): Promise<Outcome> {
  for (let count = 0; count < mostSteps; count++) {
    const step = currentStep(run);
    if (!step) {
      if (!leaveSubJourney(run))
        return serverError(
          "AADB2C90040",
          `User journey '${topFrame(run)?.journeyId ?? ""}' does not contain a send claims step.`,
        );
      continue;
    }
    const { skip, verdicts } = judgePreconditions(run.program, step.preconditions, run.state.bag);
    const preconditions = verdicts.length > 0 && { preconditions: verdicts };
    if (skip) {
      note(run, {
        kind: "stepSkipped",
        text: `Step ${step.order} skipped: ${skip.type} ${skip.values.join(" = ")} is ${skip.executeActionsIf}`,
        ...preconditions,
      });
      drop(run, "pendingExchange");
      nextStep(run);
      continue;
    }
    note(run, { kind: "step", text: `Step ${step.order} ${step.type}`, ...preconditions });
    const result = await runStep(run, step);
    if (result !== "next") return result;
  }
  return serverError(
    "AADB2C90037",
    "An error occurred while processing the request. Please contact administrator of the site you are trying to access.",
  );
}

async function runStep(run: Run, step: OrchestrationStep): Promise<StepResult> {
  switch (step.type) {
    case "CombinedSignInAndSignUp":
    case "ClaimsProviderSelection":
      return await selectProvider(run, step);
    case "ClaimsExchange":
      return exchangeClaims(run, step);
    case "InvokeSubJourney":
      return enterSubJourney(run, step);
    case "SendClaims":
      return sendClaims(run, step);
    case "Noop":
      nextStep(run);
      return "next";
    case "GetClaims":
      return getClaims(run, step);
  }
}

// Sub-journeys ------------------------------------------------------------------------------------------------------

const deepest = 10;

function enterSubJourney(run: Run, step: OrchestrationStep): StepResult {
  const subJourney =
    step.subJourneyReferenceId === undefined
      ? undefined
      : run.program.policy.subJourneys.get(step.subJourneyReferenceId);
  if (!subJourney || run.state.frames.length > deepest)
    return serverError("AADB2C90037", "A sub-journey cannot be invoked here.");
  const frame = { journeyId: subJourneyKey(subJourney.id), index: 0 } as const;
  const frames =
    subJourney.type === "Transfer"
      ? [{ ...frame, kind: "journey" as const }]
      : [...run.state.frames, { ...frame, kind: "call" as const }];
  update(run, { frames });
  return "next";
}

/** Goes back to the caller's next step; false where there is no caller. */
function leaveSubJourney(run: Run): boolean {
  if (topFrame(run)?.kind !== "call") return false;
  update(run, { frames: run.state.frames.slice(0, -1) });
  nextStep(run);
  return true;
}

// Selection -----------------------------------------------------------------------------------------------------------

/** Source: journeys.md 5.2. */
async function selectProvider(run: Run, step: OrchestrationStep): Promise<StepResult> {
  const { choices, local } = selectionOf(run);
  if (choices.length === 0 && !local)
    return serverError("AADB2C90051", "No suitable claims providers were found.");
  const hinted = byDomainHint(run, choices);
  const restored =
    hinted && !isRestorable(run, hinted.compiled.profile) ? undefined : fromSession(run, choices, local);
  if (restored === "local" && local) {
    restore(run, local.profile);
    nextStep(run);
    return "next";
  }
  const chosen = restored === "local" ? undefined : (restored ?? hinted ?? onlyChoice(step, choices, local));
  if (!restored) update(run, { identityAsked: true });
  if (chosen) {
    note(run, { kind: "step", text: `${chosen.exchangeId} without asking` });
    return goTo(run, chosen.exchangeId);
  }
  return nobodyToAsk(run) ?? (local && (await enterForm(run, local))) ?? showPage(run, local, true);
}

function fromSession(
  run: Run,
  choices: readonly Choice[],
  local: CompiledProfile | undefined,
): Choice | "local" | undefined {
  if (run.state.request.prompt === "select_account") return undefined;
  const restorable = choices.filter(({ compiled }) => isRestorable(run, compiled.profile));
  const localRestorable = local !== undefined && isRestorable(run, local.profile);
  const last = run.state.sessionAtStart?.lastTechnicalProfile?.toLowerCase();
  const lastUsed = restorable.find(({ compiled }) => compiled.profile.id.toLowerCase() === last);
  if (localRestorable && !lastUsed) return "local";
  return lastUsed ?? restorable[0];
}

function byDomainHint(run: Run, choices: readonly Choice[]): Choice | undefined {
  const hint = run.state.request.domainHint?.toLowerCase();
  if (hint === undefined || hint === "") return undefined;
  return choices.find(({ compiled }) =>
    domainsOf(run, compiled.profile).some((domain) => domain.toLowerCase() === hint),
  );
}

function onlyChoice(
  step: OrchestrationStep,
  choices: readonly Choice[],
  local: CompiledProfile | undefined,
): Choice | undefined {
  if (local || choices.length !== 1 || step.displayOption === "ShowSingleProvider") return undefined;
  return choices[0];
}

/** The choice holds for the next step only. */
export function goTo(run: Run, exchangeId: string): "next" {
  update(run, { pendingExchange: exchangeId });
  nextStep(run);
  return "next";
}

// Claims exchange -----------------------------------------------------------------------------------------------------------

/** Source: journeys.md 5.3. */
async function exchangeClaims(run: Run, step: OrchestrationStep): Promise<StepResult> {
  const enabled = step.claimsExchanges.flatMap(({ id, technicalProfileReferenceId }) => {
    const compiled = profileOf(run, technicalProfileReferenceId);
    return compiled && isEnabled(run, compiled) ? [{ exchangeId: id, compiled }] : [];
  });
  if (enabled.length === 0) {
    nextStep(run);
    return "next";
  }
  const pending = run.state.pendingExchange?.toLowerCase();
  drop(run, "pendingExchange");
  const exchange =
    enabled.find(({ exchangeId }) => exchangeId.toLowerCase() === pending) ??
    (enabled.length === 1 ? enabled[0] : undefined) ??
    enabled.find(({ compiled }) => isRestorable(run, compiled.profile)) ??
    byDomainHint(run, enabled);
  if (!exchange)
    return serverError("AADB2C90304", "The claims exchange that was chosen is not part of this step.");
  return runProfile(run, exchange.compiled);
}

async function runProfile(run: Run, compiled: CompiledProfile): Promise<StepResult> {
  const { profile } = compiled;
  if (isRestorable(run, profile)) {
    restore(run, profile);
    nextStep(run);
    return "next";
  }
  switch (compiled.kind) {
    case "selfAsserted": {
      // A page with nothing to ask is skipped with its validation profiles and defaults (technical-profiles.md 2.3).
      const { fields, controls } = formOf(run, compiled);
      if (fields.length === 0 && controls.length === 0) {
        nextStep(run);
        return "next";
      }
      return nobodyToAsk(run) ?? (await enterForm(run, compiled)) ?? showPage(run, compiled, false);
    }
    case "phoneFactor": {
      const refused = nobodyToAsk(run);
      if (refused) return refused;
      const begun = await beginPhoneFactor(run, compiled);
      return begun.kind === "phone" ? showPage(run, compiled, false, { phone: begun.phone }) : begun;
    }
    case "identityProvider":
      return nobodyToAsk(run) ?? beginFederation(run, compiled);
    case "server": {
      const result = await runServerProfile(run, compiled, {
        caller: "step",
        claims: run.state.bag,
        secrets: {},
        texts: pageTexts(run, undefined),
        messageProfiles: [profile],
      });
      if (result.kind === "claims") {
        writeBag(run, result.claims, `${profile.id}: output claims`, profile.id);
        if (result.wrote || compiled.handler === "restful") drop(run, "selection");
        persist(run, profile, false);
        nextStep(run);
        return "next";
      }
      return stepFailed(run, result, compiled.handler);
    }
    case "unsupported":
    case "hint":
    case "issuer":
    case "errorIssuer":
    case "documentIssuer":
    case "session":
      return serverError("AADB2C90037", `Technical profile '${profile.id}' cannot run in a claims exchange.`);
  }
}

function stepFailed(run: Run, failure: ProfileFailure, handler?: string): Outcome {
  if (failure.kind === "userError" && failure.assertion !== undefined) {
    // The refresh journey's own assertion: the grant was revoked (journeys.md 12.6).
    if (run.state.entry === "refresh" && failure.assertion === "DateTimeGreaterThan") {
      return serverError(
        "AADB2C90129",
        "The provided grant has been revoked. Please reauthenticate and try again.",
      );
    }
    return serverError("AADB2C", "An exception has occurred.");
  }
  if (run.state.entry === "password" && handler === "loginNonInteractive" && failure.kind === "userError")
    return credentialsRefused(failure.code, failure.message);
  const message = failure.kind === "userError" ? failure.relyingPartyMessage : undefined;
  return serverError(failure.code ?? "AADB2C90037", message ?? failure.message);
}

/** A program that guesses learns neither whether the name exists nor whether the password is old (journeys.md 12.5). */
function credentialsRefused(code: string | undefined, message: string): Outcome {
  const told = code === "AADB2C90111" || code === "AADB2C90114" || code === "AADB2C90244";
  return {
    kind: "relyingPartyError",
    error: "access_denied",
    ...(told
      ? { code, message }
      : {
          code: "AADB2C90225",
          message: "The username or password provided in the request are invalid.",
        }),
  };
}

// Pages -------------------------------------------------------------------------------------------------------------------

/** Before the page: its input transformations, straight into the bag (technical-profiles.md 1.4). */
async function enterForm(
  run: Run,
  { profile }: Extract<CompiledProfile, { kind: "selfAsserted" }>,
): Promise<Outcome | undefined> {
  const changed: Record<string, ClaimValue | null> = {};
  const call = {
    profile,
    claims: run.state.bag,
    texts: pageTexts(run, undefined),
    messageProfiles: [profile],
  };
  const failure = await runTransformations(run, profile.inputClaimsTransformations, call, changed);
  if (failure) return stepFailed(run, failure);
  writeBag(run, changed, `${profile.id}: input transformations`, profile.id);
  return undefined;
}

/** Suspends the journey at a page. */
function showPage(
  run: Run,
  compiled: CompiledProfile | undefined,
  selects: boolean,
  more: Partial<WaitingPage> = {},
): Outcome {
  const pageNumber = run.state.pageCount + 1;
  const waiting: WaitingPage = {
    kind: "page",
    pageNumber,
    selects,
    retries: 0,
    typed: {},
    ...(compiled && { technicalProfile: compiled.profile.id }),
    ...more,
  };
  update(run, { status: "suspended", waiting, pageCount: pageNumber });
  if (selects) {
    const { frames, bag, sessionWrites } = run.state;
    update(run, { selection: { frames, bag, sessionWrites, waiting } });
  }
  const page = pageModel(run, waiting);
  if (page.terminal) {
    note(run, { kind: "page", text: `${waiting.technicalProfile ?? "page"}: the journey ends here` });
    update(run, { status: "ended" });
  } else {
    note(run, {
      kind: "page",
      text: `${waiting.technicalProfile ?? "Selection"}: page shown`,
      ...(waiting.technicalProfile !== undefined && { technicalProfile: waiting.technicalProfile }),
    });
  }
  return { kind: "page", page };
}
