import type {
  AuthenticatorPort,
  CallRecord,
  DirectoryPort,
  JourneyState,
  Notification,
  PhonePort,
  SsoSession,
  TraceEntry,
  VerificationPort,
} from "@vestibule/engine";
import type { Tenant } from "../tenant/tenant.ts";

/**
 * The durable store: one schema, one set of queries, on SQLite or PostgreSQL. Every method that concerns a tenant takes
 * its id, and no row is found without it.
 */
export interface Store {
  readonly journeys: JourneyStore;
  readonly sessions: SessionStore;
  readonly grants: GrantStore;
  readonly signingKeys: SigningKeyStore;
  readonly policyKeys: PolicyKeyStore;
  readonly outbox: OutboxStore;
  readonly notifications: NotificationStore;
  readonly observations: ObservationStore;
  /** The accounts of one tenant. */
  directory(tenant: Tenant): DirectoryPort & DirectoryAdministration;
  /** Codes by e-mail; `deliver` sends the mail. */
  verification(tenant: Tenant, deliver: (message: OutgoingMessage) => Promise<void>): VerificationPort;
  /** Texts and calls to phones; `delivery` makes them. */
  phone(tenant: Tenant, delivery: PhoneDelivery): PhonePort;
  /** Authenticator apps of the accounts. */
  authenticators(tenant: Tenant): AuthenticatorPort;
  /** What became of a call, told with its token by whoever made it; false where no call waits for it. */
  settleCall(tenantId: string, token: string, state: "confirmed" | "failed"): Promise<boolean>;
  /** True when the database answers. */
  healthy(): Promise<boolean>;
  /** Removes what has expired: journeys, codes, sessions, grants, observations. */
  sweep(now: number): Promise<void>;
  close(): Promise<void>;
}

// Journeys ----------------------------------------------------------------------------------------------------------

export interface StoredJourney {
  readonly state: JourneyState;
  /** Counts saves; compare-and-set goes by it. */
  readonly revision: number;
  /** The last answer of a form post and what it answered, so that a repeated post gets the same one. */
  readonly lastReply?: StoredReply;
  /** The final response, kept while its code is unredeemed (pages.md 1.11). */
  readonly final?: FinalResponse;
}

export interface StoredReply {
  readonly fingerprint: string;
  /** Milliseconds since 1970, when the answer was ready. */
  readonly finishedAt: number;
  readonly body: string;
}

export interface FinalResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Hash of the code that it carries. */
  readonly codeHash?: string;
}

export interface JourneyStore {
  insert(tenantId: string, journey: StoredJourney): Promise<void>;
  load(tenantId: string, id: string): Promise<StoredJourney | undefined>;
  /** False when somebody else saved in between. `journey.revision` is the revision that was loaded. */
  save(tenantId: string, journey: StoredJourney): Promise<boolean>;
  remove(tenantId: string, id: string): Promise<void>;
  /** Runs `work` while no other request, on this machine or another, works on this journey. */
  exclusively<T>(tenantId: string, id: string, work: () => Promise<T>): Promise<T>;
}

// Sessions ----------------------------------------------------------------------------------------------------------

export interface StoredSession {
  readonly session: SsoSession;
  readonly scope: "Tenant" | "Application" | "Policy";
  /** Unix seconds. */
  readonly expires: number;
  readonly persistent: boolean;
}

/** Sessions are found by the hash of their handle; the handle itself is only in the browser. */
export interface SessionStore {
  put(tenantId: string, handle: string, session: StoredSession): Promise<void>;
  find(tenantId: string, handle: string, now: number): Promise<StoredSession | undefined>;
  remove(tenantId: string, handle: string): Promise<void>;
  /** Ends every session of an account (password change, deletion). */
  removeOf(tenantId: string, objectId: string): Promise<void>;
}

// Grants: authorization codes and refresh tokens ------------------------------------------------------------------------

/** What an authorization code or refresh token stands for. Plain JSON. */
export interface Grant {
  readonly clientId: string;
  readonly policyId: string;
  readonly redirectUri: string;
  readonly redirectUriType: "web" | "spa" | "native";
  readonly scope: readonly string[];
  readonly nonce?: string;
  readonly codeChallenge?: { readonly value: string; readonly method: "S256" | "plain" };
  readonly subject: string;
  readonly objectId?: string;
  /** Unix seconds. */
  readonly authTime: number;
  /** Token claims as issued. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Claims of the bag that the refresh journey may restore. */
  readonly grantClaims: Readonly<Record<string, unknown>>;
  readonly issuer: Readonly<Record<string, unknown>>;
  readonly clientInfo: boolean;
  /** Unix seconds of the first interactive issue. */
  readonly familyIssued: number;
  readonly culture: string;
  /** True where it came from an address without `v2.0`: AADB2C90087 elsewhere. */
  readonly versionless?: boolean;
}

