import type { JourneyCodes } from "../profiles/profile.ts";
import { type Run, update } from "./run.ts";

/** The one-time codes that a journey carries, as a technical profile may use them. */
export function journeyCodes(run: Run): JourneyCodes {
  return {
    find: (key) => (Object.hasOwn(run.state.codes ?? {}, key) ? run.state.codes?.[key] : undefined),
    keep: (key, code) => update(run, { codes: { ...run.state.codes, [key]: code } }),
    forget: (key) => {
      const { [key]: _, ...codes } = run.state.codes ?? {};
      update(run, { codes });
    },
    claim: (limit) => {
      const { codesSent = 0 } = run.state;
      if (codesSent >= limit) return false;
      update(run, { codesSent: codesSent + 1 });
      return true;
    },
  };
}
