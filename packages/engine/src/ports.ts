import type { ClaimValue } from "./claims/value.ts";
import type { FederationPort, HintPort } from "./federation-port.ts";
import type { AuthenticatorPort, PhonePort } from "./second-factor-ports.ts";

export type * from "./federation-port.ts";

/** Everything outside that a journey may reach. `advance` does no I/O but through these. */
export interface Ports {
  /** Display name of the tenant, for mails. */
  readonly organisation: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly directory: DirectoryPort;
  readonly http: HttpPort;
  readonly keys: KeyPort;
  readonly requestSigner: RequestSigner;
  readonly verification: VerificationPort;
  readonly phone: PhonePort;
  readonly authenticators: AuthenticatorPort;
  readonly federation: FederationPort;
  readonly hints: HintPort;
  readonly tokens: TokenPort;
  readonly telemetry: TelemetryPort;
  /** Receives every outbound call when it ended, for the audit log and the call inspector. */
  readonly calls: CallRecorder;
  readonly notifications: NotificationPort;
}

/** What a policy wants to be counted. It takes and forgets: nothing that happens to an event comes back to the journey. */
export interface TelemetryPort {
  event(event: TelemetryEvent): void;
}

export interface TelemetryEvent {
  readonly name: string;
  /** Texts without secrets. */
  readonly properties: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly tenantId: string;
  readonly policyId: string;
  readonly correlationId: string;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

export interface Random {
  uuid(): string;
  /** Base64url of that many random bytes. */
  token(bytes: number): string;
  /** A uniformly random integer, 0 ≤ n < `below`. */
  integer(below: number): number;
}

// Directory ---------------------------------------------------------------------------------------------------------

export interface AccountIdentity {
  /** `emailAddress`, `userName`, `phoneNumber`, `federated`, `userPrincipalName` or a custom local type. */
  readonly signInType: string;
  readonly issuer: string;
  readonly issuerAssignedId: string;
}

/** Attribute name as technical-profiles.md 4.3 spells it (`displayName`, `extension_<32 hex>_Name`, …) → value. */
export type AttributeValues = Readonly<Record<string, ClaimValue>>;

export interface Account {
  readonly objectId: string;
  readonly identities: readonly AccountIdentity[];
  readonly accountEnabled: boolean;
  readonly attributes: AttributeValues;
}

export type AccountKey =
  | { readonly kind: "objectId"; readonly value: string }
  /** Any local sign-in name when `signInType` is absent. Local values compare without regard to case. */
  | { readonly kind: "signInName"; readonly signInType?: string; readonly value: string }
  | { readonly kind: "federated"; readonly issuer: string; readonly issuerAssignedId: string }
  | { readonly kind: "userPrincipalName"; readonly value: string }
  /** Exact value of an attribute, for reads only. */
  | { readonly kind: "attribute"; readonly name: string; readonly value: ClaimValue };

export interface NewAccount {
  readonly identities: readonly AccountIdentity[];
  readonly attributes: AttributeValues;
  /** Plain text; hashed by the directory, never stored or logged as it is. */
  readonly password?: string;
  readonly passwordPolicies?: string;
  readonly forceChangePasswordNextSignIn?: boolean;
  readonly accountEnabled?: boolean;
}

export interface AccountChange {
  /** A null clears the attribute. */
  readonly attributes?: Readonly<Record<string, ClaimValue | null>>;
  readonly identities?: readonly AccountIdentity[];
  readonly password?: string;
  readonly passwordPolicies?: string;
  readonly forceChangePasswordNextSignIn?: boolean;
  readonly accountEnabled?: boolean;
}

export type CreateResult =
  | { readonly kind: "created"; readonly account: Account }
  /** Another account holds one of the identities. */
  | { readonly kind: "alreadyExists" }
  | { readonly kind: "passwordRefused"; readonly reason: string }
  | AttributeRefused
  | { readonly kind: "throttled" };

/** An attribute or identity that the directory does not take: unknown, read-only, of a wrong type or too long. */
export interface AttributeRefused {
  readonly kind: "attributeRefused";
  readonly attribute: string;
  /** One sentence without the value. */
  readonly reason: string;
}

export type ChangeResult =
  | { readonly kind: "changed"; readonly account: Account }
  | { readonly kind: "notFound" }
  | { readonly kind: "alreadyExists" }
  | { readonly kind: "passwordRefused"; readonly reason: string }
  | AttributeRefused
  | { readonly kind: "throttled" };

export type PasswordCheck =
  | { readonly kind: "ok"; readonly account: Account }
  /** The password is right, but it expired or must be changed. */
  | { readonly kind: "passwordExpired"; readonly account: Account }
  | {
      readonly kind: "unknownAccount" | "wrongPassword" | "oldPassword" | "disabled" | "locked" | "throttled";
    };

/** The accounts of one tenant. An instance is bound to its tenant: no call can name another. */
export interface DirectoryPort {
  find(key: AccountKey): Promise<Account | undefined>;
  /**
   * Creates the account, exactly once for one `journeyKey`: where a crash came between the write and its answer, the
   * repeated call replaces the contents of the journey's own account (same object id) instead of finding it taken.
   */
  create(account: NewAccount, journeyKey: string): Promise<CreateResult>;
  change(objectId: string, change: AccountChange): Promise<ChangeResult>;
  remove(objectId: string): Promise<boolean>;
  /**
   * Checks a password with smart lockout (user-flows.md 13) in the same time for known and unknown names.
   * `signInTypes` restricts which local identities count; absent = all, and the user principal name.
   */
  checkPassword(
    signInName: string,
    password: string,
    options?: { readonly signInTypes?: readonly string[] },
  ): Promise<PasswordCheck>;
  /** Application id of `b2c-extensions-app`: 32 lower-case hex digits without hyphens. */
  readonly extensionsAppId: string;
  /** Issuer of local identities, for example `contoso.onmicrosoft.com`. */
  readonly defaultDomain: string;
}

// Outbound HTTP -----------------------------------------------------------------------------------------------------

export interface HttpCall {
  readonly method: "GET" | "POST";
  readonly url: string;
  /**
   * What circuit and places stand for, without query and with placeholders where people's values stand in `url`. Absent =
   * origin and path of `url`.
   */
  readonly endpoint?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly clientCertificate?: ClientCertificate;
  /** Milliseconds for one try, from connecting to the last byte of the body. */
  readonly timeout: number;
  /** How often it is tried where no HTTP answer came; at least 1. */
  readonly tries: number;
  readonly maxResponseBytes: number;
  /** Absent = as in B2C: no pause, no status is tried again, no bound over all tries, the client's own breaker. */
  readonly rules?: CallRules;
}

/** How tries follow each other and what protects the API and its neighbours. Times are milliseconds. */
export interface CallRules {
  /** The whole call: all tries, the pauses between them and the wait for a free place; 0 = no bound of its own. */
  readonly deadline: number;
  /** Statuses that are tried again beside what got no HTTP answer. */
  readonly retryStatuses: readonly number[];
  /** The pause before the second try; it doubles from try to try up to `longestPause`, less a random part of at most half. */
  readonly pause: number;
  readonly longestPause: number;
  /** `Retry-After` is kept up to here; an API that asks for more is not tried again. 0 = not read. */
  readonly longestRetryAfter: number;
  /** Calls without an HTTP answer, one after the other within the window, that open the circuit; 0 = never. */
  readonly breakerFailures: number;
  readonly breakerWindow: number;
  /** How long the open circuit sends nothing, until one call is let through to see. */
  readonly breakerPause: number;
  /** Calls to one address under way at the same time; more of them wait, and as many again may. */
  readonly concurrentCalls: number;
}

export interface ClientCertificate {
  /** PEM texts. */
  readonly certificate: string;
  readonly privateKey: string;
}

export type TransportFailure =
  | "timeout"
  | "dns"
  | "connect"
  | "tls"
  | "reset"
  | "refusedAddress"
  | "tooLarge"
  | "circuitOpen"
  /** Too many calls to the address were under way already. */
  | "busy";

/**
 * Where the time of one try went, in milliseconds. Absent = it did not come to that; `dns`, `connect` and `tls` are also
 * absent where an open connection was used again.
 */
export interface HttpTimings {
  readonly dns?: number;
  readonly connect?: number;
  readonly tls?: number;
  /** From the request on the wire to the answer's first byte. */
  readonly firstByte?: number;
  /** From the first byte to the last. */
  readonly body?: number;
}

export interface HttpAttempt {
  /** Milliseconds that were waited before this try; absent = none. */
  readonly pause?: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly timings?: HttpTimings;
  readonly status?: number;
  readonly failure?: TransportFailure;
}

export type HttpResult =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      readonly attempts: readonly HttpAttempt[];
    }
  | {
      readonly kind: "failure";
      readonly failure: TransportFailure;
      /** For the operator; holds no query string and no secret. */
      readonly detail: string;
      readonly attempts: readonly HttpAttempt[];
    };