export type CodeRedemption =
  | { readonly kind: "redeemed"; readonly grant: Grant; readonly family: string; readonly issued: number }
  /** The code was used before: its family is revoked now. */
  | { readonly kind: "replayed" }
  | { readonly kind: "expired"; readonly issued: number; readonly expires: number }
  | { readonly kind: "unknown" };

export type RefreshRedemption =
  | {
      readonly kind: "redeemed";
      readonly grant: Grant;
      readonly family: string;
      readonly issued: number;
      readonly expires: number;
    }
  | {
      readonly kind: "reused";
      readonly rotatedAt: number;
      readonly grant: Grant;
      readonly family: string;
      readonly issued: number;
      readonly expires: number;
    }
  | { readonly kind: "revoked" }
  | { readonly kind: "expired"; readonly issued: number; readonly expires: number }
  | { readonly kind: "unknown" };

/** Codes and refresh tokens are stored by hash. Times are Unix seconds. */
export interface GrantStore {
  putCode(
    tenantId: string,
    code: string,
    grant: Grant,
    family: string,
    issued: number,
    expires: number,
  ): Promise<void>;
  /** Looks at a code without using it up. */
  peekCode(tenantId: string, code: string): Promise<Grant | undefined>;
  /** True while the code can still be redeemed. */
  codeIsLive(tenantId: string, code: string, now: number): Promise<boolean>;
  /**
   * Consumes the code: of any number of concurrent calls exactly one is `redeemed`. `peeked` is what `peekCode` returned
   * for this code; it spares a second opening.
   */
  redeemCode(tenantId: string, code: string, now: number, peeked?: Grant): Promise<CodeRedemption>;
  putRefreshToken(
    tenantId: string,
    token: string,
    grant: Grant,
    family: string,
    issued: number,
    expires: number,
  ): Promise<void>;
  peekRefreshToken(tenantId: string, token: string): Promise<Grant | undefined>;
  /** Marks the token as rotated when `rotate`; a second use within or after the grace period is `reused`. */
  redeemRefreshToken(
    tenantId: string,
    token: string,
    now: number,
    rotate: boolean,
  ): Promise<RefreshRedemption>;
  revokeFamily(tenantId: string, family: string): Promise<void>;
}

// Keys --------------------------------------------------------------------------------------------------------------

export interface StoredSigningKey {
  readonly kid: string;
  /** PKCS#8 PEM; encrypted under the master key at rest. */
  readonly privateKeyPem: string;
  /** Unix seconds. */
  readonly notBefore: number;
  readonly expires?: number;
}

export interface SigningKeyStore {
  /** Names of the tenant's containers that have keys, in lower case. */
  containers(tenantId: string): Promise<readonly string[]>;
  /** Oldest first. */
  list(tenantId: string, container: string): Promise<readonly StoredSigningKey[]>;
  /** Adds the key unless the container gained its first key in the meantime; returns the container's keys. */
  addFirst(tenantId: string, container: string, key: StoredSigningKey): Promise<readonly StoredSigningKey[]>;
  add(tenantId: string, container: string, key: StoredSigningKey): Promise<void>;
}

/** A secret text, or a certificate with its private key (JSON of `ClientCertificate`); sealed at rest. */
export interface StoredPolicyKey {
  readonly id: string;
  readonly kind: "secret" | "certificate";
  readonly value: string;
  /** Unix seconds. */
  readonly uploaded: number;
}

/** Policy keys by container (storage reference id), oldest first. */
export interface PolicyKeyStore {
  list(tenantId: string, container: string): Promise<readonly StoredPolicyKey[]>;
  /** Names of the tenant's containers, in lower case. */
  containers(tenantId: string): Promise<readonly string[]>;
  add(tenantId: string, container: string, key: StoredPolicyKey): Promise<void>;
  /** Removes one key, or without `id` all; returns how many. */
  remove(tenantId: string, container: string, id?: string): Promise<number>;
}

// Messages, observations -------------------------------------------------------------------------------------------------

export interface OutgoingMessage {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The one-time code in it: shown by the development outbox so that scripts need not parse the text. */
  readonly code?: string;
}

export interface OutgoingText {
  /** E.164. */
  readonly to: string;
  readonly text: string;
  readonly code: string;
  /** Language tag of the person. */
  readonly language: string;
}

export interface OutgoingCall {
  /** E.164. */
  readonly to: string;
  /** What is read out. */
  readonly text: string;
  readonly language: string;
  /** Whoever makes the call says there what became of it. The address is a secret. */
  readonly confirm: string;
}

/** Rejects with `PhoneNotReached`. */
export interface PhoneDelivery {
  text(message: OutgoingText): Promise<void>;
  call(message: OutgoingCall): Promise<void>;
}

