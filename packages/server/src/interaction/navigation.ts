import { randomUUID } from "node:crypto";
import type { JourneyEvent } from "@vestibule/engine";
import type { Handler } from "../context.ts";
import { type Form, queryOf } from "./form.ts";
import { reportedError } from "./public-errors.ts";
import { answerBrowser, csrfStep, type Room, sendErrorCode, transactionOf, visitOf } from "./room.ts";

/** The links and buttons of a page: `{base}/api/{api}/{action}` (pages.md 1.11, 1.13). */
const actions: Readonly<Record<string, (query: Form) => JourneyEvent>> = {
  confirmed: (query) => ({
    kind: "confirmed",
    keepMeSignedIn: query.get("rememberMe")?.toLowerCase() === "true",
  }),
  unified(query) {
    const exchangeId = query.get("claimsexchange");
    if (exchangeId !== undefined && exchangeId !== "")
      return { kind: "exchangeChosen", exchangeId, ...hintOf(query) };
    return query.get("local")?.toLowerCase() === "signup"
      ? { kind: "signUpChosen", ...hintOf(query) }
      : { kind: "reload" };
  },
  forgotpassword: (query) => ({ kind: "forgotPassword", ...hintOf(query) }),
  // B2C's name is not documented: all three spellings that occur.
  cancelled: () => ({ kind: "cancelled" }),
  canceled: () => ({ kind: "cancelled" }),
  cancel: () => ({ kind: "cancelled" }),
};

export const navigationActions: readonly string[] = Object.keys(actions);

/** E6 to E9. The only requests that move a journey. */
export function navigate(room: Room, action: string): Handler {
  const eventOf = actions[action];
  if (eventOf === undefined) throw new Error(`unknown action ${action}`);
  return async (request, reply) => {
    // A browser that fetches ahead has not been told anything by the person.
    if (isPrefetch(request.headers)) return reply.status(503).send();
    const visit = await visitOf(room, request, reply, queryOf(request));
    if (visit === undefined) return reply;
    const choice = transactionOf(visit, visit.query.get("tx"));
    if (choice.kind !== "chosen")
      return sendErrorCode(room, visit, choice.kind === "refused" ? choice.code : "AADB2C90046");
    const { tid } = choice.transaction;
    if (csrfStep(room, visit, tid) === undefined) return sendErrorCode(room, visit, "AADB2C90046", tid);
    const result = await room.runner.take(visit.tenant, tid, {
      ...(visit.policy !== undefined && { policyId: visit.policy.id }),
      arrivedAt: visit.arrivedAt,
      event: () => eventOf(visit.query),
    });
    return answerBrowser(room, visit, result);
  };
}

/** E10: the page's script could not build the page. The journey stays open. */
export function reportError(room: Room): Handler {
  return async (request, reply) => {
    const visit = await visitOf(room, request, reply, queryOf(request));
    if (visit === undefined) return reply;
    const choice = transactionOf(visit, visit.query.get("tx"));
    const correlationId = choice.kind === "chosen" ? choice.transaction.tid : randomUUID();
    return room.responses.error(reply, visit.tenant, reportedError(visit.query.get("code"), correlationId));
  };
}

function hintOf(query: Form): { readonly hint?: string } {
  const hint = query.get("hint");
  return hint === undefined || hint === "" ? {} : { hint };
}

function isPrefetch(headers: Readonly<Record<string, string | string[] | undefined>>): boolean {
  return /prefetch|prerender/i.test(`${headers["sec-purpose"] ?? ""} ${headers.purpose ?? ""}`);
}
