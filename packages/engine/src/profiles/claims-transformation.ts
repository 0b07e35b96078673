import type { ServerProfileKind } from "./profile.ts";

/** Runs nothing of its own: its claims transformations and defaults are run by every profile's common life. */
export const claimsTransformationProfile: ServerProfileKind<Record<string, never>> = {
  kind: "claimsTransformation",
  readMetadata: () => ({ metadata: {} }),
  run: async () => ({ kind: "values", values: {} }),
};
