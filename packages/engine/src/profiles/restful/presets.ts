/** How long one try may take, in milliseconds, and how often a call without an HTTP answer is tried in all. */
export interface CallLimits {
  readonly timeout: number;
  readonly tries: number;
}

export type Preset = "seed" | "b2c-2025" | "strict";

/**
 * The published numbers of two eras (api-connectors.md A7), and our own for interactive sign-ups.
 *
 * - `seed`: 30 s, 3 tries – an API that answered in time on Azure must answer in time here
 * - `b2c-2025`: what B2C runs since spring 2025; user flows and custom policies differ
 * - `strict`: 5 s and one try – nobody waits longer at a form, and no API ever sees one submit twice
 */
export const presets: Readonly<
  Record<Preset, { readonly connector: CallLimits; readonly restful: CallLimits }>
> = {
  seed: { connector: { timeout: 30_000, tries: 3 }, restful: { timeout: 30_000, tries: 3 } },
  "b2c-2025": { connector: { timeout: 5_000, tries: 2 }, restful: { timeout: 10_000, tries: 2 } },
  strict: { connector: { timeout: 5_000, tries: 1 }, restful: { timeout: 5_000, tries: 1 } },
};

/** Whether a text names a preset, exactly as written in `presets`. */
export function isPreset(text: string): text is Preset {
  return Object.hasOwn(presets, text);
}
