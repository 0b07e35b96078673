/**
 * The contract as it travels: every body that is posted, and every answer. JSON Schema and OpenAPI are made from these
 * types and their comments (`schema/`), so that they cannot say anything else. Source: "Add an API connector to a
 * sign-up user flow" and "Enrich tokens with claims from external sources using API connectors" of Azure AD B2C.
 */

/**
 * A value of a custom attribute in a request. Lists and objects come only where the tenant's attribute is a collection, or
 * the connector asks for its JSON (`jsonClaims`).
 */
export type AttributeValue =
  | string
  | number
  | boolean
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** Any JSON. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** An identity of an account, as Microsoft Graph's `objectIdentity`. */
export interface Identity {
  /** `federated`, `emailAddress` or `userName`. */
  readonly signInType: string;
  /** The provider, for example `google.com`; for local accounts the tenant's default domain. */
  readonly issuer: string;
  /** The provider's user id, the e-mail address or the user name. */
  readonly issuerAssignedId: string;
}

/**
 * What every step's request may hold, unless the connector has a `requestTemplate`: then the body has that form. A claim
 * without a value is absent, never null: check each before you use it.
 */
export interface RequestClaims {
  /**
   * Application (client) id of the application that the person signs in to.
   * @format uuid
   */
  readonly client_id?: string;
  /**
   * Language of the person: answer `userMessage` in it.
   * @example "en-US"
   */
  readonly ui_locales?: string;
  /**
   * The verified address of a local account, or the address that the identity provider gave.
   * @example "ida@contoso.example"
   */
  readonly email?: string;
  /** The provider's identity of a federated person; before the token all identities of the account. */
  readonly identities?: readonly Identity[];
  /** @example "Ida Lund" */
  readonly displayName?: string;
  /** @example "Ida" */
  readonly givenName?: string;
  /** @example "Lund" */
  readonly surname?: string;
  readonly jobTitle?: string;
  readonly streetAddress?: string;
  /** @example "Malmö" */
  readonly city?: string;
  /** @example "21119" */
  readonly postalCode?: string;
  readonly state?: string;
  /** @example "Sweden" */
  readonly country?: string;
  /** Custom attributes: `extension_<application id of b2c-extensions-app, without hyphens>_<Name>`. */
  readonly [attribute: `extension_${string}`]: AttributeValue;
}

/** After federating with an identity provider during sign-up: the person is not in the directory yet. */
export interface AfterFederatingBody extends RequestClaims {
  readonly step: "PostFederationSignup";
}

/** Before creating the user: what the person typed, over what the identity provider gave. */
export interface BeforeCreatingBody extends RequestClaims {
  readonly step: "PostAttributeCollection";
}

/** Before sending the token: what the directory holds. */
export interface BeforeTokenBody extends RequestClaims {
  readonly step: "PreTokenIssuance";
  /**
   * The account's object id.
   * @format uuid
   */
  readonly objectId?: string;
}

/** The claims that an answer may set. Those that the flow does not use are ignored. */
export interface AnswerClaims {
  /**
   * Holds neither `<` nor `>`.
   * @maxLength 256
   */
  readonly displayName?: string | null;
  /** @maxLength 64 */
  readonly givenName?: string | null;
  /** @maxLength 64 */
  readonly surname?: string | null;
  /** @maxLength 128 */
  readonly jobTitle?: string | null;
  /** @maxLength 1024 */
  readonly streetAddress?: string | null;
  /** @maxLength 128 */
  readonly city?: string | null;
  /** @maxLength 40 */
  readonly postalCode?: string | null;
  /** @maxLength 128 */
  readonly state?: string | null;
  /** @maxLength 128 */
  readonly country?: string | null;
  /**
   * Custom attributes, `extension_<Name>`; the application id may stand in the name. A list for a collection; lists and
   * objects for texts only where the connector asks for JSON (`jsonClaims`); null is as if absent, an empty text empties a
   * text attribute.
   */
  readonly [attribute: `extension_${string}`]: JsonValue;
}

/** Go on, and set these claims. */
export interface ContinueBody extends AnswerClaims {
  /**
   * The version of your API, for your own logs; never checked.
   * @example "1.0.0"
   */
  readonly version: string;
  readonly action: "Continue";
}

/** End the sign-up with a page that shows the sentence. Nothing is created. */
export interface ShowBlockPageBody {
  /**
   * The version of your API, for your own logs; never checked.
   * @example "1.0.0"
   */
  readonly version: string;
  readonly action: "ShowBlockPage";
  /**
   * Plain text, in the language of `ui_locales`.
   * @minLength 1
   * @maxLength 2000
   * @example "We do not deliver to your address yet."
   */
  readonly userMessage: string;
}

/** Show the sentence at the form and let the person correct what was typed. Travels with HTTP status 400. */
export interface ValidationErrorBody {
  /**
   * The version of your API, for your own logs; never checked.
   * @example "1.0.0"
   */
  readonly version: string;
  /** Repeats the HTTP status. */
  readonly status: 400;
  readonly action: "ValidationError";
  /**
   * Plain text, in the language of `ui_locales`.
   * @minLength 1
   * @maxLength 2000
   * @example "A postal code has five digits."
   */
  readonly userMessage: string;
}

/** What is posted at each step. */
export interface StepRequests {
  readonly PostFederationSignup: AfterFederatingBody;
  readonly PostAttributeCollection: BeforeCreatingBody;
  readonly PreTokenIssuance: BeforeTokenBody;
}

/** What each step's request may be answered with. */
export interface StepAnswers {
  readonly PostFederationSignup: ContinueBody | ShowBlockPageBody;
  readonly PostAttributeCollection: ContinueBody | ShowBlockPageBody | ValidationErrorBody;
  readonly PreTokenIssuance: ContinueBody;
}
