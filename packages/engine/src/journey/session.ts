import type { ClaimsBag } from "../claims/value.ts";

/** The server-side single sign-on record of one browser (journeys.md 10). Plain JSON. */
export interface SsoSession {
  /** Unix seconds. */
  readonly created: number;
  readonly authTime: number;
  readonly subject?: string;
  /** Session-management technical profile id → what it stored. */
  readonly providers: Readonly<Record<string, SsoProviderState>>;
  /** The exchange whose technical profile was used last, and the claims provider's domain. */
  readonly lastTechnicalProfile?: string;
  readonly identityProviders: readonly {
    readonly technicalProfile: string;
    readonly endSessionEndpoint?: string;
  }[];
  readonly relyingParties: readonly { readonly clientId: string; readonly policyId: string }[];
}

export interface SsoProviderState {
  readonly claims: ClaimsBag;
  /** Technical profiles that wrote here. */
  readonly technicalProfiles: readonly string[];
}

/** What the server has to do with the browser's session when a journey ends. */
export interface SessionUpdate {
  readonly scope: "Tenant" | "Application" | "Policy" | "Suppressed";
  /** Absent where nothing is stored. */
  readonly session?: SsoSession;
  /** True = new handle (fresh credentials were given); false = the handle stays. */
  readonly fresh: boolean;
  /**
   * Somebody was let in who is not the person of the session at the beginning, or there was none: an earlier session of
   * another subject must not answer for them, also where nothing new is stored.
   */
  readonly stranger?: true;
  readonly keepMeSignedIn: boolean;
  readonly lifetime: {
    readonly seconds: number;
    readonly type: "Rolling" | "Absolute";
    readonly keepAliveInDays: number;
  };
}