export interface OutboxEntry extends OutgoingMessage {
  /** Absent = mail. */
  readonly channel?: "sms" | "call";
  /** Of a call: where it is confirmed. */
  readonly confirm?: string;
  readonly id: string;
  readonly tenantId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly delivery: "outbox" | "sent" | "failed";
}

export interface OutboxStore {
  add(entry: OutboxEntry): Promise<void>;
  /** Newest first. */
  list(tenantId: string | undefined, limit: number): Promise<readonly OutboxEntry[]>;
}

// Notifications -----------------------------------------------------------------------------------------------------

/** `dead`: it was tried as often as it may be, and waits for the operator. */
export type NotificationState = "waiting" | "dead";

export interface KeptNotification {
  readonly id: string;
  readonly state: NotificationState;
  /** Milliseconds since 1970; not before then it is tried. */
  readonly due: number;
  readonly attempts: number;
  /** Why the last try failed; empty before the first. */
  readonly problem: string;
  readonly notification: Notification;
}

/** A notification that its holder is to deliver now. */
export interface TakenNotification {
  readonly tenantId: string;
  /** Tenant, policy and technical profile. */
  readonly lane: string;
  /** Tries before this one. */
  readonly attempts: number;
  readonly notification: Notification;
}

/** The durable outbox. Leases, in milliseconds, go by the database's own clock. */
export interface NotificationStore {
  /** On disk when it resolves; one with the same id stays as it is. */
  add(tenantId: string, notification: Notification): Promise<void>;
  /** Gives those that are due, at most `perLane` of one lane, to this holder and to nobody else until the lease ends. */
  take(request: {
    readonly holder: string;
    readonly now: number;
    readonly lease: number;
    readonly limit: number;
    readonly perLane: number;
    /** Lanes that get nothing now. */
    readonly fullLanes: readonly string[];
  }): Promise<readonly TakenNotification[]>;
  /** Renews the lease; false where somebody else holds it by now. */
  hold(tenantId: string, id: string, holder: string, lease: number): Promise<boolean>;
  delivered(tenantId: string, id: string, holder: string): Promise<void>;
  postpone(
    tenantId: string,
    id: string,
    holder: string,
    outcome: { readonly due: number; readonly attempts: number; readonly problem: string },
  ): Promise<void>;
  bury(
    tenantId: string,
    id: string,
    holder: string,
    outcome: { readonly attempts: number; readonly problem: string },
  ): Promise<void>;
  /** Gives back everything that this holder has. */
  release(holder: string): Promise<void>;
  /** Newest first. */
  list(tenantId: string, limit: number): Promise<readonly KeptNotification[]>;
  /** Makes one, or without `id` every dead one, due at `now` with all its tries; says how many. */
  sendAgain(tenantId: string, now: number, id?: string): Promise<number>;
  /** False where there was none. */
  remove(tenantId: string, id: string): Promise<boolean>;
}

export interface AuditEntry {
  readonly id: string;
  readonly at: number;
  readonly correlationId: string;
  /** B2C's audit category and activity (directory-and-graph.md 8). */
  readonly category: string;
  readonly activity: string;
  readonly result: "success" | "failure";
  readonly reason?: string;
  readonly policyId?: string;
  readonly clientId?: string;
  readonly objectId?: string;
  readonly details: Readonly<Record<string, string | number | boolean>>;
}

export interface JourneySummary {
  readonly id: string;
  readonly policyId: string;
  readonly clientId: string;
  readonly startedAt: number;
  readonly updatedAt: number;
  readonly status: string;
  readonly step: string;
  readonly lastText: string;
}

/** What the operator and the development console read: audit rows always, traces and calls as configured. */
export interface ObservationStore {
  addAudit(tenantId: string, entry: AuditEntry): Promise<void>;
  listAudit(tenantId: string, limit: number): Promise<readonly AuditEntry[]>;
  addTrace(tenantId: string, summary: JourneySummary, entries: readonly TraceEntry[]): Promise<void>;
  listJourneys(tenantId: string, limit: number): Promise<readonly JourneySummary[]>;
  trace(tenantId: string, journeyId: string): Promise<readonly TraceEntry[]>;
  addCall(tenantId: string, call: CallRecord): Promise<void>;
  listCalls(tenantId: string, limit: number): Promise<readonly CallRecord[]>;
  call(tenantId: string, id: string): Promise<CallRecord | undefined>;
}

export interface DirectoryAdministration {
  /** Milliseconds since 1970 before which refresh tokens of the account are void (`signInSessionsValidFromDateTime`). */
  sessionsValidFrom(objectId: string): Promise<number | undefined>;
  count(): Promise<number>;
}
