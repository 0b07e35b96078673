import type { CheckCodeResult } from "./ports.ts";

/** Binds what is sent to one journey and one purpose in it: no other journey can redeem it. */
export interface PhoneScope {
  /** Transaction id of the journey; what one journey may send is limited by it. */
  readonly journey: string;
  /** Technical profile or kind of profile, for example `PhoneFactor-InputOrVerify`. */
  readonly purpose: string;
}

export interface PhoneMessage {
  /** Language tag of the person, for example `de` or `en-US`. */
  readonly language: string;
  /** Whom the message speaks for. */
  readonly organisation: string;
  /** Address and tenant under which the browser reached us: where a call is confirmed. */
  readonly origin: string;
  readonly tenantSegment: string;
}

/**
 * - `unreachable`: the supplier says that this number cannot be reached
 * - `failed`: the supplier did not answer, or refused us
 */
export type SendToPhoneResult =
  | { readonly kind: "sent" }
  | { readonly kind: "throttled" | "unreachable" | "failed" };

/**
 * Texts and calls to phones. A code has 6 digits, lives 10 minutes and can be tried 5 times; a new one voids the old, and
 * comes 30 seconds after it at the earliest. A number gets 5 texts in 10 minutes and 20 in 5 hours, and as many calls; a
 * journey 15 in all. Numbers are E.164.
 */
export interface PhonePort {
  sendCode(scope: PhoneScope, number: string, message: PhoneMessage): Promise<SendToPhoneResult>;
  checkCode(scope: PhoneScope, number: string, code: string): Promise<CheckCodeResult>;
  /** Calls the number; whoever answers is asked to press `#`. A new call voids the old. */
  call(scope: PhoneScope, number: string, message: PhoneMessage): Promise<SendToPhoneResult>;
  /** What became of the call. `confirmed` is told once. A call that nobody confirmed in 3 minutes has failed. */
  callAnswer(scope: PhoneScope, number: string): Promise<"confirmed" | "pending" | "failed">;
}

export interface AuthenticatorUser {
  readonly objectId: string;
  readonly userPrincipalName: string;
  /**
   * When the journey began, in milliseconds since 1970. Whoever learned then that there is no app must not enrol one
   * beside what the account got since: the app would be a stranger's.
   */
  readonly journeyBegan?: number;
}

/**
 * - `tooManyTries`: five wrong codes in this journey; `throttled`: too many for this account, over all journeys
 * - `notBegun`: this journey began no check, or began it for another account, or too long ago
 */
export type AuthenticatorCheck =
  | { readonly kind: "verified"; readonly enrolled: boolean }
  | { readonly kind: "wrong" | "tooManyTries" | "throttled" | "notBegun" };

/**
 * Authenticator apps: time-based one-time passwords (RFC 6238, SHA-1, 6 digits, 30 seconds, one step early or late). A
 * step that was accepted is not accepted again. Secrets are kept with the account and never come out.
 */
export interface AuthenticatorPort {
  /** How many apps the account has enrolled. */
  devices(userPrincipalName: string): Promise<number>;
  /**
   * Begins the check of this journey, in the place of an earlier one. With a `secret` (base32) a right code enrols it.
   * `refused`: the secret is none, or the account has too many apps, or got one since the journey began; `noDevice`: there is nothing to check against.
   */
  begin(
    journey: string,
    user: AuthenticatorUser,
    secret: string | undefined,
  ): Promise<"begun" | "refused" | "noDevice">;
  /** `objectId` = whom the journey is about now; another one than at `begin` gives `notBegun`. */
  verify(journey: string, objectId: string | undefined, code: string): Promise<AuthenticatorCheck>;
}
