import type { Insertable, Selectable } from "kysely";

/**
 * The tables, the same on SQLite and PostgreSQL. Every table's primary key begins with the tenant. Times are in the
 * unit that the contract in store.ts names; truth values are 0 and 1; `*_key` columns hold digests, never the value.
 */
export interface Schema {
  readonly accounts: AccountTable;
  readonly account_origins: AccountOriginTable;
  readonly account_identities: AccountIdentityTable;
  readonly account_values: AccountValueTable;
  readonly extension_definitions: ExtensionDefinitionTable;
  readonly lockouts: LockoutTable;
  readonly journeys: JourneyTable;
  readonly journey_leases: JourneyLeaseTable;
  readonly sessions: SessionTable;
  readonly session_accounts: SessionAccountTable;
  readonly codes: CodeTable;
  readonly refresh_tokens: RefreshTokenTable;
  readonly revoked_families: RevokedFamilyTable;
  readonly signing_keys: SigningKeyTable;
  readonly policy_keys: PolicyKeyTable;
  readonly key_containers: KeyContainerTable;
  readonly verification_codes: VerificationCodeTable;
  readonly verification_sends: VerificationSendTable;
  readonly phone_calls: PhoneCallTable;
  readonly authenticators: AuthenticatorTable;
  readonly authenticator_checks: AuthenticatorCheckTable;
  readonly outbox: OutboxTable;
  readonly notifications: NotificationTable;
  readonly audit: ObservationTable;
  readonly calls: ObservationTable;
  readonly journey_summaries: JourneySummaryTable;
  readonly traces: TraceTable;
}

interface AccountTable {
  readonly tenant_id: string;
  readonly object_id: string;
  readonly enabled: number;
  /** JSON of `AccountIdentity[]`, the user principal name's entry left out. */
  readonly identities: string;
  readonly user_principal_name: string;
  /** JSON of attribute name → value. */
  readonly attributes: string;
  /** Milliseconds. */
  readonly created: number;
  readonly sessions_valid_from: number;
  readonly password_hash: string | null;
  readonly previous_password_hash: string | null;
  readonly password_changed: number | null;
  readonly must_change_password: number;
  readonly revision: number;
}
export type AccountRow = Selectable<AccountTable>;

interface AccountOriginTable {
  readonly tenant_id: string;
  readonly origin_key: string;
  readonly object_id: string;
  readonly created: number;
}

interface AccountIdentityTable {
  readonly tenant_id: string;
  readonly identity_key: string;
  readonly object_id: string;
}

interface AccountValueTable {
  readonly tenant_id: string;
  readonly value_key: string;
  readonly object_id: string;
}

interface ExtensionDefinitionTable {
  readonly tenant_id: string;
  readonly name_key: string;
  readonly name: string;
  readonly data_type: string;
}

interface LockoutTable {
  readonly tenant_id: string;
  /** Object id, or the digest of a name that no account has. */
  readonly subject: string;
  readonly failures: number;
  readonly locks: number;
  readonly locked_until: number;
  /** JSON array of keyed digests of the last three wrong passwords. */
  readonly recent_wrong: string;
  readonly updated: number;
}

interface JourneyTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly revision: number;
  readonly sealed: Uint8Array;
  readonly updated: number;
}

interface JourneyLeaseTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly holder: string;
  /** Milliseconds of the database's clock. */
  readonly until: number;
}

interface SessionTable {
  readonly tenant_id: string;
  readonly handle_key: string;
  readonly sealed: Uint8Array;
  readonly expires: number;
}

interface SessionAccountTable {
  readonly tenant_id: string;
  readonly object_id: string;
  readonly handle_key: string;
}

interface CodeTable {
  readonly tenant_id: string;
  readonly code_key: string;
  readonly family: string;
  readonly sealed: Uint8Array;
  readonly issued: number;
  readonly expires: number;
  readonly redeemed: number | null;
}

interface RefreshTokenTable {
  readonly tenant_id: string;
  readonly token_key: string;
  readonly family: string;
  readonly sealed: Uint8Array;
  readonly issued: number;
  readonly expires: number;
  readonly rotated: number | null;
}

interface RevokedFamilyTable {
  readonly tenant_id: string;
  readonly family: string;
}

interface SigningKeyTable {
  readonly tenant_id: string;
  readonly container: string;
  readonly kid: string;
  readonly sealed: Uint8Array;
  readonly not_before: number;
  readonly expires: number | null;
  readonly position: number;
}

interface PolicyKeyTable {
  readonly tenant_id: string;
  readonly container: string;
  readonly id: string;
  readonly kind: string;
  readonly sealed: Uint8Array;
  readonly uploaded: number;
  readonly position: number;
}

/** One row a container; writing it first makes writers of one container take turns. */
interface KeyContainerTable {
  readonly tenant_id: string;
  readonly container: string;
  readonly positions: number;
}

interface VerificationCodeTable {
  readonly tenant_id: string;
  readonly code_key: string;
  readonly digest: string;
  readonly expires: number;
  readonly tries: number;
}

interface VerificationSendTable {
  readonly tenant_id: string;
  readonly address_key: string;
  /** JSON array of milliseconds. */
  readonly sent: string;
  readonly updated: number;
}

interface AuthenticatorTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly object_id: string;
  readonly user_key: string;
  /** The shared secret. */
  readonly sealed: Uint8Array;
  readonly created: number;
  /** The last step of 30 seconds whose code was accepted. */
  readonly last_step: number;
}

/** A check that a journey began; it holds the secret that is to be enrolled. */
interface AuthenticatorCheckTable {
  readonly tenant_id: string;
  readonly check_key: string;
  readonly object_id: string;
  readonly user_key: string;
  readonly sealed: Uint8Array | null;
  readonly tries: number;
  readonly expires: number;
}

interface PhoneCallTable {
  readonly tenant_id: string;
  readonly call_key: string;
  readonly token_key: string;
  /** `pending`, `confirmed` or `failed`. */
  readonly state: string;
  readonly expires: number;
}

interface OutboxTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly at: number;
  readonly sealed: Uint8Array;
}

interface NotificationTable {
  readonly tenant_id: string;
  readonly id: string;
  /** Policy and technical profile: what may hold up only itself. */
  readonly lane: string;
  readonly state: string;
  /** Milliseconds. */
  readonly created: number;
  readonly due: number;
  readonly attempts: number;
  /** The node that delivers it, until `held_until` of the database's clock; empty = none. */
  readonly holder: string;
  readonly held_until: number;
  readonly problem: string;
  readonly sealed: Uint8Array;
}

interface ObservationTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly at: number;
  readonly data: string;
}

interface JourneySummaryTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly updated: number;
  readonly data: string;
}

interface TraceTable {
  readonly tenant_id: string;
  readonly journey_id: string;
  readonly id: string;
  readonly at: number;
  readonly entries: string;
}

export type AccountInsert = Insertable<AccountTable>;
