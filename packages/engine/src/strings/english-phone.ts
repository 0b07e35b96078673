import type { StringTable } from "./language.ts";

/** Texts of technical-profiles.md 9 and pages.md 5.5 to the letter, where they are published. */
export const englishPhoneFactor: StringTable = {
  heading: "Verify your phone",
  button_verify: "Call Me",
  button_send_code: "Send Code",
  button_verify_code: "Verify Code",
  button_retry: "Retry",
  button_cancel: "Cancel",
  text_button_send_second_code: "Send a new code",
  alternative_text: "I don't have my phone",
  enter_code_text_intro: "Enter your verification code below, or",
  country_code_label: "Country Code",
  country_code_input_placeholder_text: "Country or region",
  number_label: "Phone Number",
  local_number_input_placeholder_text: "Phone number",
  verification_code_input_placeholder_text: "Verification code",
  intro_sms:
    "We have the following number on record for you. We will send a code via SMS to authenticate you.",
  intro_phone: "We have the following number on record for you. We will phone to authenticate you.",
  intro_mixed:
    "We have the following number on record for you. We can send a code via SMS or phone to authenticate you.",
  intro_sms_p:
    "We have the following numbers on record for you. Choose a number that we can send a code via SMS to authenticate you.",
  intro_phone_p:
    "We have the following numbers on record for you. Choose a number that we can phone to authenticate you.",
  intro_mixed_p:
    "We have the following numbers on record for you. Choose a number that we can phone or send a code via SMS to authenticate you.",
  intro_entry_sms: "Enter a number below that we can send a code via SMS to authenticate you.",
  intro_entry_phone: "Enter a number below that we can phone to authenticate you.",
  intro_entry_mixed: "Enter a number below that we can send a code via SMS or phone to authenticate you.",
  requiredField_code: "Please enter the verification code you received",
  requiredField_countryCode: "Please select your country code",
  requiredField_number: "Please enter your phone number",
  invalid_code: "Please enter the 6-digit code you received",
  invalid_number: "Please enter a valid phone number",
  code_pattern: "\\d{6}",
  number_pattern: "^\\+(?:[0-9][\\x20-]?){6,14}[0-9]$",
  error_tryagain:
    "The phone number you provided is busy or unavailable. Please check the number and try again.",
  error_incorrect_code:
    "The verification code you have entered does not match our records. Please try again, or request a new code.",
  error_sms_throttled: "You hit the limit on the number of text messages. Try again shortly.",
  error_phone_throttled: "You hit the limit on the number of call attempts. Try again shortly.",
  error_throttled: "You hit the limit on the number of verification attempts. Try again shortly.",
  error_448: "The phone number you provided is unreachable.",
  error_449: "User has exceeded the number of retry attempts.",
  cancel_message: "The user has canceled multi-factor authentication",
  // Ours: B2C's page has no texts for these.
  vb_country_placeholder: "Country/Region",
  vb_calling: "We are calling you. Answer, then press # on your phone.",
  vb_call_answered: "I answered the call",
  vb_change_number: "Choose again",
};
