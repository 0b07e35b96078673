/** String ids of the pages' own texts (ElementType UxElement), lower-case. Source: pages.md 5.2 to 5.6. */
export const uxStrings: ReadonlySet<string> = new Set(
  `
  account_name alert_message alert_no alert_title alert_yes alternative_text but_change_claims
  but_send_code but_send_new_code but_verify_code button_cancel button_continue button_retry
  button_send_code button_signin button_verify button_verify_code cancel_message code_pattern
  collapse_text countryList country_code_input_placeholder_text country_code_label createaccount_intro
  createaccount_link createaccount_one_link createaccount_three_links createaccount_two_links day
  disclaimer_link_1_text disclaimer_link_1_url disclaimer_link_2_text disclaimer_link_2_url
  disclaimer_msg_intro display_prefix divider_title email_pattern enter_code_text_intro error_448
  error_449 error_fieldIncorrect error_incorrect_code error_passwordEntryMismatch error_phone_throttled
  error_requiredFieldMissing error_sms_throttled error_throttled error_tryagain failure_send_code_msg
  failure_verify_code_msg forgotpassword_link heading helplink_text info_msg initial_intro
  instruction_text intro intro_entry_mixed intro_entry_phone intro_entry_sms intro_mixed intro_mixed_p
  intro_msg intro_phone intro_phone_p intro_sms intro_sms_p invalid_code invalid_email invalid_generic
  invalid_number invalid_password link_text local_intro_email local_intro_generic local_intro_username
  local_number_input_placeholder_text logonIdentifier_email logonIdentifier_username month months
  number_label number_pattern password preloader_alt QrCodeScanInstruction QrCodeVerifyInstruction
  remember_me required_field required_field_descriptive requiredField_code requiredField_countryCode
  requiredField_email requiredField_generic requiredField_number requiredField_password
  requiredField_username social_intro success_send_code_msg success_verify_code_msg
  text_button_send_second_code title_text unknown_error ver_but_default ver_but_edit ver_but_resend
  ver_but_send ver_but_verify ver_fail_code_expired ver_fail_no_retry ver_fail_retry ver_fail_server
  ver_fail_throttled ver_incorrect_format ver_info_msg ver_input ver_intro_msg ver_sent ver_success_msg
  verification_control_but_change_claims verification_control_but_send_code
  verification_control_but_send_new_code verification_control_but_verify_code verification_control_code_sent
  verification_control_fail_send_code verification_control_fail_verify_code
  verification_code_input_placeholder_text verifying_blurb year
`
    .toLowerCase()
    .trim()
    .split(/\s+/),
);
