import type { PageModel, PageProblem } from "@vestibule/engine";
import { sendRedirect } from "./application-response.ts";
import type { Form } from "./form.ts";
import type { FormPost } from "./form-post.ts";
import { acceptedReply, nothingReply } from "./form-reply.ts";
import type { TurnResult } from "./journey-runner.ts";
import { answerBrowser, keepOpen, type Room } from "./room.ts";
import { isRecord, transIdOf } from "./transaction-id.ts";

/** Forms of a browser without JavaScript: the same endpoint, answered with HTML (pages.md 4.8 S8 to S12). */
export type NativeAction =
  | { readonly kind: "cancel" }
  | {
      readonly kind: "verification";
      readonly action: "send" | "verify" | "change";
      /** Of the claim to be verified, or of the display control. */
      readonly id: string;
    };

export function isNative(body: Form): boolean {
  return body.get("_native") === "1";
}

/** `_action=cancel`, `send:{id}`, `verify:{id}`, `change:{id}` of a claim or control; undefined = the form itself was submitted. */
export function nativeActionOf(body: Form): NativeAction | undefined {
  const action = body.get("_action") ?? "";
  if (action === "cancel") return { kind: "cancel" };
  const [, verb, id] = /^(send|verify|change):(.+)$/s.exec(action) ?? [];
  if (id === undefined) return undefined;
  if (verb === "send" || verb === "verify" || verb === "change")
    return { kind: "verification", action: verb, id };
  return undefined;
}

const refusedAddress = 6;

/** Result of a verification → the string that says it (pages.md 1.7). */
const verificationStrings: Readonly<Record<number, string>> = {
  1: "ver_fail_server",
  2: "ver_fail_throttled",
  3: "ver_fail_retry",
  4: "ver_fail_no_retry",
  5: "ver_fail_code_expired",
  [refusedAddress]: "ver_incorrect_format",
};

export const nativeAnswer = {
  async cancel(room: Room, post: FormPost): Promise<unknown> {
    return sendRedirect(post.visit.reply, nativeLink(room, post, "SelfAsserted/cancelled"), 303);
  },

  async of(room: Room, post: FormPost, result: TurnResult): Promise<unknown> {
    const { visit, policy, tid, body } = post;
    if (result.kind !== "reply") return answerBrowser(room, visit, result);
    // What a verification answers is shown with the page; only the form itself leads on.
    const verifies = nativeActionOf(body)?.kind === "verification";
    if (result.body === acceptedReply && !verifies) {
      keepOpen(room, visit, result.state);
      // 303, so that the password is not posted again to the next address (RFC 9700).
      const target = body.get("rememberMe")
        ? "CombinedSigninAndSignup/confirmed?rememberMe=true"
        : "SelfAsserted/confirmed";
      return sendRedirect(visit.reply, nativeLink(room, post, target), 303);
    }
    const shown = await room.runner.take(visit.tenant, tid, {
      policyId: policy.id,
      arrivedAt: visit.arrivedAt,
      event: () => ({ kind: "reload" }),
    });
    if (shown.kind !== "page") return answerBrowser(room, visit, shown);
    const own = shown.page.controls.some(({ problem }) => problem !== undefined);
    const problem =
      shown.page.problem ?? (own ? undefined : problemOf(result.body, shown.page, nativeActionOf(body)));
    const page = { ...shown.page, ...(problem !== undefined && { problem }) };
    return answerBrowser(room, visit, { ...shown, page });
  },
};

/** What the script would have shown of a JSON answer. */
function problemOf(body: string, page: PageModel, action: NativeAction | undefined): PageProblem | undefined {
  if (body === nothingReply) return undefined;
  const reply: unknown = JSON.parse(body);
  if (!isRecord(reply)) return undefined;
  const { message, errorCode, result } = reply;
  if (typeof message === "string")
    return { message, fields: {}, ...(typeof errorCode === "string" && { errorCode }) };
  if (typeof result !== "number") return undefined;
  const text =
    (result === refusedAddress && patternHelp(page, action)) ||
    page.content[verificationStrings[result] ?? ""];
  return text === undefined ? undefined : { message: text, fields: {} };
}

/** What the policy's author says of the addresses that are wanted. */
function patternHelp({ fields }: PageModel, action: NativeAction | undefined): string | undefined {
  if (action?.kind !== "verification") return undefined;
  const claimId = action.id.toLowerCase();
  return fields.find(({ id }) => id.toLowerCase() === claimId)?.pattern?.helpText;
}

/** Address of an action of the journey, for a redirect: `SelfAsserted/confirmed`. */
export function nativeLink(room: Room, { visit, policy, tid, step }: FormPost, target: string): string {
  const token = room.csrf.issue(visit.tenant.id, tid, step, room.context.now());
  const { tenant: segment } = visit.request.params as Readonly<Record<string, string>>;
  const base = `/${encodeURIComponent(segment ?? "")}/${encodeURIComponent(policy.id)}`;
  const joint = target.includes("?") ? "&" : "?";
  return `${base}/api/${target}${joint}csrf_token=${token}&tx=${transIdOf(tid)}&p=${encodeURIComponent(policy.id)}`;
}
