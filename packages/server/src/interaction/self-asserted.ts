import type { JourneyEvent } from "@vestibule/engine";
import type { Handler } from "../context.ts";
import type { Form } from "./form.ts";
import { answerScript, openFormPost } from "./form-post.ts";
import type { TurnView } from "./journey-runner.ts";
import { isNative, type NativeAction, nativeActionOf, nativeAnswer } from "./native-form.ts";
import { postedFields } from "./posted-fields.ts";
import type { Room } from "./room.ts";

/**
 * E2: every form of every page. It validates and answers; it never moves the journey (pages.md 0, fact 2). JSON whatever
 * `Accept` says, except for a form that says `_native=1` (4.8 S8).
 */
export function selfAsserted(room: Room): Handler {
  return async (request, reply) => {
    const post = await openFormPost(room, request, reply);
    if (post === undefined) return reply;
    const { visit, policy, body, native, tid, step, fingerprint } = post;
    const action = native ? nativeActionOf(body) : undefined;
    if (action?.kind === "cancel") return nativeAnswer.cancel(room, post);
    const result = await room.runner.take(visit.tenant, tid, {
      policyId: policy.id,
      arrivedAt: visit.arrivedAt,
      fingerprint,
      event: (view) => eventOf(body, step, view, action),
    });
    if (native) return nativeAnswer.of(room, post, result);
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
