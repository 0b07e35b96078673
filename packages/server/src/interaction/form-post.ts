import type { FastifyReply, FastifyRequest } from "fastify";
import type { TenantPolicy } from "../tenant/tenant.ts";
import { noStore } from "./application-response.ts";
import { bodyOf, type Form, queryOf } from "./form.ts";
import { nothingReply, refusedReply } from "./form-reply.ts";
import type { TurnResult } from "./journey-runner.ts";
import { isNative } from "./native-form.ts";
import { type PublicErrorCode, publicError } from "./public-errors.ts";
import { csrfStep, keepOpen, type Room, sendErrorCode, transactionOf, type Visit, visitOf } from "./room.ts";

/** A form post of a page, whose journey was found and whose token is genuine. */
export interface FormPost {
  readonly visit: Visit;
  readonly policy: TenantPolicy;
  readonly body: Form;
  /** Posted by a browser without JavaScript: answered with HTML (pages.md 4.8 S8). */
  readonly native: boolean;
  readonly tid: string;
  /** Step of the CSRF token. */
  readonly step: number;
  /** Keyed hash of what was posted. */
  readonly fingerprint: string;
}

/**
 * What every form post is asked first; undefined where it was answered already (pages.md 1.17).
 *
 * @param mark What tells this post from another one with the same body.
 */
export async function openFormPost(
  room: Room,
  request: FastifyRequest,
  reply: FastifyReply,
  mark: readonly string[] = [],
): Promise<FormPost | undefined> {
  const visit = await visitOf(room, request, reply, queryOf(request));
  if (visit?.policy === undefined) return undefined;
  const { policy } = visit;
  const body = await bodyOf(request);
  if (body === undefined) {
    await reply.status(400).send();
    return undefined;
  }
  const native = isNative(body);
  const choice = transactionOf(visit, visit.query.get("tx") ?? body.get("tx"));
  if (choice.kind !== "chosen") {
    const code = choice.kind === "refused" ? choice.code : undefined;
    if (native) await sendErrorCode(room, visit, code ?? "AADB2C90046");
    else if (code === undefined) await reply.status(400).send();
    else sendJson(visit, refusal(code));
    return undefined;
  }
  const { tid } = choice.transaction;
  const step = csrfStep(room, visit, tid, body);
  if (step === undefined) {
    if (native) await sendErrorCode(room, visit, "AADB2C90046", tid);
    else await reply.status(400).send();
    return undefined;
  }
  const mac = room.keys.mac("fingerprint", visit.tenant.id, tid, ...mark, ...flat(body));
  return { visit, policy, body, native, tid, step, fingerprint: mac.toString("base64url") };
}

/** Answers the page's script: JSON whatever `Accept` says. */
export function answerScript(room: Room, visit: Visit, result: TurnResult): unknown {
  switch (result.kind) {
    case "reply":
      keepOpen(room, visit, result.state);
      if (result.body === nothingReply) return visit.reply.status(400).send();
      return sendJson(visit, result.body);
    case "lost":
      if (result.code === "AADB2C90035") return visit.reply.status(503).send();
      return sendJson(visit, refusal(result.code));
    case "page":
    case "redirect":
    case "answer":
    case "errorPage":
      throw new Error("a form post was answered like a navigation");
  }
}

function refusal(code: PublicErrorCode): string {
  return refusedReply({ errorCode: code, message: publicError(code, "").message });
}

function sendJson({ reply }: Visit, body: string): unknown {
  noStore(reply);
  return reply
    .status(200)
    .header("Content-Type", "text/json; charset=utf-8")
    .header("X-Content-Type-Options", "nosniff")
    .send(body);
}

/** The body's content in a form that its fingerprint can be taken of; the CSRF token is not part of what was said. */
function flat(body: Form): string[] {
  return body.names
    .filter((name) => name !== "csrf_token")
    .sort()
    .map((name) => JSON.stringify([name, body.all(name)]));
}
