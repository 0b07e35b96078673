/** The three answers that the contract knows, and their exact HTTP form. Source: "Add an API connector …", responses. */

import type { ContinueBody, JsonValue, ShowBlockPageBody, ValidationErrorBody } from "./wire.ts";

/**
 * Claims to set: built-in attributes by their Graph names, custom ones as `extension_<Name>` (the app id is optional).
 * Lists and objects are for attributes that take them.
 */
export type ReturnedClaims = Readonly<Record<string, JsonValue | undefined>>;

export interface ContinueAnswer {
  readonly action: "Continue";
  readonly claims: ReturnedClaims;
}

export interface BlockAnswer {
  readonly action: "ShowBlockPage";
  readonly userMessage: string;
}

export interface ValidationErrorAnswer {
  readonly action: "ValidationError";
  readonly userMessage: string;
}

export type ConnectorAnswer = ContinueAnswer | BlockAnswer | ValidationErrorAnswer;

/** Names that mean something else in an answer, or that no API can set. */
const reserved =
  /^(version|action|status|userMessage|code|email|identities|objectId|step|client_id|ui_locales)$/i;

/**
 * Go on, and set these claims. After federating they prefill the form; before creating the user they replace what was
 * typed and are stored; before the token they replace the directory's value in the token. Absent claims stay as they
 * are; an empty text empties a text attribute.
 *
 * @throws {TypeError} where a claim has a name that an answer cannot set, such as `email` or `action`
 */
export function continueWith(claims: ReturnedClaims = {}): ContinueAnswer {
  for (const name of Object.keys(claims)) {
    if (reserved.test(name)) throw new TypeError(`An API connector cannot set '${name}'.`);
  }
  return { action: "Continue", claims };
}

/** End the sign-up with a page that shows this text (plain text, at most 2,000 characters). Nothing is created. */
export function block(userMessage: string): BlockAnswer {
  return { action: "ShowBlockPage", userMessage: required(userMessage) };
}

/** Before creating the user only: show this text at the form and let the person correct what was typed. */
export function validationError(userMessage: string): ValidationErrorAnswer {
  return { action: "ValidationError", userMessage: required(userMessage) };
}

export interface HttpResponse {
  readonly status: 200 | 400;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string;
}

/** The HTTP response of an answer: 200, or 400 for a validation error. `version` is your API's own, for your logs. */
export function toResponse(answer: ConnectorAnswer, version = "1.0.0"): HttpResponse {
  const headers = { "content-type": "application/json; charset=utf-8" };
  switch (answer.action) {
    case "Continue": {
      const body = { ...answer.claims, version, action: "Continue" } as ContinueBody;
      return { status: 200, headers, body: JSON.stringify(body) };
    }
    case "ShowBlockPage": {
      const { action, userMessage } = answer;
      const body: ShowBlockPageBody = { version, action, userMessage };
      return { status: 200, headers, body: JSON.stringify(body) };
    }
    case "ValidationError": {
      const { action, userMessage } = answer;
      // The status stands in the body too, or the answer is not recognised everywhere.
      const body: ValidationErrorBody = { version, status: 400, action, userMessage };
      return { status: 400, headers, body: JSON.stringify(body) };
    }
  }
}

function required(userMessage: string): string {
  if (userMessage.trim() === "") throw new TypeError("userMessage must not be empty: a person reads it.");
  return userMessage;
}
