/** What every provider has, whatever it speaks. Placeholders are filled, keys are read. */
interface Provider {
  readonly technicalProfile: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  /** What `private_key_jwt` signs with. */
  readonly assertionKey?: AssertionKey;
  readonly tokenEndpointAuthMethod: TokenEndpointAuthMethod;
  /** How the token endpoint is called. */
  readonly httpBinding: "GET" | "POST";
  /** Absent = not sent. */
  readonly scope?: string;
  /** Absent = not sent. */
  readonly responseMode?: ProviderResponseMode;
  readonly redirectUri: string;
  readonly endSessionEndpoint?: string;
  /** Who may have issued an id token, beside the provider's own issuer: beginnings of addresses. */
  readonly issuerPrefixes: readonly string[];
  /** The keys of an id token are looked up at its own issuer, after the prefix was checked. */
  readonly discoverByIssuer: boolean;
  /** Expected audience of id tokens; absent = the client id. */
  readonly audience?: string;
}

export type TokenEndpointAuthMethod = "client_secret_post" | "client_secret_basic" | "private_key_jwt";
export type ProviderResponseMode = "query" | "form_post" | "fragment";

export interface AssertionKey {
  /** PEM texts. */
  readonly privateKey: string;
  readonly certificate: string;
  readonly algorithm: "RS256" | "RS512";
}

/** An OpenID Connect provider as its technical profile describes it (technical-profiles.md 21). */
export interface OpenIdConnectProvider extends Provider {
  readonly protocol: "OpenIdConnect";
  /** Address of the discovery document; absent where every endpoint is given by itself. */
  readonly metadata?: string;
  /** Each overrides what discovery says. */
  readonly endpoints: {
    readonly issuer?: string;
    readonly authorization?: string;
    readonly token?: string;
    readonly jwks?: string;
    readonly userInfo?: string;
  };
  /** `code`, `id_token`, or several separated by blanks. */
  readonly responseType: string;
  /** Paths such as `user.name.firstName` that are read from the posted field `user`. */
  readonly bodyClaims: readonly string[];
  /**
   * Names of the provider's claims that the profile's outputs read. Userinfo is asked only where the id token lacks one
   * (technical-profiles.md 21.2); absent = it is always asked.
   */
  readonly wantedClaims?: readonly string[];
}

/** An OAuth 2.0 provider (technical-profiles.md 22): claims come from an endpoint instead of an id token. */
export interface OAuth2Provider extends Provider {
  readonly protocol: "OAuth2";
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  /** Absent = the token answer holds all claims. */
  readonly claimsEndpoint?: string;
  /** Further parameters of the authorization request. */
  readonly authorizationParameters: Readonly<Record<string, string>>;
  readonly clientIdParameter: string;
  readonly clientSecretParameter: string;
  /** Members of the token answer that count as claims. */
  readonly tokenAnswerClaims: readonly string[];
  /** Those of them that the claims request repeats. */
  readonly claimsRequestParameters: readonly string[];
  /** Query parameter that carries the access token; absent = it goes in the Authorization header. */
  readonly accessTokenParameter?: string;
  /** A further query parameter of the claims request, for example `format=json`. */
  readonly claimsFormat?: { readonly name: string; readonly value: string };
  /** A member that makes an answer with status 200 an error. */
  readonly errorMember?: string;
  readonly userAgent?: string;
}

export type IdentityProvider = OpenIdConnectProvider | OAuth2Provider;

export type FederationFailure =
  /** AADB2C90273: the provider answered with an error. */
  | {
      readonly kind: "providerError";
      readonly error: string;
      readonly description?: string;
      /** The token endpoint's answer as it came, for the error handlers of the technical profile. */
      readonly answer?: unknown;
    }
  /** `code` is the AADB2C code of technical-profiles.md 21.3. */
  | { readonly kind: "refused"; readonly code: string; readonly detail: string };

/** Sign-in with other identity providers. It never throws for anything that a provider or a browser does. */
export interface FederationPort {
  /** Where to send the browser; `saved` must be handed back to `complete` (nonce and PKCE verifier). */
  begin(
    provider: IdentityProvider,
    request: { readonly state: string; readonly parameters: Readonly<Record<string, string>> },
  ): Promise<{ readonly url: string; readonly saved: string } | FederationFailure>;
  /**
   * Exchanges and validates the provider's answer. Claims are the id token's, completed by userinfo; of an OAuth 2.0
   * provider those of its claims endpoint, completed by the token answer.
   */
  complete(
    provider: IdentityProvider,
    saved: string,
    answer: Readonly<Record<string, string>>,
  ): Promise<FederationSuccess | FederationFailure>;
}

export interface FederationSuccess {
  readonly kind: "claims";
  readonly claims: Readonly<Record<string, unknown>>;
  readonly tokens: {
    readonly accessToken?: string;
    readonly tokenType?: string;
    readonly expiresIn?: number;
    readonly refreshToken?: string;
  };
  readonly endSessionEndpoint?: string;
}

/** Whom a statement of the application about a person (`id_token_hint`) is believed. Source: technical-profiles.md 15. */
export interface HintTrust {
  /** Address of the discovery document whose keys sign; absent = `secret` does. */
  readonly metadata?: string;
  readonly secret?: string;
  /** Overrides the issuer of the discovery document. */
  readonly issuer?: string;
  /** Absent = any application of the tenant, or the tenant itself. */
  readonly audience?: string;
  /** `https://host:port` that the browser used: our own documents are not fetched over the network. */
  readonly origin: string;
}

export type HintResult =
  | { readonly kind: "claims"; readonly claims: Readonly<Record<string, unknown>> }
  /** AADB2C90208, 90209, 90210, 90232, 90233 or 90234. */
  | { readonly kind: "refused"; readonly code: string; readonly detail: string };

export interface HintPort {
  verify(hint: string, trust: HintTrust): Promise<HintResult>;
}
