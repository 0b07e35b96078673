import type { AttributeDataType } from "./document/attributes.ts";

/** What the compiler must know of the tenant that a flow belongs to. */
export interface TenantFacts {
  /** GUID. */
  readonly tenantId: string;
  readonly defaultDomain: string;
  /** 32 lower-case hex digits. */
  readonly extensionsAppId: string;
  readonly deploymentMode: "Development" | "Production";
  readonly authenticationMethods: { readonly emailWithPassword: boolean; readonly userName: boolean };
  readonly isAgeGatingConfigured: boolean;
  readonly customAttributes: readonly CustomAttributeFacts[];
  readonly identityProviders: readonly IdentityProviderFacts[];
  readonly connectors: readonly ConnectorFacts[];
  readonly connectorSettings: {
    readonly preset: ConnectorPreset;
    readonly strictAnswers: boolean;
    readonly enforceBlockAtTokenStep: boolean;
    readonly sendLocalIdentitiesAtSignup: boolean;
  };
}

export interface CustomAttributeFacts {
  /** `LoyaltyNumber`; its claim is `extension_LoyaltyNumber`. */
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly dataType: AttributeDataType;
}

/** An OpenID Connect provider of the tenant. */
export interface IdentityProviderFacts {
  /** Graph id; also the id of the technical profile. */
  readonly id: string;
  readonly displayName: string;
  readonly clientId: string;
  readonly clientSecretReference?: string;
  readonly metadataUrl: string;
  readonly scope: string;
  /** Absent = `code`. */
  readonly responseType?: "code" | "id_token";
  readonly responseMode: "query" | "form_post";
  readonly domainHint?: string;
  /** What `idp` says and who issues the identity; absent = the `iss` of the provider's ID token. */
  readonly issuer?: string;
  readonly claimsMapping: {
    readonly userId: string;
    readonly displayName: string;
    readonly givenName: string;
    readonly surname: string;
    readonly email: string;
  };
}

export interface ConnectorFacts {
  readonly id: string;
  readonly displayName: string;
  readonly targetUrl: string;
  readonly authentication: ConnectorAuthentication;
  readonly preset?: ConnectorPreset;
  /** How it is called: name of a metadata item without `vestibule.` → its text. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Further cryptographic keys: id without `vestibule.` → storage reference id. */
  readonly keys?: Readonly<Record<string, string>>;
}

export type ConnectorPreset = "seed" | "b2c-2025" | "strict" | "resilient";

/** Every reference is a storage reference id; no secret is ever part of a policy. */
export type ConnectorAuthentication =
  | { readonly kind: "none" }
  | { readonly kind: "basic"; readonly usernameReference: string; readonly passwordReference: string }
  | { readonly kind: "clientCertificate"; readonly reference: string }
  | { readonly kind: "apiKeyHeader"; readonly header: string; readonly reference: string }
  | { readonly kind: "bearer"; readonly reference: string }
  | {
      readonly kind: "clientCredentials";
      readonly tokenEndpoint: string;
      readonly clientId: string;
      readonly secretReference: string;
      readonly scope?: string;
      readonly method: "basic" | "post";
    };
