import type { HttpAttempt, HttpCall, HttpResult, TransportFailure } from "@vestibule/engine";
import type { Answer } from "./case-file.ts";

const transports: Readonly<Record<string, TransportFailure>> = {
  timeout: "timeout",
  dns: "dns",
  connect: "connect",
  tls: "tls",
  reset: "reset",
};

/**
 * What the API of a case does with one call: its answers serve the successive tries, the last one for good. A network
 * failure is tried again as often as the call says; that real sockets behave so is the outbound client's own test.
 */
export function answerCall(call: HttpCall, answers: readonly Answer[]): HttpResult {
  const attempts: HttpAttempt[] = [];
  for (;;) {
    const answer = answers[Math.min(attempts.length, answers.length - 1)] ?? { transport: "connect" };
    if (answer.transport === undefined) {
      const status = answer.status ?? 200;
      attempts.push({ duration: 5, status });
      return {
        kind: "answer",
        status,
        headers: answer.headers ?? {},
        body: answer.rawBody ?? (answer.body === undefined ? "" : JSON.stringify(answer.body)),
        attempts,
      };
    }
    const failure = transports[answer.transport];
    if (!failure) throw new Error(`unknown transport '${answer.transport}'`);
    attempts.push({ duration: call.timeout, failure });
    if (attempts.length >= call.tries) {
      return { kind: "failure", failure, detail: `network failure: ${failure}`, attempts };
    }
  }
}

export const continueAnswer: Answer = {
  status: 200,
  headers: { "content-type": "application/json" },
  body: { version: "1.0.0", action: "Continue" },
};
