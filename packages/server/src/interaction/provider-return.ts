import { randomBytes } from "node:crypto";
import type { Handler } from "../context.ts";
import { autoSubmitHeaders, formPostPage, fragmentRelayPage, noStore } from "./application-response.ts";
import { bodyOf, type Form, queryOf } from "./form.ts";
import { answerBrowser, type Room, sendErrorCode, transactionOf, type Visit, visitOf } from "./room.ts";
import { readTransactionReference } from "./transaction-id.ts";

const hopMark = "_same_site";

/**
 * E13: an identity provider sends the browser back. `state` alone finds the transaction, at any of the four addresses
 * (pages.md 1.2); the browser's cookies must hold it, like everywhere.
 */
export function providerReturn(room: Room): Handler {
  return async (request, reply) => {
    const visit = await visitOf(room, request, reply, queryOf(request));
    if (visit === undefined) return reply;
    if (request.method === "GET" && visit.query.names.length === 0 && visit.browser.open.length > 0)
      return sendRelay(visit);
    const body = await bodyOf(request);
    if (body === undefined) return reply.status(400).send();
    const parameters = parametersOf(request.method === "POST" ? body : visit.query);
    const hop = body.get(hopMark) !== undefined;
    if (request.method === "POST" && !hop && lacksLaxCookies(visit)) return sendHop(visit, parameters);

    const reference = readTransactionReference(parameters.state);
    // An answer without a readable state belongs to nobody: the newest tab must not take it.
    if (reference.kind !== "named") return sendErrorCode(room, visit, "AADB2C90046");
    const choice = transactionOf(visit, parameters.state);
    if (choice.kind !== "chosen")
      return sendErrorCode(room, visit, choice.kind === "refused" ? choice.code : "AADB2C90046");
    const result = await room.runner.take(visit.tenant, choice.transaction.tid, {
      arrivedAt: visit.arrivedAt,
      // Consumed once: after the first return the journey no longer waits for a provider.
      event: ({ state }) =>
        state.waiting?.kind === "provider" ? { kind: "providerReturned", parameters } : undefined,
    });
    return answerBrowser(room, visit, result);
  };
}

function parametersOf(form: Form): Readonly<Record<string, string>> {
  return Object.fromEntries(
    form.names.filter((name) => name !== hopMark).map((name) => [name, form.get(name) ?? ""]),
  );
}

/** Over plain http our cookies are `SameSite=Lax` and stay at home on a cross-site POST (pages.md 1.4). */
function lacksLaxCookies(visit: Visit): boolean {
  return visit.request.protocol === "http" && visit.browser.open.length === 0;
}

/** The same post once more, from our own page: now the cookies come along. */
function sendHop(visit: Visit, parameters: Readonly<Record<string, string>>): unknown {
  const nonce = randomBytes(16).toString("base64url");
  noStore(visit.reply);
  autoSubmitHeaders(visit.reply, nonce);
  const fields = [...Object.entries(parameters), [hopMark, "1"] as const];
  return visit.reply.send(formPostPage(returnPath(visit), fields, nonce));
}

/** Rebuilt from the tenant: the request's own path could begin with two slashes and so name another host. */
function returnPath({ request }: Visit): string {
  const { tenant: segment } = request.params as Readonly<Record<string, string>>;
  return `/${encodeURIComponent(segment ?? "")}/oauth2/authresp`;
}

/**
 * An answer in the fragment (`response_mode` fragment) never reaches a server: this page posts it. What it holds is
 * judged like any other answer; nothing at all is none.
 */
function sendRelay(visit: Visit): unknown {
  const nonce = randomBytes(16).toString("base64url");
  noStore(visit.reply);
  autoSubmitHeaders(visit.reply, nonce);
  return visit.reply.send(fragmentRelayPage(returnPath(visit), nonce));
}
