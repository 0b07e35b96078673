import type { CallRules, HttpAttempt, HttpCall, HttpResult } from "@vestibule/engine";
import { TryClock } from "./connection-clock.ts";
import type { Pools } from "./pools.ts";
import { retryAfter } from "./retry-after.ts";
import { type TryResult, tryOnce } from "./single-try.ts";
import type { Target } from "./targets.ts";

/** A uniformly random number, 0 ≤ n < 1. */
export type RandomFraction = () => number;

/**
 * Tries until an answer counts: what got no HTTP status is tried again, and the statuses that the rules name
 * (api-connectors.md A7, U29). `left` gives the milliseconds until the call's deadline.
 */
export async function sendWithTries(
  pools: Pools,
  call: HttpCall,
  target: Target,
  rules: CallRules,
  left: () => number,
  random: RandomFraction,
): Promise<HttpResult> {
  const { pool, takeConnection } = pools.get(target.origin, call.timeout, call.clientCertificate);
  const attempts: HttpAttempt[] = [];
  let pause = 0;
  for (;;) {
    const started = performance.now();
    const clock = new TryClock(takeConnection);
    const result = await tryOnce(pool, {
      method: call.method,
      path: target.path,
      headers: call.headers,
      body: call.body,
      timeout: Math.max(1, Math.min(call.timeout, left())),
      maxResponseBytes: call.maxResponseBytes,
      clock,
    });
    attempts.push(attemptOf(result, clock, started, pause));
    const final: HttpResult =
      result.kind === "answer"
        ? { kind: "answer", status: result.status, headers: result.headers, body: result.body, attempts }
        : { kind: "failure", failure: result.failure, detail: result.detail, attempts };
    if (attempts.length >= call.tries || !mayRepeat(result, rules)) return final;
    const next = pauseAfter(result, attempts.length, rules, random);
    if (next === undefined || next >= left()) return final;
    pause = next;
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function attemptOf(result: TryResult, clock: TryClock, started: number, pause: number): HttpAttempt {
  const timings = clock.timings();
  const duration = Math.round(performance.now() - started);
  if (result.kind === "answer" && timings && pause === 0) return { duration, timings, status: result.status };
  return {
    ...(pause > 0 && { pause: Math.round(pause) }),
    duration,
    ...(timings && { timings }),
    ...(result.status !== undefined && { status: result.status }),
    ...(result.kind === "failure" && { failure: result.failure }),
  };
}

/** What got a status is final unless the rules name it, and an address that is refused once is refused again. */
function mayRepeat(result: TryResult, rules: CallRules): boolean {
  if (result.kind === "answer") return rules.retryStatuses.includes(result.status);
  return result.status === undefined && result.failure !== "refusedAddress" && result.failure !== "tooLarge";
}

/** Milliseconds until the next try; undefined where the API asks for more patience than the rules have. */
function pauseAfter(
  result: TryResult,
  made: number,
  rules: CallRules,
  random: RandomFraction,
): number | undefined {
  const most = Math.max(rules.pause, rules.longestPause);
  const full = Math.min(most, rules.pause * 2 ** (made - 1));
  const own = full * (1 - random() / 2);
  const asked =
    result.kind === "answer" && rules.longestRetryAfter > 0
      ? retryAfter(result.headers["retry-after"], Date.now())
      : undefined;
  if (asked === undefined) return own;
  return asked > rules.longestRetryAfter ? undefined : Math.max(own, asked);
}
