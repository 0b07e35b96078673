import type { CallRecord, ClaimVerdict } from "@vestibule/engine";
import type { Visited } from "./case.ts";
import { type Finding, finding } from "./rules.ts";

/** Milliseconds after which an answer counts as slow. */
const slow = 1000;

/** The rules that a second delivery of the same request breaks. */
export function judgeRepeated(first: CallRecord, second: CallRecord): readonly Finding[] {
  if (second.decision !== first.decision) {
    return [finding("repeated-delivery", `First ${first.decision}, then ${second.decision}.`)];
  }
  const claims = ({ verdicts }: CallRecord) =>
    JSON.stringify(
      verdicts
        .filter(({ verdict }) => verdict === "used")
        .map(claimOf)
        .sort(),
    );
  return claims(first) === claims(second) ? [] : [finding("repeated-delivery-differs")];
}

function claimOf(verdict: ClaimVerdict): string {
  return verdict.verdict === "used" ? `${verdict.claim}=${JSON.stringify(verdict.value)}` : "";
}

/** The rules that an answer to a stranger breaks. */
export function judgeRefusal({ response, failure }: CallRecord): readonly Finding[] {
  // A TLS handshake that ends, or a connection that is closed, is a refusal too.
  if (!response) return failure?.kind === "tls" || failure?.kind === "reset" ? [] : noAnswer(failure);
  const { status, body } = response;
  if (status === 401 || status === 403) return [];
  if (status < 400 || /"userMessage"/i.test(body)) return [finding("caller-not-checked", `HTTP ${status}.`)];
  return [finding("not-refused-with-401", `It was HTTP ${status}.`)];
}

export function noAnswer(failure: CallRecord["failure"]): readonly Finding[] {
  return [finding("no-answer", failure?.detail)];
}

/** How long it took, and how often it was asked. */
export function judgeTime({ attempts }: CallRecord): readonly Finding[] {
  const last = attempts.at(-1);
  return [
    ...(attempts.length > 1 ? [finding("tried-again", `It was try ${attempts.length}.`)] : []),
    ...(last && last.duration > slow ? [finding("slow", `It took ${Math.round(last.duration)} ms.`)] : []),
  ];
}

/** Reads the answer itself: the server has cut the message already. */
export function judgeMessage(message: string | undefined, longest = 2000): readonly Finding[] {
  if (message === undefined) return [];
  return [
    ...(message.length > longest ? [finding("message-cut")] : []),
    ...(/<\/?[a-z][^>]*>/i.test(message) ? [finding("message-markup")] : []),
  ];
}

export function judgeSecrets({ exchange }: Visited, secrets: readonly string[]): readonly Finding[] {
  if (exchange?.result.kind !== "answer") return [];
  const { body, headers } = exchange.result;
  const texts = [body, ...Object.values(headers)];
  const isTold = secrets.some((secret) => secret.length >= 4 && texts.some((text) => text.includes(secret)));
  return isTold ? [finding("secret-in-answer")] : [];
}
