import type { NewAccount, Preset, Program } from "@vestibule/engine";
import type { Diagnostic } from "@vestibule/policy";
import type { ConnectorAuthentication } from "@vestibule/user-flows";

/** One tenant as its folder describes it (user-flows.md 16), read, checked and compiled. */
export interface Tenant {
  /** GUID. */
  readonly id: string;
  readonly displayName: string;
  /** `contoso.onmicrosoft.com`: issuer of local identities. */
  readonly defaultDomain: string;
  /** All domains by which requests may name the tenant, the default one included. */
  readonly domains: readonly string[];
  /** 32 lower-case hex digits. */
  readonly extensionsAppId: string;
  readonly smartLockout: {
    readonly threshold: number;
    readonly durationInSeconds: number;
    readonly maxDurationInSeconds: number;
  };
  readonly passwordExpiryInDays: number;
  readonly branding: TenantBranding;
  readonly settings: TenantSettings;
  readonly applications: readonly Application[];
  readonly customAttributes: readonly CustomAttribute[];
  readonly connectors: readonly ApiConnector[];
  /** Lower-case policy id → policy that can be invoked. */
  readonly policies: ReadonlyMap<string, TenantPolicy>;
  /** Storage reference id → where its secret comes from; values are read through the key store, never kept here. */
  readonly keyContainers: ReadonlyMap<string, KeyContainerSource>;
  /** Demonstration accounts to create once, where no account has their identities; development mode only. */
  readonly seedAccounts?: readonly NewAccount[];
  /** Folder that the tenant was read from; templates and images are served from `assets` below it. */
  readonly directory: string;
}

export interface TenantPolicy {
  /** As written, for example `B2C_1_signup_signin`. */
  readonly id: string;
  readonly kind: "userFlow" | "customPolicy";
  readonly program: Program;
  readonly description: string;
}

export interface TenantBranding {
  /** `--brand`, `--brand-contrast`, `--surface`, `--ink`, `--radius` of the default look; absent = ours. */
  readonly tokens: {
    readonly brand?: string;
    readonly brandContrast?: string;
    readonly surface?: string;
    readonly ink?: string;
    readonly radius?: string;
  };
  /** Paths below the tenant's `assets` folder, or absolute https URLs. */
  readonly bannerLogo?: string;
  readonly backgroundImage?: string;
  readonly backgroundColor?: string;
}

/** Switches of a tenant; every default is B2C's behaviour unless docs/decisions.md says otherwise. */
export interface TenantSettings {
  readonly enforceBlockAtTokenStep: boolean;
  readonly strictConnectorAnswers: boolean;
  readonly sendLocalIdentitiesAtSignup: boolean;
  readonly connectorPreset: Preset;
  readonly alwaysIssueAccessToken: boolean;
  /** Every policy has a UserInfo endpoint: that of a policy without a journey for it tells what the token says. */
  readonly advertiseUserInfo: boolean;
  readonly allowAnyPostLogoutRedirect: boolean;
  readonly allowPlainPkce: boolean;
  readonly strictRefreshRotation: boolean;
  /** A claim of a policy that no step gives is a warning. */
  readonly lenientClaimFlow: boolean;
}

/** A client secret and when it counts, in milliseconds since 1970. */
export interface ClientSecret {
  readonly storageReference: string;
  readonly startsAt?: number;
  /** It counts no more from here on. */
  readonly endsAt?: number;
}

export interface Application {
  /** `appId`, a GUID. */
  readonly clientId: string;
  readonly displayName: string;
  readonly enabled: boolean;
  readonly redirectUris: readonly { readonly uri: string; readonly type: "web" | "spa" | "native" }[];
  readonly logoutUrl?: string;
  readonly secrets: readonly ClientSecret[];
  readonly allowImplicit: boolean;
  /** With `allowImplicit`: may use the resource owner password grant. */
  readonly allowPublicClient: boolean;
  readonly identifierUris: readonly string[];
  /** Scopes that the application exposes as an API. */
  readonly exposedScopes: readonly string[];
  /** API application's client id → scopes that this application was granted. */
  readonly grantedScopes: Readonly<Record<string, readonly string[]>>;
  /** Roles that the application, as an API, offers to other applications. */
  readonly exposedRoles: readonly string[];
  /** API application's client id → roles that this application has there in tokens of its own. */
  readonly grantedRoles: Readonly<Record<string, readonly string[]>>;
}

export interface CustomAttribute {
  /** `LoyaltyTier`; claim id `extension_LoyaltyTier`. */
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly dataType: "string" | "boolean" | "int64" | "stringCollection" | "dateTime";
}

export interface ApiConnector {
  readonly id: string;
  readonly displayName: string;
  readonly targetUrl: string;
  readonly authentication: ConnectorAuthentication["kind"];
  /** JSON text of the request's body with its holes; absent = the flat body. */
  readonly requestTemplate?: string;
  /** Bare names of custom attributes that are JSON both ways. */
  readonly jsonClaims: readonly string[];
}

export type KeyContainerSource =
  | { readonly kind: "environment"; readonly variable: string }
  /** Path below the tenant's folder. */
  | { readonly kind: "file"; readonly path: string; readonly passwordReference?: string }
  /** Written in the configuration itself; allowed in development mode only. */
  | { readonly kind: "inline"; readonly value: string }
  /** A user name, which is no secret. */
  | { readonly kind: "name"; readonly value: string };

/** What came of reading a tenant's folder. `tenant` is absent where nothing usable was found. */
export interface TenantReading {
  readonly tenant?: Tenant;
  readonly diagnostics: readonly Diagnostic[];
}

/** The tenants that a running server serves. A folder that turns bad keeps its last good version here. */
export interface Tenants {
  /** By domain or GUID, without regard to case. */
  find(segment: string): Tenant | undefined;
  all(): readonly Tenant[];
  diagnostics(): readonly Diagnostic[];
}
