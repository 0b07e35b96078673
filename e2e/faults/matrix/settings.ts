import { type CallPolicy, presets } from "@vestibule/engine";
import type { Fault } from "./wire-faults.ts";

/** How the API is called in a case: the text of its settings, and what they come to. */
export interface Setting {
  readonly name: string;
  readonly preset: "seed" | "b2c-2025" | "strict" | "resilient";
  readonly settings: Readonly<Record<string, string>>;
  readonly policy: CallPolicy;
}

export const setting = (
  preset: Setting["preset"],
  kind: "connector" | "restful",
  changes: Partial<CallPolicy> = {},
  settings: Readonly<Record<string, string>> = {},
): Setting => ({
  name: Object.keys(settings).length === 0 ? preset : "settings of its own",
  preset,
  settings,
  policy: { ...presets[preset][kind], ...changes },
});

export const connectorSettings: readonly Setting[] = [
  setting("seed", "connector"),
  setting("strict", "connector"),
  setting("resilient", "connector"),
  setting(
    "b2c-2025",
    "connector",
    {
      tries: 4,
      pause: 1000,
      longestPause: 1500,
      retryStatuses: [500, 503],
      longestRetryAfter: 5000,
      deadline: 12_000,
    },
    {
      tries: "4",
      pauseInMilliseconds: "1000",
      longestPauseInMilliseconds: "1500",
      retryStatuses: "500 503",
      longestRetryAfterInMilliseconds: "5000",
      deadlineInMilliseconds: "12000",
    },
  ),
];

/** When each try begins and how the last one ends, in milliseconds: the rules of the documentation, written anew. */
export function expectedTries(
  fault: Fault,
  policy: CallPolicy,
): { readonly starts: readonly number[]; readonly end: number } {
  const { tries, timeout, pause, longestPause, longestRetryAfter, retryStatuses } = policy;
  const deadline = policy.deadline || Number.POSITIVE_INFINITY;
  const again =
    typeof fault.met === "number"
      ? retryStatuses.includes(fault.met)
      : !fault.answered && fault.met !== "tooLarge" && fault.met !== "refusedAddress";
  const starts = [0];
  let now = 0;
  for (;;) {
    if (fault.stalls) now += Math.min(timeout, deadline - now);
    if (!again || starts.length === tries) return { starts, end: now };
    // The test's random number is 0: pauses are whole.
    let wait = Math.min(Math.max(pause, longestPause), pause * 2 ** (starts.length - 1));
    if (fault.asks !== undefined && longestRetryAfter > 0) {
      if (fault.asks > longestRetryAfter) return { starts, end: now };
      wait = Math.max(wait, fault.asks);
    }
    if (now + wait >= deadline) return { starts, end: now };
    now += wait;
    starts.push(now);
  }
}
