import type { UserFlowDocument } from "../document/user-flow.ts";
import { authenticatorFactor } from "./second-factor-authenticator.ts";
import { emailFactor } from "./second-factor-email.ts";
import { phoneFactor } from "./second-factor-phone.ts";
import type { SecondFactor } from "./second-factor-words.ts";

/** The flow's second factor; undefined where none is asked for. */
export function secondFactorOf({
  multifactorAuthenticationConfiguration: written,
}: UserFlowDocument): SecondFactor | undefined {
  if (written.multifactorAuthenticationState === "off") return undefined;
  switch (written.multifactorAuthenticationMethod) {
    case "email":
      return emailFactor();
    case "phoneCallOrSms":
      return phoneFactor("mixed");
    case "phoneSms":
      return phoneFactor("sms");
    case "phoneCall":
      return phoneFactor("phone");
    case "authenticator":
      return authenticatorFactor();
  }
}
