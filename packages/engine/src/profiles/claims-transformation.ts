import type { ServerProfileKind } from "./profile.ts";

/**
 * Runs nothing of its own: its claims transformations and defaults are run by every profile's common life. What it gives
 * out is what it took in, so that an output claim has the value that a default gave the input claim of that name.
 */
export const claimsTransformationProfile: ServerProfileKind<Record<string, never>> = {
  kind: "claimsTransformation",
  readMetadata: () => ({ metadata: {} }),
  run: async ({ input }) => ({
    kind: "values",
    values: Object.fromEntries([...input.values()].map(({ partnerName, value }) => [partnerName, value])),
  }),
};
