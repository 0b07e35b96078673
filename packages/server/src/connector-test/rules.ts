export type Severity = "error" | "warning";

/** What the contract tests hold against an answer. An error costs a sign-up or a sign-in; a warning may, one day. */
export const rules = {
  "no-answer": ["error", "No HTTP answer came: the flow fails."],
  "unusable-answer": ["error", "An answer came that cannot be used: the flow fails."],
  "block-before-token": [
    "error",
    "A block page is not possible before the token: B2C and Vestibule go on without the answer's claims.",
  ],
  "not-refused": ["error", "The API should refuse this person with a sentence (--refused), and did not."],
  "error-with-200": [
    "error",
    "An error of a RESTful technical profile's API has an HTTP status from 400 to 499: with 200 the journey goes on.",
  ],
  "caller-not-checked": ["error", "Somebody with wrong credentials, or none, was answered like the server."],
  "secret-in-answer": ["error", "The answer repeats the credentials of the call."],
  "repeated-delivery": ["error", "The same request, delivered again, was decided otherwise."],
  "not-refused-with-401": ["warning", "Wrong credentials should be answered with 401 or 403."],
  "repeated-delivery-differs": ["warning", "The same request, delivered again, got other claims."],
  "tried-again": ["warning", "The answer came only when the server had asked again."],
  slow: ["warning", "The answer took longer than a second; a person waits for it."],
  "content-type": ["warning", "The answer's Content-Type should be application/json."],
  "version-missing": ["warning", "The answer has no version."],
  "action-missing": ["warning", "The answer has no action; it was read as Continue."],
  "legacy-action": ["warning", "Allow is an old name of the action Continue."],
  "correction-with-200": ["warning", "A correction (ValidationError) should come with HTTP status 400."],
  "status-missing": [
    "warning",
    "The body of a correction or an error should hold its status as the member status.",
  ],
  "claim-unknown": ["warning", "The answer sets a claim that no attribute has."],
  "claim-not-settable": ["warning", "The answer sets a claim that no API can set."],
  "claim-of-another-tenant": ["warning", "The answer sets an attribute of another extensions application."],
  "claim-nearly-named": ["warning", "The answer has a claim that is called nearly as the profile reads it."],
  "null-claim": ["warning", "A claim without a value should be left out; null counts as absent."],
  "message-cut": [
    "warning",
    "The message is longer than 2,000 characters, or 1,000 where the application is told: its beginning is shown.",
  ],
  "message-markup": ["warning", "The message holds markup, which a person reads as it stands."],
} as const satisfies Readonly<Record<string, readonly [Severity, string]>>;

export type Rule = keyof typeof rules;

/** One rule that one answer breaks. */
export interface Finding {
  readonly rule: Rule;
  readonly severity: Severity;
  readonly message: string;
}

/** `detail` says where; the rule's own sentence says what. */
export function finding(rule: Rule, detail?: string): Finding {
  const [severity, meaning] = rules[rule];
  return { rule, severity, message: detail === undefined ? meaning : `${meaning} ${detail}` };
}
