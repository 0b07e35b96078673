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

/** E3: an action of a display control on the page. It answers as a form does, and moves the journey as little. */
export function controlAction(room: Room): Handler {
  return async (request, reply) => {
    const { control = "", action = "" } = request.params as Readonly<Record<string, string | undefined>>;
    const post = await openFormPost(room, request, reply, ["control", control, action]);
    if (post === undefined) return reply;
    const { visit, policy, body, tid, fingerprint } = post;
    const result = await room.runner.take(visit.tenant, tid, {
      policyId: policy.id,
      arrivedAt: visit.arrivedAt,
      fingerprint,
      event: async (view) => ({
        kind: "controlAction",
        controlId: control,
        action,
        fields: await postedFields(body, view, "script"),
      }),
    });
    return answerScript(room, visit, result);
  };
}

async function eventOf(
  body: Form,
  step: number,
  view: TurnView,
  action: NativeAction | undefined,
): Promise<JourneyEvent> {
  if (action?.kind === "verification") return nativeVerification(body, view, action);
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

/** The button of a classic verification, or of a display control: the page that the person sees says which. */
async function nativeVerification(
  body: Form,
  view: TurnView,
  { action, id }: Extract<NativeAction, { kind: "verification" }>,
): Promise<JourneyEvent> {
  const fields = await postedFields(body, view, "native");
  const page = await view.currentPage();
  const proof = page?.controls.find((control) => control.id === id)?.proof;
  if (proof !== undefined) {
    if (action === "change") return { kind: "controlReset", controlId: id, fields };
    const actionId = action === "send" ? proof.begin : proof.complete;
    return { kind: "controlAction", controlId: id, action: actionId, fields };
  }
  return {
    kind: "verification",
    claimId: id,
    address: fields[id] ?? "",
    action,
    ...(action === "verify" && { code: body.get(`${id}_ver_input`) ?? "" }),
    typed: fields,
  };
}
