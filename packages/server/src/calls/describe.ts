import type { CallRecord, ClaimEffect, ClaimVerdict, HttpAttempt } from "@vestibule/engine";

const decisions: Readonly<Record<string, string>> = {
  continue: "The flow goes on with the claims that were used.",
  page: "The person stays on the page and reads the API's message.",
  block: "The flow ends with a page that shows the API's message.",
  fail: "The flow does not go on: the answer, or its absence, is an error of the API.",
};

/** What the flow does, or would do, with the answer. */
export function decisionSentence({ decision }: CallRecord): string {
  return decisions[decision] ?? decision;
}

/** `HTTP 200, 34 ms: name resolved 2 ms, connected 5 ms, TLS 12 ms, first byte 14 ms, body 1 ms`. */
export function attemptText({ pause, status, failure, duration, timings = {} }: HttpAttempt): string {
  const { dns, connect, tls, firstByte, body } = timings;
  const parts = [
    ["name resolved", dns],
    ["connected", connect],
    ["TLS", tls],
    ["first byte", firstByte],
    ["body", body],
  ].flatMap(([name, time]) => (time === undefined ? [] : [`${name} ${time} ms`]));
  const waited = pause === undefined ? "" : `after ${Math.round(pause)} ms `;
  const came =
    status === undefined ? (failure ?? "no answer") : `HTTP ${status}${failure ? `, ${failure}` : ""}`;
  return `${waited}${came}, ${Math.round(duration)} ms${parts.length > 0 ? `: ${parts.join(", ")}` : ""}`;
}

const effects: Readonly<Record<ClaimEffect, string>> = {
  prefill: "fills in the form; the person may change it",
  stored: "stored; no application claim, so not in the token",
  storedAndToken: "stored, and in the token",
  tokenOnly: "in the token only, not stored",
};

/** Where a claim that was used ends; undefined where the record does not say. */
export function effectText(verdict: ClaimVerdict): string | undefined {
  return verdict.verdict === "used" && verdict.effect ? effects[verdict.effect] : undefined;
}

/** What became of one member of an answer, with the nearest name that would be used. */
export function verdictText(verdict: ClaimVerdict): string {
  if (verdict.verdict === "used") {
    const as = verdict.claim === verdict.name ? "" : ` as ${verdict.claim}`;
    const effect = effectText(verdict);
    return `${verdict.name}: used${as}${verdict.value === null ? "" : `, ${JSON.stringify(verdict.value)}`}${effect ? `: ${effect}` : ""}`;
  }
  const near = verdict.nearest === undefined ? "" : ` Nearest name that would be used: ${verdict.nearest}.`;
  return `${verdict.name}: ignored, ${verdict.reason}.${near}`;
}
