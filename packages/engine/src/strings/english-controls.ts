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
  AuthenticatorAppIconControl: {
    title_text:
      "Download the Microsoft Authenticator using the download links for iOS and Android or use any other authenticator app of your choice.",
    instruction_text:
      "Once you've downloaded the Authenticator app, you can use any of the methods below to continue with enrollment.",
  },
  QrCodeControl: {
    title_text: "Scan the QR code",
    info_msg:
      "You can download the Microsoft Authenticator app or use any other authenticator app of your choice.",
    link_text: "Can't scan? Try this",
  },
  AuthenticatorInfoControl: {
    title_text: "Enter the account details manually",
    account_name: "Account Name:",
    display_prefix: "Secret",
    collapse_text: "Still having trouble?",
  },
};
