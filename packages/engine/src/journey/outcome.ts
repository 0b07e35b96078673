import type { ClaimsBag, ClaimValue } from "../claims/value.ts";
import type { PageModel, PageProblem } from "./page.ts";
import type { SessionUpdate } from "./session.ts";

/** What the server must do next for the browser, or for the caller of the token endpoint. */
export type Outcome =
  | { readonly kind: "page"; readonly page: PageModel }
  /** Answer of a form post or of a display control's action (pages.md 1.6, 1.8): `{"status":"200"}` or `{"status":"400",…}`. */
  | { readonly kind: "accepted" }
  | { readonly kind: "refused"; readonly problem: PageProblem }
  /** Answer of a classic e-mail verification (pages.md 1.7): 0 ok, 1 server, 2 throttled, 3 wrong, 4 too many, 5 expired, 6 bad address. */
  | { readonly kind: "verification"; readonly result: 0 | 1 | 2 | 3 | 4 | 5 | 6 }
  /** Answer of a phone factor (pages.md 1.10): ok, expired, throttled, unreachable, wrong or not answered yet. */
  | { readonly kind: "phone"; readonly status: 200 | 400 | 429 | 448 | 449 }
  /** A control or action that the current page does not have (pages.md 1.8). */
  | { readonly kind: "notOnPage" }
  | { readonly kind: "redirect"; readonly url: string }
  | IssuedOutcome
  /** Answer of a JSON issuer, for the caller of the UserInfo endpoint. */
  | { readonly kind: "document"; readonly body: Readonly<Record<string, JsonClaim>> }
  /** An error for the application (journeys.md 13). */
  | RelyingPartyError
  /** An error that must not leave the server: the error page. */
  | { readonly kind: "errorPage"; readonly code: string; readonly message: string };

export interface RelyingPartyError {
  readonly kind: "relyingPartyError";
  readonly error: string;
  /** `AADB2C90091` and so on. */
  readonly code: string;
  readonly message: string;
}

export interface IssuedOutcome {
  readonly kind: "issued";
  readonly issuer: TokenIssuer;
  /** Name in the token → JSON value, typed as protocol.md 6.4 says. */
  readonly claims: Readonly<Record<string, JsonClaim>>;
  readonly subject: string;
  /** Absent where the journey has no account (a policy that only transforms claims). */
  readonly objectId?: string;
  /** Unix seconds of the last time that credentials were given. */
  readonly authTime: number;
  /** Claims of the bag, password-like ones left out: kept with the grant for the refresh journey. */
  readonly grantClaims: ClaimsBag;
  /** Absent for journeys of the token endpoint. */
  readonly session?: SessionUpdate;
}

export type JsonClaim =
  | string
  | number
  | boolean
  | readonly JsonClaim[]
  | { readonly [name: string]: JsonClaim }
  | ClaimValue;

/** The JWT issuer's metadata (technical-profiles.md 17), typed. Times in seconds. */
export interface TokenIssuer {
  readonly technicalProfile: string;
  /** Storage reference of the signing key container; absent = the tenant's default. */
  readonly signingKeyContainer?: string;
  readonly accessTokenLifetime: number;
  readonly idTokenLifetime: number;
  readonly refreshTokenLifetime: number;
  readonly rollingRefreshTokenLifetime: number;
  readonly allowInfiniteRollingRefreshToken: boolean;
  readonly issuanceClaimPattern: "AuthorityAndTenantGuid" | "AuthorityWithTfp";
  /** True = `acr` names the policy. */
  readonly acr: boolean;
  readonly jsonNumbers: boolean;
}
