import type { ControlKind } from "./control-kind.ts";

/** Proves an address, a number or whatever its actions check, by a code. Source: technical-profiles.md 11.2. */
export const verificationControl: ControlKind = {
  editable: true,
  proof: { begin: "SendCode", complete: "VerifyCode", code: "VerificationCode" },
  optionalStrings: ["intro_msg"],
  earlierStrings: {
    success_send_code_msg: "verification_control_code_sent",
    failure_send_code_msg: "verification_control_fail_send_code",
    failure_verify_code_msg: "verification_control_fail_verify_code",
    but_send_code: "verification_control_but_send_code",
    but_verify_code: "verification_control_but_verify_code",
    but_send_new_code: "verification_control_but_send_new_code",
    but_change_claims: "verification_control_but_change_claims",
  },
};
