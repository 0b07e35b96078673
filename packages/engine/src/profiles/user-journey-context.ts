import type { ServerProfileKind } from "./profile.ts";

/**
 * What the journey knows of itself, by partner name: the browser's address and the correlation id.
 * Source: technical-profiles.md 27.
 */
export const userJourneyContextProfile: ServerProfileKind<Record<string, never>> = {
  kind: "userJourneyContext",
  readMetadata: () => ({ metadata: {} }),
  run: async ({ state }) => ({
    kind: "values",
    values: { "IP-Address": state.request.ipAddress, CorrelationId: state.id },
  }),
};
