import type { OrchestrationStep } from "@vestibule/policy";
import type { ResolverScope } from "../claims/resolvers.ts";
import type { ClaimsBag, ClaimValue } from "../claims/value.ts";
import type { Ports } from "../ports.ts";
import type { CompiledProfile } from "../program/compiled-profile.ts";
import type { Program } from "../program/program.ts";
import type { Presented } from "./event.ts";
import type { Outcome, RelyingPartyError } from "./outcome.ts";
import type { Frame, JourneyState } from "./state.ts";
import type { TraceEntry } from "./trace.ts";
import { redacted } from "./trace-values.ts";

/** One call of `advance` under way: the state so far and what was done. Nobody outside `journey/` sees it. */
export interface Run {
  readonly program: Program;
  readonly ports: Ports;
  readonly trace: TraceEntry[];
  /** Passwords and codes that profiles got in this turn. */
  readonly typedSecrets: Set<string>;
  /** Only in the turn that began the journey. */
  readonly presented?: Presented;
  state: JourneyState;
}

export function update(run: Run, change: Partial<JourneyState>): void {
  run.state = { ...run.state, ...change };
}

/** Drops members of the state, as JSON would. */
export function drop(
  run: Run,
  ...members: readonly ("pendingExchange" | "waiting" | "hint" | "selection")[]
): void {
  const state: { -readonly [Member in keyof JourneyState]: JourneyState[Member] } = { ...run.state };
  for (const member of members) delete state[member];
  run.state = state;
}

/** Writes claims into the bag and traces what changed. A null makes a claim absent. */
export function writeBag(
  run: Run,
  claims: Readonly<Record<string, ClaimValue | null>>,
  text: string,
  technicalProfile?: string,
): void {
  const before = run.state.bag;
  const bag: Record<string, ClaimValue> = { ...before };
  const changes: Record<string, { before?: ClaimValue; after?: ClaimValue }> = {};
  for (const [id, value] of Object.entries(claims)) {
    const old = before[id];
    if (value === null) delete bag[id];
    else bag[id] = value;
    if (old === value) continue;
    changes[id] = {
      ...(old !== undefined && { before: shown(run, id, old) }),
      ...(value !== null && { after: shown(run, id, value) }),
    };
  }
  update(run, { bag });
  if (Object.keys(changes).length > 0) {
    note(run, {
      kind: "profile",
      text,
      claims: changes,
      written: true,
      ...(technicalProfile !== undefined && { technicalProfile }),
    });
  }
}

/** Traces that the journey's claims became those of an earlier moment again. */
export function noteBagRestored(run: Run, before: ClaimsBag, text: string): void {
  const after = run.state.bag;
  const changes: Record<string, { before?: ClaimValue; after?: ClaimValue }> = {};
  for (const id of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [before[id], after[id]];
    if (old === now) continue;
    changes[id] = {
      ...(old !== undefined && { before: shown(run, id, old) }),
      ...(now !== undefined && { after: shown(run, id, now) }),
    };
  }
  if (Object.keys(changes).length > 0) note(run, { kind: "step", text, claims: changes, written: true });
}

export function shown(run: Run, claimTypeId: string, value: ClaimValue): ClaimValue {
  return redacted(run.program.policy, run.program.secrets, claimTypeId, value);
}

export function note(run: Run, entry: Omit<TraceEntry, "at" | "step">): void {
  run.trace.push({ at: run.ports.clock.now(), step: stepPath(run), ...entry });
}

function stepPath(run: Run): string {
  return run.state.frames.map((frame) => String(stepAt(run, frame)?.order ?? "end")).join("/");
}

export function topFrame(run: Run): Frame | undefined {
  return run.state.frames.at(-1);
}

export function stepAt(run: Run, frame: Frame, offset = 0): OrchestrationStep | undefined {
  return run.program.steps.get(frame.journeyId)?.[frame.index + offset];
}

export function currentStep(run: Run): OrchestrationStep | undefined {
  const frame = topFrame(run);
  return frame && stepAt(run, frame);
}

/** Order number of the step that error texts name: that of the outermost journey. */
export function stepOrder(run: Run): number {
  const [outermost] = run.state.frames;
  return (outermost && stepAt(run, outermost)?.order) ?? 0;
}

/** Moves the innermost frame to its next step. */
export function nextStep(run: Run): void {
  const { frames } = run.state;
  update(run, {
    frames: frames.map((frame, index) =>
      index === frames.length - 1 ? { ...frame, index: frame.index + 1 } : frame,
    ),
  });
}

export function profileOf(run: Run, technicalProfile: string): CompiledProfile | undefined {
  return run.program.profiles.get(technicalProfile);
}

export function resolverScope(run: Run, claims: ClaimsBag = run.state.bag): ResolverScope {
  return {
    policy: run.program.policy,
    state: run.state,
    claims,
    tenantDomain: run.ports.directory.defaultDomain,
    now: run.ports.clock.now(),
    ...(run.presented && { presented: run.presented }),
  };
}

export function serverError(code: string, message: string): RelyingPartyError {
  return { kind: "relyingPartyError", error: "server_error", code, message };
}

/** Answer for a page that the journey has left behind. */
export function stale(): Outcome {
  const message = "This page was already answered. Go on with the page that is shown now.";
  return { kind: "refused", problem: { errorCode: "AADB2C90046", message, fields: {} } };
}
