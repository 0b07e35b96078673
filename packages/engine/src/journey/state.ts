import type { ClaimsBag } from "../claims/value.ts";
import type { PageProblem } from "./page.ts";
import type { Culture, RelyingPartyRequest } from "./request.ts";
import type { SsoSession } from "./session.ts";

/**
 * Everything that a journey is between two requests. Plain JSON: any node, and the next process, can go on with it.
 * It changes only by `advance`.
 */
export interface JourneyState {
  readonly format: 1;
  /** Transaction id = correlation id, a GUID. */
  readonly id: string;
  readonly tenantId: string;
  readonly policyId: string;
  /** Version of the policy that the journey began with; it ends with it too. */
  readonly policyVersion: string;
  readonly entry: JourneyEntry;
  readonly request: RelyingPartyRequest;
  readonly culture: Culture;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly status: "created" | "suspended" | "completed" | "failed" | "ended";
  /** Innermost frame last. */
  readonly frames: readonly Frame[];
  readonly bag: ClaimsBag;
  /** Exchange that the person chose, for the next step. */
  readonly pendingExchange?: string;
  readonly waiting?: Waiting;
  /** The session as it was when the journey began. */
  readonly sessionAtStart?: SsoSession;
  /** The person was asked who they are; the session may be somebody else's. */
  readonly identityAsked?: true;
  /** A page was answered before anything of the session was used: what stands there may name somebody else. */
  readonly answeredFirst?: true;
  /** Something of the session stood in for a step. */
  readonly sessionUsed?: true;
  /** What this journey will store in the session when it ends. */
  readonly sessionWrites: SessionWrites;
  /** Verification claim id → proof, bound to the address. */
  readonly proofs: Readonly<Record<string, { readonly address: string; readonly verified: boolean }>>;
  /** One-time codes that this journey asked for; absent = none. */
  readonly codesSent?: number;
  /** What a code was made for → the code, for one-time password profiles. Nothing outside the state holds them. */
  readonly codes?: Readonly<Record<string, IssuedCode>>;
  readonly keepMeSignedIn: boolean;
  /** Identifier that was typed before a link was followed; it prefills the next page. */
  readonly hint?: string;
  /** Where a person who goes back to the last selection page continues; dropped once something irreversible ran. */
  readonly selection?: SelectionSnapshot;
  /** Pages shown so far. */
  readonly pageCount: number;
  /** For the token endpoint's journeys: the claims of the first issue, or whom an application's own token is about. */
  readonly grant?: {
    readonly claims: ClaimsBag;
    readonly issuedOn: number;
    readonly objectId?: string;
    readonly authTime: number;
  };
}

/**
 * What began the journey. Only `authorize` has a browser: the others answer a program, show nothing, and neither read nor
 * write the session (journeys.md 10.3, rule 8).
 */
export type JourneyEntry = "authorize" | "refresh" | "password" | "clientCredentials" | "userInfo";

export interface Frame {
  readonly journeyId: string;
  readonly kind: "journey" | "call";
  /** Position in the journey's list of steps, from 0. */
  readonly index: number;
}

export interface SelectionSnapshot {
  readonly frames: readonly Frame[];
  readonly bag: ClaimsBag;
  readonly sessionWrites: SessionWrites;
  readonly waiting: WaitingPage;
}

export type Waiting = WaitingPage | WaitingProvider;

export interface WaitingPage {
  readonly kind: "page";
  readonly pageNumber: number;
  /** Technical profile of the form; absent on a page of buttons only. */
  readonly technicalProfile?: string;
  /** True on a page where a provider can be chosen. */
  readonly selects: boolean;
  /** Failed submissions against validation profiles. */
  readonly retries: number;
  /** Of a phone factor: its numbers, and the text or call that is under way. */
  readonly phone?: PhoneProof;
  /** The submission that was accepted and waits for `confirmed`. */
  readonly accepted?: AcceptedSubmission;
  /** What was typed, passwords left out; kept for a page that is shown again. */
  readonly typed: Readonly<Record<string, string>>;
  readonly problem?: PageProblem;
  /** Display control id → how far it is; absent = not begun. It lives and ends with the page. */
  readonly controls?: Readonly<Record<string, ControlProgress>>;
  /** Set once the retry limit is reached: `confirmed` then ends the journey with it. */
  readonly failure?: { readonly code: string; readonly message: string };
}

export interface PhoneProof {
  /** Numbers on file, as the policy gave them; empty = the person types one. */
  readonly numbers: readonly string[];
  /** The last text or call. */
  readonly sent?: {
    readonly by: "sms" | "call";
    /** E.164. */
    readonly number: string;
    /** True where the person typed it. */
    readonly typed: boolean;
    /** The code was right or the call was confirmed: the person holds the phone. */
    readonly verified: boolean;
  };
  /** Wrong codes on this page, whichever code they were for. */
  readonly wrongCodes: number;
}

export interface IssuedCode {
  /** Absent once it is void: used, or guessed at too often. */
  readonly code?: string;
  /** Milliseconds since 1970; also the end of the time in which codes and guesses are counted. */
  readonly expires: number;
  readonly generations: number;
  readonly failures: number;
  readonly retries: number;
}

export interface ControlProgress {
  readonly state: "initial" | "sent" | "verified";
  /** The display claims for which a code was sent, by claim id: what is proved, or being proved. */
  readonly subject: ClaimsBag;
  /** The control's own claims, which nothing outside it sees. Secrets are left out. */
  readonly scope: ClaimsBag;
  /** Its output claims, once it is complete. */
  readonly output: ClaimsBag;
  readonly problem?: PageProblem;
  /** Actions that were run on this page. */
  readonly actions: number;
}

export interface AcceptedSubmission {
  /** The claims scope of the form after its validation profiles, passwords left out. */
  readonly scope: ClaimsBag;
  /** True where a validation profile wrote to the directory: such a submission is never replaced by another. */
  readonly wrote: boolean;
}

export interface WaitingProvider {
  readonly kind: "provider";
  readonly technicalProfile: string;
  readonly saved: string;
}

export interface SessionWrites {
  readonly providers: SsoSession["providers"];
  readonly lastTechnicalProfile?: string;
  readonly identityProviders: SsoSession["identityProviders"];
  /** True when credentials were given in this journey. */
  readonly fresh: boolean;
}
