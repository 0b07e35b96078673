import type {
  IssuedOutcome,
  JourneyEvent,
  JourneyState,
  Outcome,
  PageModel,
  RelyingPartyError,
  SessionUpdate,
  SsoSession,
} from "@vestibule/engine";
import type { ApplicationAnswer, PublicError, ServerContext } from "../context.ts";
import type { ApplicationAnswers, JourneyStart } from "../relying-party/contract.ts";
import type { StoredJourney } from "../store/store.ts";
import type { Tenant, TenantPolicy } from "../tenant/tenant.ts";
import { type JourneyEnd, keepEnd, repeatEnd } from "./ended-journeys.ts";
import { standsOnEndedSession } from "./ended-session.ts";
import type { JourneyEngine } from "./engine-binding.ts";
import { refusalOf, staysHere } from "./error-delivery.ts";
import {
  acceptedReply,
  keepRedirect,
  nothingReply,
  phoneReply,
  refusedReply,
  repeatedRedirect,
  repeatedReply,
  staleReply,
  verificationReply,
} from "./form-reply.ts";
import type { Observation } from "./observation.ts";
import type { ProgramVersions } from "./program-versions.ts";
import type { PublicErrorCode } from "./public-errors.ts";

/** 24 hours: pages.md 1.17. */
const journeyLife = 24 * 60 * 60 * 1000;

/** What a request wants of a journey. */
interface Turn {
  /** Policy in the path; a journey of another policy is not continued there. Absent for an identity provider's answer. */
  readonly policyId?: string;
  /** Milliseconds since 1970 at which the request arrived, before it waited for its turn. */
  readonly arrivedAt: number;
  /** Of a form post: keyed hash of its body. */
  readonly fingerprint?: string;
  /** Undefined where the journey does not wait for such a request. */
  event(view: TurnView): JourneyEvent | undefined | Promise<JourneyEvent | undefined>;
}

export interface TurnView {
  readonly state: JourneyState;
  /** The page that the person sees now. */
  currentPage(): Promise<PageModel | undefined>;
}

export type TurnResult =
  | (Running & { readonly kind: "page"; readonly page: PageModel })
  | (Running & { readonly kind: "redirect"; readonly url: string })
  /** JSON for a form post. */
  | (Running & { readonly kind: "reply"; readonly body: string })
  | (Running & {
      readonly kind: "answer";
      readonly answer: ApplicationAnswer;
      readonly session?: SessionUpdate;
    })
  | (Running & { readonly kind: "errorPage"; readonly error: PublicError; readonly ended: boolean })
  /** Nothing to go on with. */
  | { readonly kind: "lost"; readonly code: PublicErrorCode };

/** Rows on their way, written in one commit with the journey; they never reject. */
type Audits = Promise<void>[];

interface Running {
  readonly state: JourneyState;
  readonly policy: TenantPolicy;
}

export interface JourneyRunner {
  begin(start: JourneyStart, tid: string, session: SsoSession | undefined): Promise<TurnResult>;
  take(tenant: Tenant, tid: string, turn: Turn): Promise<TurnResult>;
}

