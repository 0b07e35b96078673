import type { StringTable } from "./language.ts";

/** Texts of user-flows.md 13 and technical-profiles.md 2.4, 3, 5.3, 6 to 10 to the letter. */
export const englishErrorMessages: StringTable = {
  // Local accounts
  UserMessageIfInvalidPassword: "Your password is incorrect.",
  ResourceOwnerFlowInvalidCredentials: "Your password is incorrect.",
  UserMessageIfClaimsPrincipalDoesNotExist: "We can't seem to find your account.",
  UserMessageIfOldPasswordUsed: "Looks like you used an old password.",
  UserMessageIfPasswordExpired: "Your password has expired.",
  UserMessageIfUserAccountDisabled:
    "Your account has been locked. Contact your support person to unlock it, then try again.",
  UserMessageIfUserAccountLocked:
    "Your account is temporarily locked to prevent unauthorized use. Try again later.",
  AADRequestsThrottled:
    "There are too many requests at this moment. Please wait for some time and try again.",
  ServiceThrottled: "There are too many requests at this moment. Please wait for some time and try again.",
  DefaultMessage: "Invalid username or password.",
  // Self-asserted pages
  UserMessageIfClaimsPrincipalAlreadyExists:
    "A user with the specified ID already exists. Please choose a different one.",
  UserMessageIfClaimNotVerified: "Claim not verified: {0}",
  UserMessageIfIncorrectPattern: "Incorrect pattern for: {0}",
  UserMessageIfMissingRequiredElement: "Missing required element: {0}",
  UserMessageIfValidationError: "Error in validation by: {0}",
  UserMessageIfInvalidInput: "{0} has invalid input.",
  UserMessageIfVerificationControlClaimsNotVerified:
    "The claims for verification control have not been verified.",
  // Ours: the password rules of the directory, where the page has no help text of its own (technical-profiles.md 4.6).
  UserMessageIfPasswordComplexityNotMet: "The password does not meet the complexity requirements.",
  // REST services and API connectors
  DefaultUserMessageIfRequestFailed:
    "Failed to establish connection to restful service end point. Restful service URL: {0}",
  UserMessageIfCircuitOpen: "{0} Restful Service URL: {1}",
  UserMessageIfDnsResolutionFailed:
    "Failed to resolve the hostname of the restful service endpoint. Restful service URL: {0}",
  UserMessageIfRequestTimeout:
    "Failed to establish connection to restful service end point within timeout limit {0} seconds. Restful service URL: {1}",
  // Multi-factor authentication
  UserMessageIfCouldntSendSms: "Cannot Send SMS to the phone, please try another phone number.",
  UserMessageIfInvalidFormat: "Your phone number is not in a valid format, please correct it and try again.",
  UserMessageIfMaxAllowedCodeRetryReached: "Wrong code entered too many times, please try again later.",
  UserMessageIfServerError: "Cannot use MFA service, please try again later.",
  UserMessageIfThrottled: "Your request has been throttled, please try again later.",
  UserMessageIfWrongCodeEntered: "Wrong code entered, please try again.",
  // Codes by e-mail and one-time passwords
  UserMessageIfChallengeExpired: "The code has expired.",
  "aadSspr.UserMessageIfThrottled": "You have sent too many requests, please try again later.",
  "aadSspr.UserMessageIfVerificationFailedRetryAllowed": "The verification has failed, please try again.",
  UserMessageIfInternalError: "The email service has encountered an internal error, please try again later.",
  UserMessageIfVerificationFailedNoRetry: "You have exceeded maximum number of verification attempts.",
  UserMessageIfVerificationFailedRetryAllowed: "That code is incorrect. Please try again.",
  UserMessageIfSessionDoesNotExist: "One time password verification session has expired",
  UserMessageIfMaxRetryAttempted:
    "One time password provided verification has exceeded maximum number of attempts",
  UserMessageIfMaxNumberOfCodeGenerated: "You have exceeded the number of code generation attempts allowed.",
  UserMessageIfInvalidCode: "One time password provided for verification is incorrect",
  UserMessageIfSessionConflict: "One time password verification session has conflict",
  // Claims transformations
  AssertNumberError: "The number claim value comparison failed.",
  DateTimeGreaterThan:
    "Claim value comparison failed: The provided left operand is greater than the right operand.",
  LookupNotFound:
    "No match was found for the input claim value in the list of input parameter ids, and errorOnFailedLookup is true.",
  UserMessageIfClaimsTransformationBooleanValueIsNotEqual:
    'Boolean claim value comparison failed for claim type "inputClaim".',
  UserMessageIfClaimsTransformationStringsAreNotEqual:
    'Claim value comparison failed using StringComparison "OrdinalIgnoreCase".',
  UserMessageIfClaimsTransformationInvalidPhoneNumber: "Enter a phone number with its country code.",
  UserMessageIfPhoneNumberParseFailure: "Enter a phone number with its country code.",
};

/** Sentences at a field. Each says what to do; `{0}` = display name, other parameters as noted. */
export const englishFieldErrors: StringTable = {
  required: "Enter your {0}.",
  /** For lists, boxes and dates. */
  required_choice: "Choose your {0}.",
  pattern: "Check your {0}: it is not written as expected.",
  email: "Write the address like name@example.com.",
  number: "Write {0} as a whole number.",
  date: "Choose a date that exists.",
  /** {1} = largest number of characters. */
  max_length: "Shorten {0} to at most {1} characters.",
  option: "Choose one of the listed values for {0}.",
  password_mismatch: "The two passwords differ. Write the same password in both fields.",
  password_rules: "Choose a password that follows the listed rules.",
  not_verified: "Verify your {0} first: send yourself a code and enter it.",
  markup: "Write {0} without the characters < and >.",
};
