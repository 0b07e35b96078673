import type { ControlKind } from "./control-kind.ts";

/**
 * Only shows its claims: the picture of an authenticator app's address, the same for typing, and where to get an app.
 * Source: technical-profiles.md 11.3.
 */
export const shownControl: ControlKind = {
  editable: false,
  optionalStrings: ["instruction_text"],
  earlierStrings: {},
};