export function journeyRunner(deps: {
  readonly context: ServerContext;
  readonly engine: JourneyEngine;
  readonly answers: ApplicationAnswers;
  readonly versions: ProgramVersions;
  readonly observe: Observation;
}): JourneyRunner {
  const { context, engine, answers, versions, observe } = deps;
  const { journeys } = context.store;
  const inWork = new Map<string, Promise<TurnResult>>();

  return {
    async begin({ tenant, policy, rpRequest, culture }, tid, session) {
      versions.keep(tenant, policy);
      const fresh = engine.newJourney(policy.program, {
        id: tid,
        tenantId: tenant.id,
        request: rpRequest,
        culture,
        now: context.now(),
      });
      const event: JourneyEvent = { kind: "started", ...(session !== undefined && { session }) };
      const audits: Audits = [observe.started(tenant, fresh)];
      const { state, outcome } = await advanceSafely(tenant, policy, fresh, event);
      const result = await conclude(tenant, { state, policy }, outcome, audits);
      await Promise.all([
        // A journey that is over at once leaves no cookie behind, so nobody can come back to it.
        isEnd(result) ? undefined : journeys.insert(tenant.id, { state, revision: 0 }),
        ...audits,
      ]);
      return result;
    },

    take(tenant, tid, turn) {
      const work = () => journeys.exclusively(tenant.id, tid, () => takeTurn(tenant, tid, turn));
      if (turn.fingerprint === undefined) return work();
      // A double click: the second post of the same body gets the answer of the one that is in work.
      const key = JSON.stringify([tenant.id, tid, turn.fingerprint]);
      const running = inWork.get(key);
      if (running !== undefined) return running;
      const started = work().finally(() => inWork.delete(key));
      inWork.set(key, started);
      return started;
    },
  };

  async function takeTurn(tenant: Tenant, tid: string, turn: Turn): Promise<TurnResult> {
    const stored = await journeys.load(tenant.id, tid);
    if (stored === undefined || !continues(stored.state, tenant, turn)) return lost;
    const policy = versions.of(tenant, stored.state);
    if (policy === undefined) return lost;
    const running = { state: stored.state, policy };

    const repeated = repeatedReply(stored, turn);
    if (repeated !== undefined) return { kind: "reply", ...running, body: repeated };
    if (stored.final !== undefined || isOver(stored.state)) {
      if (turn.fingerprint !== undefined) return { kind: "reply", ...running, body: staleReply };
      const end = await repeatEnd(context, tenant, stored);
      return end === undefined ? lost : { ...running, ...end };
    }

    if (await standsOnEndedSession(context.store, tenant, stored.state)) return lost;

    const event = await turn.event({
      state: stored.state,
      currentPage: () => currentPage(tenant, running),
    });
    if (event === undefined) return lost;
    const redirect = repeatedRedirect(stored, event);
    if (redirect !== undefined) return { kind: "redirect", ...running, url: redirect };
    return turn.fingerprint === undefined
      ? moved(tenant, running, stored, event)
      : replied(tenant, running, stored, event, turn.fingerprint);
  }

  /** A navigation: ends in a page, a redirect or the final answer. */
  async function moved(
    tenant: Tenant,
    running: Running,
    stored: StoredJourney,
    event: JourneyEvent,
  ): Promise<TurnResult> {
    const { state, outcome } = await advanceSafely(tenant, running.policy, running.state, event);
    const audits: Audits = [];
    const result = await conclude(tenant, { state, policy: running.policy }, outcome, audits);
    const end = endOf(result);
    // The page was only shown again: there is nothing to save.
    if (state === running.state && end === undefined && result.kind === "page") return result;
    const [saved] = await Promise.all([
      journeys.save(tenant.id, {
        ...stored,
        state,
        ...(end !== undefined && { final: keepEnd(end, context.now()) }),
        ...(result.kind === "redirect" && { lastReply: keepRedirect(result.url, context.now()) }),
      }),
      ...audits,
    ]);
    if (!saved) return conflict(tenant, state.id);
    return result;
  }

  /** A form post: answered as JSON. The journey does not move, whatever the outcome is. */
  async function replied(
    tenant: Tenant,
    running: Running,
    stored: StoredJourney,
    event: JourneyEvent,
    fingerprint: string,
  ): Promise<TurnResult> {
    // Not `advanceSafely`: a server failure behind a form is HTTP 500, and the person may post again (pages.md 1.6).
    const { policy } = running;
    const result = await engine.advance(policy.program, running.state, event, context.ports(tenant));
    const { state, outcome } = result;
    await observe.trace(tenant, state, result.trace);
    const audits: Audits = [];
    const concluded = await conclude(tenant, { state, policy }, outcome, audits);
    const end = endOf(concluded);
    const body = concluded.kind === "reply" ? concluded.body : bodyOf(outcome);
    const [saved] = await Promise.all([
      journeys.save(tenant.id, {
        ...stored,
        state,
        lastReply: {
          fingerprint: fingerprintOf(running.state, fingerprint),
          finishedAt: context.now(),
          body,
        },
        // A failure of the journey itself reaches the application with the next `confirmed`.
        ...(end !== undefined && { final: keepEnd(end, context.now()) }),
      }),
      ...audits,
    ]);
    if (!saved) return conflict(tenant, state.id);
    return { kind: "reply", state, policy, body };
  }

  /** Somebody saved in between although the turn was ours: nothing of this run counts, and nothing runs again. */
  function conflict(tenant: Tenant, tid: string): TurnResult {
    context.log.error(
      { correlationId: tid, tenantId: tenant.id },
      "a journey was saved by two requests at once",
    );
    return { kind: "lost", code: "AADB2C90035" };
  }

  async function currentPage(tenant: Tenant, { state, policy }: Running): Promise<PageModel | undefined> {
    const result = await engine.advance(policy.program, state, { kind: "reload" }, context.ports(tenant));
    return result.outcome.kind === "page" ? result.outcome.page : undefined;
  }

  /** An exception becomes an error for the application: it must never strand the person (journeys.md 13.1). */
  async function advanceSafely(
    tenant: Tenant,
    policy: TenantPolicy,
    before: JourneyState,
    event: JourneyEvent,
  ): Promise<{ readonly state: JourneyState; readonly outcome: Outcome }> {
    try {
      const result = await engine.advance(policy.program, before, event, context.ports(tenant));
      await observe.trace(tenant, result.state, result.trace);
      return result;
    } catch (error) {
      // While the database is away the person can reload and go on; only a fault of ours ends the journey.
      if (!(await context.store.healthy().catch(() => false))) throw error;
      context.log.error({ err: error, correlationId: before.id }, "the journey failed");
      return { state: before, outcome: serverError(error) };
    }
  }

  async function conclude(
    tenant: Tenant,
    running: Running,
    outcome: Outcome,
    audits: Audits,
  ): Promise<TurnResult> {
    const { state } = running;
    switch (outcome.kind) {
      case "page":
        return { kind: "page", ...running, page: outcome.page };
      case "redirect":
        return { kind: "redirect", ...running, url: outcome.url };
      case "accepted":
      case "refused":
      case "verification":
      case "phone":
      case "notOnPage":
        return { kind: "reply", ...running, body: bodyOf(outcome) };
      case "issued":
        return issued(tenant, running, outcome, audits);
      case "relyingPartyError":
        audits.push(observe.failed(tenant, state, outcome.code));
        return failedAnswer(running, outcome);
      case "document":
        throw new Error("a journey with a browser ended with a document");
      case "errorPage":
        audits.push(observe.failed(tenant, state, outcome.code));
        return { kind: "errorPage", ...running, error: shownError(state, outcome), ended: isOver(state) };
    }
  }

  async function issued(
    tenant: Tenant,
    running: Running,
    outcome: IssuedOutcome,
    audits: Audits,
  ): Promise<TurnResult> {
    const { state, policy } = running;
    try {
      const answer = await answers.issued(tenant, policy, state, outcome);
      const refusal = refusalOf(answer);
      audits.push(
        refusal === undefined
          ? observe.issued(tenant, state, outcome.objectId)
          : observe.failed(tenant, state, refusal.code),
      );
      if (refusal !== undefined && staysHere(policy, refusal))
        return { kind: "errorPage", ...running, error: shownError(state, refusal), ended: true };
      return {
        kind: "answer",
        ...running,
        answer,
        ...(outcome.session !== undefined && { session: outcome.session }),
      };
    } catch (error) {
      if (!(await context.store.healthy().catch(() => false))) throw error;
      context.log.error({ err: error, correlationId: state.id }, "the answer to the application failed");
      const failure = serverError(error);
      audits.push(observe.failed(tenant, state, failure.code));
      return failedAnswer(running, failure);
    }
  }

  /** Where a failure is told: to the application, or to the person. */
  function failedAnswer(running: Running, failure: RelyingPartyError): TurnResult {
    const { state, policy } = running;
    return staysHere(policy, failure)
      ? { kind: "errorPage", ...running, error: shownError(state, failure), ended: true }
      : { kind: "answer", ...running, answer: answers.failed(state, failure) };
  }

  function continues(state: JourneyState, tenant: Tenant, turn: Turn): boolean {
    return (
      state.tenantId === tenant.id &&
      (turn.policyId === undefined || state.policyId.toLowerCase() === turn.policyId.toLowerCase()) &&
      context.now() - state.created < journeyLife
    );
  }
}

