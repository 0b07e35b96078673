import type { SsoSession } from "./session.ts";

/** What happened outside; the only thing that moves a journey. */
export type JourneyEvent =
  | { readonly kind: "started"; readonly session?: SsoSession; readonly presented?: Presented }
  /** A form came in. It is validated and answered, but the journey does not move before `confirmed`. */
  | { readonly kind: "submitted"; readonly fields: Readonly<Record<string, string>>; readonly step?: number }
  | { readonly kind: "confirmed"; readonly keepMeSignedIn: boolean }
  /** A provider button or link, `{ExchangeId}`. */
  | { readonly kind: "exchangeChosen"; readonly exchangeId: string; readonly hint?: string }
  | { readonly kind: "signUpChosen"; readonly hint?: string }
  | { readonly kind: "forgotPassword"; readonly hint?: string }
  | { readonly kind: "cancelled" }
  | {
      readonly kind: "verification";
      readonly claimId: string;
      readonly address: string;
      readonly action: "send" | "verify" | "change";
      readonly code?: string;
      /** What else stood in the form, passwords included; for the page that is rendered again without JavaScript. */
      readonly typed?: Readonly<Record<string, string>>;
    }
  /** Something on the page of a phone factor (pages.md 1.10). */
  | PhoneEvent
  /** A button of a display control; `fields` = what stood in the control, without JavaScript the whole form. */
  | {
      readonly kind: "controlAction";
      readonly controlId: string;
      readonly action: string;
      readonly fields: Readonly<Record<string, string>>;
    }
  /** The person wants to prove something else. */
  | {
      readonly kind: "controlReset";
      readonly controlId: string;
      readonly fields: Readonly<Record<string, string>>;
    }
  | { readonly kind: "providerReturned"; readonly parameters: Readonly<Record<string, string>> }
  /** Show the current page again. */
  | { readonly kind: "reload" };

export interface PhoneEvent {
  readonly kind: "phone";
  /** `sms` and `call` send; `check` and `poll` ask whether it was answered; `change` goes back to the numbers. */
  readonly action: "sms" | "call" | "check" | "poll" | "change";
  /** Position of a number on file, from 1. */
  readonly numberId?: string;
  /** What was typed: an international number, or a national one with the calling code (`+44`) of its country. */
  readonly number?: string;
  readonly callingCode?: string;
  readonly code?: string;
}

/** What a program presented with its request. It is never part of the journey's state, nor of its trace. */
export interface Presented {
  /** Of the resource owner password grant: `{OIDC:Username}` and `{OIDC:Password}`. */
  readonly username?: string;
  readonly password?: string;
  /** Of `Authorization: Bearer`. */
  readonly bearerToken?: string;
}
