import type { JourneyEvent } from "@vestibule/engine";
import type { Handler } from "../context.ts";
import { sendRedirect } from "./application-response.ts";
import type { Form } from "./form.ts";
import { answerScript, type FormPost, openFormPost } from "./form-post.ts";
import type { TurnResult } from "./journey-runner.ts";
import { nativeLink } from "./native-form.ts";
import { answerBrowser, type Room } from "./room.ts";

type PhoneEvent = Extract<JourneyEvent, { kind: "phone" }>;

/** Fields under which a typed number is posted (pages.md 1.10), the form's own names included. */
const fieldNames = {
  number: ["phone_number", "number", "localNumber"],
  callingCode: ["country_code", "countryCode"],
  code: ["verification_code", "verificationCode"],
  numberId: ["id"],
} as const;

/** E5: every button of a page that proves a phone. It answers; it never moves the journey. */
export function phoneVerify(room: Room): Handler {
  return async (request, reply) => {
    const post = await openFormPost(room, request, reply);
    if (post === undefined) return reply;
    const { visit, policy, body, native, tid, fingerprint } = post;
    if (native && body.get("_action") === "cancel") {
      return sendRedirect(reply, nativeLink(room, post, "Phonefactor/cancelled"), 303);
    }
    const event = eventOf(body, native);
    const result = await room.runner.take(visit.tenant, tid, {
      policyId: policy.id,
      arrivedAt: visit.arrivedAt,
      fingerprint,
      event: () => event,
    });
    return native ? answerNative(room, post, event, result) : answerScript(room, visit, result);
  };
}

function eventOf(body: Form, native: boolean): PhoneEvent {
  const event: PhoneEvent = { kind: "phone", action: actionOf(body, native) };
  const given = Object.entries(fieldNames).flatMap(([member, names]) => {
    const value = names.map((name) => body.get(name)).find((text) => text !== undefined);
    return value === undefined ? [] : [[member, value] as const];
  });
  return { ...event, ...Object.fromEntries(given) };
}

const nativeActions = ["sms", "call", "check", "poll", "change"] as const;

function actionOf(body: Form, native: boolean): PhoneEvent["action"] {
  if (native) return nativeActions.find((one) => one === body.get("_action")) ?? "check";
  if (body.get("request_type")?.toUpperCase() !== "VERIFICATION_REQUEST")
    return fieldNames.code.some((name) => body.get(name) !== undefined) ? "check" : "poll";
  return body.get("auth_type")?.toLowerCase() === "dialphone" ? "call" : "sms";
}

/** A browser without JavaScript: on where the phone is proved or the journey failed, else the page again. */
async function answerNative(
  room: Room,
  post: FormPost,
  { action }: PhoneEvent,
  result: TurnResult,
): Promise<unknown> {
  const { visit, policy, tid } = post;
  if (result.kind !== "reply") return answerBrowser(room, visit, result);
  const { waiting } = result.state;
  const page = waiting?.kind === "page" ? waiting : undefined;
  const proved = (action === "check" || action === "poll") && page?.phone?.sent?.verified === true;
  if (proved || page?.failure !== undefined) {
    // 303, so that the code is not posted again to the next address.
    return sendRedirect(visit.reply, nativeLink(room, post, "Phonefactor/confirmed"), 303);
  }
  const shown = await room.runner.take(visit.tenant, tid, {
    policyId: policy.id,
    arrivedAt: visit.arrivedAt,
    event: () => ({ kind: "reload" }),
  });
  return answerBrowser(room, visit, shown);
}
