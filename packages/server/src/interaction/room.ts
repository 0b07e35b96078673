import { randomUUID } from "node:crypto";
import type { JourneyState } from "@vestibule/engine";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ServerContext } from "../context.ts";
import type { Tenant, TenantPolicy } from "../tenant/tenant.ts";
import { sendApplicationAnswer, sendRedirect } from "./application-response.ts";
import type { CsrfTokens } from "./csrf.ts";
import type { Form } from "./form.ts";
import { framingOf } from "./framing.ts";
import type { JourneyRunner, TurnResult } from "./journey-runner.ts";
import type { InteractionKeys } from "./keys.ts";
import {
  type BrowserTransactions,
  chooseTransaction,
  dropTransaction,
  keepTransaction,
  readTransactions,
  type TransactionChoice,
} from "./open-transactions.ts";
import type { PageResponses } from "./page-response.ts";
import { type PublicErrorCode, publicError } from "./public-errors.ts";
import type { BrowserSessions } from "./sessions.ts";
import { readTransactionReference } from "./transaction-id.ts";

/** What the handlers of this room share. */
export interface Room {
  readonly context: ServerContext;
  readonly keys: InteractionKeys;
  readonly csrf: CsrfTokens;
  readonly runner: JourneyRunner;
  readonly sessions: BrowserSessions;
  readonly responses: PageResponses;
}

/** A request whose path was found. */
export interface Visit {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly tenant: Tenant;
  /** Absent for `/{T}/oauth2/authresp`. */
  readonly policy?: TenantPolicy;
  readonly query: Form;
  readonly browser: BrowserTransactions;
  /** Milliseconds since 1970. */
  readonly arrivedAt: number;
}

/** Undefined where the path names no tenant or policy; the 404 page was sent then. */
export async function visitOf(
  room: Room,
  request: FastifyRequest,
  reply: FastifyReply,
  query: Form,
): Promise<Visit | undefined> {
  const arrivedAt = room.context.now();
  const { tenant: tenantSegment, policy: policySegment } = request.params as Readonly<
    Record<string, string | undefined>
  >;
  const tenant = room.context.tenants.find(tenantSegment ?? "");
  const policy = tenant?.policies.get((policySegment ?? "").toLowerCase());
  if (tenant === undefined || (policySegment !== undefined && policy === undefined)) {
    await room.responses.error(reply, undefined, publicError("AADB2C90022", randomUUID()));
    return undefined;
  }
  const browser = readTransactions(request, tenant, room.keys);
  return { request, reply, tenant, ...(policy !== undefined && { policy }), query, browser, arrivedAt };
}

export function transactionOf(visit: Visit, tx: string | undefined): TransactionChoice {
  return chooseTransaction(visit.browser, readTransactionReference(tx), visit.policy?.id);
}

/** The step of the first genuine token among header, query and body; undefined = the request is forged. */
export function csrfStep(room: Room, visit: Visit, tid: string, body?: Form): number | undefined {
  const header = visit.request.headers["x-csrf-token"];
  const candidates = [
    Array.isArray(header) ? header[0] : header,
    visit.query.get("csrf_token"),
    body?.get("csrf_token"),
  ];
  for (const candidate of candidates) {
    const step = room.csrf.check(visit.tenant.id, tid, candidate);
    if (step !== undefined) return step;
  }
  return undefined;
}

/** Puts the result of a turn into HTTP for a browser that navigates. */
export async function answerBrowser(room: Room, visit: Visit, result: TurnResult): Promise<unknown> {
  const { request, reply, tenant } = visit;
  switch (result.kind) {
    case "page":
      keepOpen(room, visit, result.state);
      return room.responses.page(request, reply, tenant, result.policy, result.state, result.page);
    case "redirect":
      keepOpen(room, visit, result.state);
      return sendRedirect(reply.header("X-Request-ID", result.state.id), result.url);
    case "answer": {
      const { state, policy, session } = result;
      dropTransaction(request, reply, tenant, room.keys, visit.browser, state.id);
      if (session !== undefined)
        await room.sessions.atEnd(request, reply, tenant, policy, state.request.clientId, session);
      return sendApplicationAnswer(reply.header("X-Request-ID", state.id), result.answer, framingOf(policy));
    }
    case "errorPage":
      if (result.ended) dropTransaction(request, reply, tenant, room.keys, visit.browser, result.state.id);
      else keepOpen(room, visit, result.state);
      return room.responses.error(reply, tenant, result.error, result);
    case "lost":
      return sendErrorCode(room, visit, result.code);
    case "reply":
      throw new Error("a navigation was answered like a form post");
  }
}

export function keepOpen(room: Room, visit: Visit, state: JourneyState): void {
  const known = visit.browser.open.find((entry) => entry.tid === state.id);
  keepTransaction(visit.request, visit.reply, visit.tenant, room.keys, visit.browser, {
    tid: state.id,
    policyId: state.policyId.toLowerCase(),
    clientId: state.request.clientId,
    requests: known?.requests ?? 0,
    startedAt: state.created,
  });
}

export function sendErrorCode(
  room: Room,
  visit: Pick<Visit, "reply" | "tenant">,
  code: PublicErrorCode,
  correlationId: string = randomUUID(),
): Promise<unknown> {
  return room.responses.error(visit.reply, visit.tenant, publicError(code, correlationId));
}
