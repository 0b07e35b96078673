import type { CallRules } from "../../ports.ts";

/** How one call is made: what a preset names and single settings change. Times are milliseconds. */
export interface CallPolicy extends CallRules {
  /** One try, from connecting to the last byte of the body. */
  readonly timeout: number;
  /** How often it is tried in all. */
  readonly tries: number;
  /** Whether an `Idempotency-Key` is sent, the same in every try. */
  readonly idempotencyKey: boolean;
  /** Whether B2C's sentences name the service's address to the person, without query and user name (U54). */
  readonly showServiceUrl: boolean;
}

export type Preset = "seed" | "b2c-2025" | "strict" | "resilient";

// Breaker: nothing published names numbers (api-connectors.md U61).
const faithful = {
  deadline: 0,
  retryStatuses: [],
  pause: 0,
  longestPause: 0,
  longestRetryAfter: 0,
  breakerFailures: 10,
  breakerWindow: 60_000,
  breakerPause: 30_000,
  concurrentCalls: 64,
  idempotencyKey: false,
  showServiceUrl: true,
} as const;

const ours = { idempotencyKey: true, showServiceUrl: false } as const;

const seed: CallPolicy = { ...faithful, timeout: 30_000, tries: 3 };
const strict: CallPolicy = { ...faithful, timeout: 5_000, tries: 1, deadline: 5_000, ...ours };
const resilient: CallPolicy = {
  timeout: 3_000,
  tries: 3,
  deadline: 10_000,
  retryStatuses: [429, 502, 503, 504],
  pause: 200,
  longestPause: 2_000,
  longestRetryAfter: 3_000,
  breakerFailures: 5,
  breakerWindow: 30_000,
  breakerPause: 10_000,
  concurrentCalls: 64,
  ...ours,
};

/**
 * The published numbers of two eras (api-connectors.md A7), and our own for interactive sign-ups.
 *
 * - `seed`: 30 s, 3 tries – an API that answered in time on Azure must answer in time here
 * - `b2c-2025`: what B2C runs since spring 2025; user flows and custom policies differ
 * - `strict`: 5 s and one try – nobody waits longer at a form, and no API ever sees one submit twice
 * - `resilient`: several short tries with pauses, for an API that understands `Idempotency-Key`
 */
export const presets: Readonly<
  Record<Preset, { readonly connector: CallPolicy; readonly restful: CallPolicy }>
> = {
  seed: { connector: seed, restful: seed },
  "b2c-2025": {
    connector: { ...faithful, timeout: 5_000, tries: 2 },
    restful: { ...faithful, timeout: 10_000, tries: 2 },
  },
  strict: { connector: strict, restful: strict },
  resilient: { connector: resilient, restful: resilient },
};

export const presetNames = Object.keys(presets) as readonly Preset[];

/** Whether a text names a preset, exactly as written in `presets`. */
export function isPreset(text: string): text is Preset {
  return Object.hasOwn(presets, text);
}
