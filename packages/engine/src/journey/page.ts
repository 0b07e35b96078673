import type { DisplayControlType } from "@vestibule/policy";

/** A page as the engine describes it: everything that is on it, nothing of how it looks. */
export interface PageModel {
  readonly api: "CombinedSigninAndSignup" | "SelfAsserted" | "IdpSelections" | "Phonefactor";
  /** Number of the page within its journey; part of the CSRF token (pages.md 1.4). */
  readonly step: number;
  readonly contentDefinition: PageContentDefinition;
  /** Technical profile behind the form; absent on a pure selection page. */
  readonly technicalProfile?: string;
  readonly language: { readonly lang: string; readonly country?: string };
  /** String id → text in the page's language (UxElement and ErrorMessage strings). */
  readonly content: Readonly<Record<string, string>>;
  /** Sentences at a field by our ids, parameters open: what the page's script says as the server would. */
  readonly fieldTexts: Readonly<Record<string, string>>;
  /** `setting.X` metadata as `X`, of the page and of the technical profile. */
  readonly config: Readonly<Record<string, string>>;
  /** All fields in page order, those inside display controls included. */
  readonly fields: readonly PageField[];
  readonly controls: readonly PageControl[];
  readonly providers: readonly PageProvider[];
  /** On a page that proves a phone. */
  readonly phone?: PagePhone;
  /** The exchange behind the sign-up link, where the link is shown. */
  readonly signUpLink: boolean;
  readonly forgotPasswordLink: boolean;
  readonly keepMeSignedInBox: boolean;
  readonly scriptsAllowed: boolean;
  /** No way forward from here (block page). */
  readonly terminal: boolean;
  /** The last refused submission, for a page that is rendered again without JavaScript. */
  readonly problem?: PageProblem;
}

export interface PageContentDefinition {
  readonly id: string;
  /** `~/tenant/…` or an absolute URL; resolvers are expanded, parameters appended. */
  readonly loadUri: string;
  readonly contract: string;
  readonly version: string;
}

export interface PageField {
  /** Claim type id: element id and name of the posted field. */
  readonly id: string;
  readonly userInputType: string;
  readonly displayName: string;
  readonly helpText: string;
  readonly value?: string;
  readonly required: boolean;
  readonly readOnly: boolean;
  readonly dataType: string;
  readonly maxLength?: number;
  readonly pattern?: { readonly regularExpression: string; readonly helpText?: string };
  readonly options: readonly { readonly value: string; readonly text: string; readonly selected: boolean }[];
  readonly predicates?: PagePredicates;
  /** The address must be proved with a code; where the proof stands. */
  readonly verification?: { readonly state: "initial" | "sent" | "verified"; readonly address?: string };
  /** The display control that the field stands in. */
  readonly control?: {
    readonly id: string;
    /** `ControlClaimType`: `VerificationCode`, `Email`, `QrCodeContent`, … */
    readonly claimType?: string;
    /** It takes the code of the control's proof. */
    readonly code: boolean;
  };
}

/** A part of a page that talks to the server by itself (pages.md 1.8, 3.5). */
export interface PageControl {
  readonly id: string;
  readonly type: DisplayControlType;
  /** Index in the page's fields before which the control stands; its own fields follow from there. */
  readonly position: number;
  readonly displayName: string;
  /** String id → text in the page's language (`DisplayControl` strings). */
  readonly content: Readonly<Record<string, string>>;
  /** Where the proof stands, for a control that the page cannot be left before; ids of its two actions. */
  readonly proof?: {
    readonly state: "initial" | "sent" | "verified";
    readonly begin: string;
    readonly complete: string;
  };
  /** Why its last action was refused. */
  readonly problem?: PageProblem;
}

export interface PagePredicates {
  readonly groups: readonly {
    readonly helpText: string;
    readonly matchAtLeast: number;
    /** Matching is the failure. */
    readonly reject: boolean;
    readonly predicates: readonly PagePredicate[];
  }[];
}

export interface PagePredicate {
  readonly method: "IncludesCharacters" | "MatchesRegex" | "IsLengthRange" | "IsDateRange";
  readonly parameters: Readonly<Record<string, string>>;
  readonly helpText: string;
}

export interface PageProvider {
  readonly id: string;
  readonly description: string;
  readonly displayType: "Button" | "TextLink" | "SignUpLink";
  /** Id of the identity provider's technical profile, by which a mark (logo) is found. */
  readonly technicalProfile: string;
}

export interface PagePhone {
  /** Numbers on file; empty = the person types one. */
  readonly numbers: readonly { readonly id: number; readonly masked: string }[];
  /** Which ways are offered. */
  readonly mode: "sms" | "phone" | "mixed";
  /** `choose`: nothing was sent; `code`: a text was sent; `call`: the phone rings. */
  readonly stage: "choose" | "code" | "call";
  /** Masked number that the text or call went to. */
  readonly sentTo?: string;
  /** The number on file that it went to. */
  readonly sentToId?: number;
  /** For a typed number: countries in the page's order. */
  readonly countries: readonly PageCountry[];
  readonly countryPlaceholder: string;
  /** What was typed before the page was shown again. */
  readonly typed: { readonly callingCode?: string; readonly number?: string };
}

export interface PageCountry {
  /** ISO 3166, two letters. */
  readonly iso: string;
  readonly name: string;
  /** `+44`. */
  readonly callingCode: string;
}

export interface PageProblem {
  readonly message: string;
  readonly errorCode?: string;
  /** Claim type id → sentence. */
  readonly fields: Readonly<Record<string, string>>;
}
