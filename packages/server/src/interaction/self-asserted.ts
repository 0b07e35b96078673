import type { JourneyEvent } from "@vestibule/engine";
import type { Handler } from "../context.ts";
import { noStore } from "./application-response.ts";
import { bodyOf, type Form, queryOf } from "./form.ts";
import { refusedReply } from "./form-reply.ts";
import type { TurnResult, TurnView } from "./journey-runner.ts";
import { isNative, type NativeAction, nativeActionOf, nativeAnswer } from "./native-form.ts";
import { postedFields } from "./posted-fields.ts";
import { type PublicErrorCode, publicError } from "./public-errors.ts";
import { csrfStep, keepOpen, type Room, sendErrorCode, transactionOf, type Visit, visitOf } from "./room.ts";

/**
 * E2: every form of every page. It validates and answers; it never moves the journey (pages.md 0, fact 2). JSON whatever
 * `Accept` says, except for a form that says `_native=1` (4.8 S8).
 */
export function selfAsserted(room: Room): Handler {
  return async (request, reply) => {
    const visit = await visitOf(room, request, reply, queryOf(request));
    if (visit?.policy === undefined) return reply;
    const { policy } = visit;
    const body = await bodyOf(request);
    if (body === undefined) return reply.status(400).send();
    const native = isNative(body);

    const choice = transactionOf(visit, visit.query.get("tx") ?? body.get("tx"));
    if (choice.kind !== "chosen") {
      const code = choice.kind === "refused" ? choice.code : undefined;
      if (native) return sendErrorCode(room, visit, code ?? "AADB2C90046");
      return code === undefined ? reply.status(400).send() : sendJson(visit, refusal(code));
    }
    const { tid } = choice.transaction;
    const step = csrfStep(room, visit, tid, body);
    if (step === undefined)
      return native ? sendErrorCode(room, visit, "AADB2C90046", tid) : reply.status(400).send();

    const action = native ? nativeActionOf(body) : undefined;
    if (action?.kind === "cancel") return nativeAnswer.cancel(room, visit, policy, tid, step);
    const result = await room.runner.take(visit.tenant, tid, {
      policyId: policy.id,
      arrivedAt: visit.arrivedAt,
      fingerprint: room.keys.mac("fingerprint", visit.tenant.id, tid, ...flat(body)).toString("base64url"),
      event: (view) => eventOf(body, step, view, action),
    });
    if (native) return nativeAnswer.of(room, visit, policy, tid, step, body, result);
    return answerScript(room, visit, result);
  };
}

async function eventOf(
  body: Form,
  step: number,
  view: TurnView,
  action: NativeAction | undefined,
): Promise<JourneyEvent> {
  if (action?.kind === "verification") {
    const fields = await postedFields(body, view, "native");
    return {
      kind: "verification",
      claimId: action.claimId,
      address: fields[action.claimId] ?? "",
      action: action.action,
      ...(action.action === "verify" && { code: body.get(`${action.claimId}_ver_input`) ?? "" }),
      typed: fields,
    };
  }
  const claimId = body.get("claim_id");
  switch (body.get("request_type")?.toUpperCase()) {
    case "VERIFICATION_REQUEST":
      return {
        kind: "verification",
        action: "send",
        claimId: claimId ?? "",
        address: body.get("claim_value") ?? "",
      };
    case "VALIDATION_REQUEST":
      return {
        kind: "verification",
        action: "verify",
        claimId: claimId ?? "",
        address: body.get("claim_value") ?? "",
        code: body.get("user_input") ?? "",
      };
    // R13: no request_type is RESPONSE.
    default:
      return {
        kind: "submitted",
        fields: await postedFields(body, view, isNative(body) ? "native" : "script"),
        step,
      };
  }
}

function answerScript(room: Room, visit: Visit, result: TurnResult): unknown {
  switch (result.kind) {
    case "reply":
      keepOpen(room, visit, result.state);
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
