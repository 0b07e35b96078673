import type { DisplayControlType } from "@vestibule/policy";
import type { ControlKind } from "./control-kind.ts";
import { shownControl } from "./shown-control.ts";
import { verificationControl } from "./verification-control.ts";

export type { ControlKind } from "./control-kind.ts";

/**
 * Every kind of display control that this server has. A new one is an entry here, its texts in `strings/`
 * (`displayControls`), and its component on the page.
 */
export const controlKinds: Readonly<Partial<Record<DisplayControlType, ControlKind>>> = {
  VerificationControl: verificationControl,
  QrCodeControl: shownControl,
  AuthenticatorInfoControl: shownControl,
  AuthenticatorAppIconControl: shownControl,
};
