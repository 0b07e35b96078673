import type { BuiltInStrings } from "./language.ts";

/** Texts in quotes in pages.md 5.4 are kept to the letter; `intro_msg` is shown only where a policy has one. */
export const englishControls: BuiltInStrings["displayControls"] = {
  VerificationControl: {
    success_send_code_msg: "Verification code has been sent. Please copy it to the input box below.",
    failure_send_code_msg:
      "We are having trouble verifying your email address. Please enter a valid email address and try again.",
    success_verify_code_msg: "E-mail address verified. You can now continue.",
    failure_verify_code_msg: "We are having trouble verifying your email address. Please try again.",
    but_send_code: "Send verification code",
    but_verify_code: "Verify code",
    but_send_new_code: "Send new code",
    but_change_claims: "Change e-mail",
  },
};