const lost: TurnResult = { kind: "lost", code: "AADB2C90046" };

/** The page's number keeps a post of one page from being answered with the reply to the same body on another. */
function fingerprintOf(state: JourneyState, bodyHash: string): string {
  const page = state.waiting?.kind === "page" ? state.waiting.pageNumber : 0;
  return `${page}:${bodyHash}`;
}

function shownError(
  state: JourneyState,
  { code, message }: { readonly code: string; readonly message: string },
): PublicError {
  return { code, message, status: 400, correlationId: state.id };
}

function isOver(state: JourneyState): boolean {
  return state.status === "completed" || state.status === "failed" || state.status === "ended";
}

function isEnd(result: TurnResult): boolean {
  return endOf(result) !== undefined;
}

function endOf(result: TurnResult): JourneyEnd | undefined {
  if (result.kind === "answer") return { kind: "answer", answer: result.answer };
  return result.kind === "errorPage" && result.ended
    ? { kind: "errorPage", error: result.error, ended: true }
    : undefined;
}

function bodyOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case "accepted":
      return acceptedReply;
    case "refused":
      return refusedReply(outcome.problem);
    case "verification":
      return verificationReply(outcome.result);
    case "phone":
      return phoneReply(outcome.status);
    case "notOnPage":
      return nothingReply;
    case "relyingPartyError":
    case "errorPage":
      return refusedReply({ errorCode: outcome.code, message: outcome.message });
    case "page":
    case "redirect":
    case "issued":
    case "document":
      return staleReply;
  }
}

/** Our own errors carry their `AADB2C…` code; everything else is the generic one. Nothing of the cause goes out. */
function serverError(error: unknown): RelyingPartyError {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return {
    kind: "relyingPartyError",
    error: "server_error",
    code: typeof code === "string" && /^AADB2C\d{5}$/.test(code) ? code : "AADB2C90037",
    message:
      "An error occurred while processing the request. Please contact administrator of the site you are trying to access.",
  };
}