/** The guarded HTTP client. It never throws for anything that the other side does, and follows no redirect. */
export interface HttpPort {
  send(call: HttpCall): Promise<HttpResult>;
  /** True where the server runs in development mode: plain http and anonymous calls are then allowed. */
  readonly development?: boolean;
}

export type ClaimVerdict =
  | {
      readonly name: string;
      readonly verdict: "used";
      readonly claim: string;
      readonly value: ClaimValue | null;
      /** Of an API connector's answer. Absent = a later step of the policy may use it. */
      readonly effect?: ClaimEffect;
    }
  | {
      readonly name: string;
      readonly verdict: "ignored";
      readonly reason: string;
      readonly nearest?: string;
    };

/**
 * Where a claim that an API connector returned ends: it fills in the form, is stored, or is in the token of this sign-in
 * alone.
 */
export type ClaimEffect = "prefill" | "stored" | "storedAndToken" | "tokenOnly";

/** One call of a REST API by a journey, already redacted: it holds no credential and no password. */
export interface CallRecord {
  readonly id: string;
  readonly correlationId: string;
  readonly at: number;
  readonly policyId: string;
  /** Order number of the orchestration step. */
  readonly step: number;
  readonly technicalProfile: string;
  /** `PostFederationSignup`, `PostAttributeCollection`, `PreTokenIssuance`; absent for RESTful profiles. */
  readonly connectorStep?: string;
  readonly connectorId?: string;
  readonly request: {
    readonly method: string;
    /** Without query string and user info. */
    readonly url: string;
    /** The same as the profile writes it, with its placeholders; absent where nothing was put into the path. */
    readonly template?: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  readonly response?: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  readonly failure?: { readonly kind: TransportFailure | "credentials" | "answer"; readonly detail: string };
  readonly attempts: readonly HttpAttempt[];
  /** Milliseconds over all attempts. */
  readonly duration: number;
  /** What the journey made of it: `continue`, `page`, `block`, `fail`; `queued` = it goes out later. */
  readonly decision: string;
  readonly verdicts: readonly ClaimVerdict[];
  readonly warnings: readonly string[];
}

/** Something that an API is told later. Plain JSON without credentials: those of the day of its delivery are used. */
export interface Notification {
  /** Follows from its content and its journey; sent as `Idempotency-Key`. */
  readonly id: string;
  readonly policyId: string;
  readonly technicalProfile: string;
  readonly connectorId?: string;
  readonly correlationId: string;
  /** Order number of the orchestration step. */
  readonly step: number;
  /** Where the browser reached the server. */
  readonly origin: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly request: {
    readonly method: "GET" | "POST";
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  };
}

/** The durable outbox of one tenant. */
export interface NotificationPort {
  /** Resolves when the notification outlives a crash; one with the same id is kept once. */
  add(notification: Notification): Promise<void>;
}

export interface CallRecorder {
  /** A call begins, before anything of it is sent. Absent = nobody traces calls. */
  begin?(
    call: Pick<
      CallRecord,
      "at" | "correlationId" | "policyId" | "step" | "technicalProfile" | "connectorStep" | "connectorId"
    >,
  ): CallTrace;
  record(call: CallRecord): Promise<void>;
}

/** One call as whoever traces this process sees it. */
export interface CallTrace {
  /** What names the call to the API: a header of W3C Trace Context, level 1. Absent = there is no trace. */
  readonly traceparent?: string;
  /** Sends the request as a part of the trace. */
  run<T>(work: () => Promise<T>): Promise<T>;
  end(call: CallRecord): void;
}

// Keys, codes ---------------------------------------------------------------------------------------------------------

export interface StoredCertificate extends ClientCertificate {
  /** Unix seconds. */
  readonly uploaded: number;
  readonly notBefore: number;
  readonly notAfter: number;
  /** SHA-1 in upper-case hex. */
  readonly thumbprint: string;
}

/** The policy keys of one tenant, by the storage reference id that a technical profile names. */
export interface KeyPort {
  secret(storageReferenceId: string): Promise<string | undefined>;
  certificates(storageReferenceId: string): Promise<readonly StoredCertificate[]>;
}

/** Signs requests to APIs, which verify them with the keys that the tenant publishes. */
export interface RequestSigner {
  /**
   * A compact JWS of the type `vestibule-request+jwt` with these claims and `iss`, signed with the key that signs the
   * policy's tokens. `origin` is where the browser reached the server: issuers follow it.
   */
  sign(
    at: { readonly policyId: string; readonly origin: string },
    claims: Readonly<Record<string, unknown>>,
  ): Promise<string>;
}

export type SendCodeResult = { readonly kind: "sent" } | { readonly kind: "throttled" | "failed" };
export type CheckCodeResult =
  | { readonly kind: "verified" }
  | { readonly kind: "wrong" | "tooManyTries" | "expired" };

/** One-time codes by e-mail: 6 digits, 10 minutes, 5 tries, 5 sends an address in 10 minutes and 20 in 5 hours; a new code voids the old. */
export interface VerificationPort {
  /** `scope` binds the code to one journey and claim: no other can redeem it. */
  sendCode(scope: string, address: string, mail: VerificationMail): Promise<SendCodeResult>;
  checkCode(scope: string, address: string, code: string): Promise<CheckCodeResult>;
  /**
   * Counts a code that a policy makes and delivers itself; false = the identifier had its share over all journeys, 100 in
   * 5 hours, so that beginning anew gives nobody endless guesses.
   */
  allowsOwnCode(identifier: string): Promise<boolean>;
}

export interface VerificationMail {
  readonly language: string;
  readonly organisation: string;
}

// Presented tokens ----------------------------------------------------------------------------------------------------

/** Tokens of this tenant that somebody presents again. */
export interface TokenPort {
  /** The claims of a token that this tenant signed; undefined for any other. Only the signature is checked. */
  verify(token: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** True where the tenant has an application with this client id. */
  isApplication(clientId: string): boolean;
}
