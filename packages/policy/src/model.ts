/**
 * The policy model: what a TrustFrameworkPolicy means once it is read and merged with its base chain. Policy XML and
 * user-flow documents both become this; the engine compiles nothing else.
 *
 * Ids compare without regard to case (B2C: journeys.md 1.3), hence every collection that is looked up by id is an
 * {@link IdMap}.
 */

/** Where an element stands in the document that it was written in. Lines and columns count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

interface Positioned {
  readonly at?: SourcePosition;
}

/** A map whose keys compare without regard to case and keep the order and spelling of their first definition. */
export class IdMap<T> implements Iterable<[string, T]> {
  readonly #entries = new Map<string, [string, T]>();

  constructor(entries: Iterable<readonly [string, T]> = []) {
    for (const [id, value] of entries) this.set(id, value);
  }

  static of<T extends { readonly id: string }>(items: Iterable<T>): IdMap<T> {
    return new IdMap([...items].map((item) => [item.id, item] as const));
  }

  get(id: string): T | undefined {
    return this.#entries.get(id.toLowerCase())?.[1];
  }

  has(id: string): boolean {
    return this.#entries.has(id.toLowerCase());
  }

  set(id: string, value: T): this {
    const key = id.toLowerCase();
    this.#entries.set(key, [this.#entries.get(key)?.[0] ?? id, value]);
    return this;
  }

  /** The spelling under which `id` was first defined. */
  spelling(id: string): string | undefined {
    return this.#entries.get(id.toLowerCase())?.[0];
  }

  get size(): number {
    return this.#entries.size;
  }

  ids(): string[] {
    return [...this.#entries.values()].map(([id]) => id);
  }

  values(): T[] {
    return [...this.#entries.values()].map(([, value]) => value);
  }

  [Symbol.iterator](): Iterator<[string, T]> {
    return this.#entries.values();
  }
}

export type DataType =
  | "boolean"
  | "date"
  | "dateTime"
  | "duration"
  | "int"
  | "long"
  | "phoneNumber"
  | "string"
  | "stringCollection"
  | "userIdentity"
  | "userIdentityCollection";

export type UserInputType =
  | "TextBox"
  | "EmailBox"
  | "Password"
  | "DateTimeDropdown"
  | "RadioSingleSelect"
  | "DropdownSingleSelect"
  | "CheckboxMultiSelect"
  | "Readonly"
  | "Paragraph"
  | "Button"
  | "Link"
  | "NumericBox"
  | "PhoneNumber";

export interface EnumerationItem {
  readonly text: string;
  readonly value: string;
  readonly selectByDefault?: boolean;
}

export interface Restriction {
  readonly enumeration?: readonly EnumerationItem[];
  /** A .NET regular expression, and the help text that is shown when a value does not match. */
  readonly pattern?: { readonly regularExpression: string; readonly helpText?: string };
}

export interface ClaimType extends Positioned {
  readonly id: string;
  readonly dataType: DataType;
  readonly displayName?: string;
  readonly adminHelpText?: string;
  readonly userHelpText?: string;
  readonly userInputType?: UserInputType;
  readonly restriction?: Restriction;
  readonly predicateValidationReference?: string;
  /** Protocol name (`OpenIdConnect`, `OAuth2`, `SAML2`) → name of the claim in that protocol. */
  readonly defaultPartnerClaimTypes?: Readonly<Record<string, string>>;
  readonly mask?: {
    readonly type: "Simple" | "Regex";
    readonly pattern: string;
    readonly replacement?: string;
  };
}

export type PredicateMethod = "IsLengthRange" | "MatchesRegex" | "IncludesCharacters" | "IsDateRange";

export interface Predicate extends Positioned {
  readonly id: string;
  readonly method: PredicateMethod;
  readonly helpText?: string;
  readonly userHelpText?: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface PredicateGroup {
  readonly id: string;
  readonly userHelpText?: string;
  /** Absent = all of them. */
  readonly matchAtLeast?: number;
  readonly predicates: readonly string[];
}

export interface PredicateValidation extends Positioned {
  readonly id: string;
  readonly predicateGroups: readonly PredicateGroup[];
}

export interface TransformationClaim {
  readonly claimTypeReferenceId: string;
  readonly transformationClaimType: string;
}

export interface ClaimsTransformation extends Positioned {
  readonly id: string;
  readonly transformationMethod: string;
  readonly inputClaims: readonly TransformationClaim[];
  readonly inputParameters: readonly {
    readonly id: string;
    readonly dataType: string;
    readonly value: string;
  }[];
  readonly outputClaims: readonly TransformationClaim[];
}

export interface ContentDefinition extends Positioned {
  readonly id: string;
  readonly loadUri: string;
  readonly recoveryUri?: string;
  /** `urn:com:microsoft:aad:b2c:elements:contract:<contract>:<version>`. */
  readonly dataUri: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Language tag → id of the localized resources. */
  readonly localizedResources: Readonly<Record<string, string>>;
}

export interface LocalizedString {
  readonly elementType: string;
  readonly elementId?: string;
  readonly stringId: string;
  readonly value: string;
}

export interface LocalizedCollection {
  readonly elementType: string;
  readonly elementId: string;
  readonly targetCollection: string;
  readonly items: readonly EnumerationItem[];
}

export interface LocalizedResources extends Positioned {
  readonly id: string;
  readonly strings: readonly LocalizedString[];
  readonly collections: readonly LocalizedCollection[];
}

export interface Localization {
  readonly enabled: boolean;
  readonly defaultLanguage: string;
  readonly supportedLanguages: readonly string[];
  readonly resources: IdMap<LocalizedResources>;
}

/** A claim that a technical profile or relying party takes in, persists, shows or gives out. */
export interface ClaimReference extends Positioned {
  readonly claimTypeReferenceId: string;
  readonly partnerClaimType?: string;
  readonly defaultValue?: string;
  readonly alwaysUseDefaultValue?: boolean;
  readonly required?: boolean;
  /** Persisted claims only; absent = true. */
  readonly overwriteIfExists?: boolean;
}

export type DisplayClaim =
  | { readonly kind: "claim"; readonly claimTypeReferenceId: string; readonly required?: boolean }
  | { readonly kind: "control"; readonly displayControlReferenceId: string };

export interface Precondition extends Positioned {
  readonly type: "ClaimsExist" | "ClaimEquals";
  readonly executeActionsIf: boolean;
  readonly values: readonly string[];
  readonly action: "SkipThisOrchestrationStep" | "SkipThisValidationTechnicalProfile";
}

export interface ValidationTechnicalProfile extends Positioned {
  readonly referenceId: string;
  readonly continueOnError?: boolean;
  readonly continueOnSuccess?: boolean;
  readonly preconditions: readonly Precondition[];
}

export type ProtocolName =
  | "None"
  | "OAuth1"
  | "OAuth2"
  | "SAML2"
  | "OpenIdConnect"
  | "Proprietary"
  | "WsFed"
  | "WsTrust";

export interface TechnicalProfile extends Positioned {
  readonly id: string;
  readonly displayName?: string;
  readonly description?: string;
  readonly protocol: { readonly name: ProtocolName; readonly handler?: string };
  readonly outputTokenFormat?: string;
  readonly inputTokenFormat?: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly cryptographicKeys: readonly { readonly id: string; readonly storageReferenceId: string }[];
  readonly inputClaimsTransformations: readonly string[];
  readonly inputClaims: readonly ClaimReference[];
  readonly persistedClaims: readonly ClaimReference[];
  readonly displayClaims: readonly DisplayClaim[];
  readonly outputClaims: readonly ClaimReference[];
  readonly outputClaimsTransformations: readonly string[];
  readonly validationTechnicalProfiles: readonly ValidationTechnicalProfile[];
  readonly useTechnicalProfileForSessionManagement?: string;
  /** Absent = true. */
  readonly includeInSso?: boolean;
  readonly enabledForUserJourneys?: string;
}

export interface ClaimsProvider extends Positioned {
  readonly domain?: string;
  readonly displayName: string;
  readonly technicalProfileIds: readonly string[];
}

export type OrchestrationStepType =
  | "ClaimsExchange"
  | "CombinedSignInAndSignUp"
  | "ClaimsProviderSelection"
  | "SendClaims"
  | "GetClaims"
  | "InvokeSubJourney"
  | "Noop";

export interface ClaimsProviderSelection {
  readonly targetClaimsExchangeId?: string;
  readonly validationClaimsExchangeId?: string;
}

export interface OrchestrationStep extends Positioned {
  readonly order: number;
  readonly type: OrchestrationStepType;
  readonly contentDefinitionReferenceId?: string;
  readonly cpimIssuerTechnicalProfileReferenceId?: string;
  readonly preconditions: readonly Precondition[];
  readonly displayOption?: "DoNotShowSingleProvider" | "ShowSingleProvider";
  readonly claimsProviderSelections: readonly ClaimsProviderSelection[];
  readonly claimsExchanges: readonly { readonly id: string; readonly technicalProfileReferenceId: string }[];
  readonly subJourneyReferenceId?: string;
}

export interface UserJourney extends Positioned {
  readonly id: string;
  readonly defaultCpimIssuerTechnicalProfileReferenceId?: string;
  readonly orchestrationSteps: readonly OrchestrationStep[];
}

export interface SubJourney extends Positioned {
  readonly id: string;
  readonly type: "Call" | "Transfer";
  readonly orchestrationSteps: readonly OrchestrationStep[];
}

export type SingleSignOnScope = "Tenant" | "Application" | "Policy" | "Suppressed" | "TrustFramework";

export interface UserJourneyBehaviors {
  readonly singleSignOn?: {
    readonly scope: SingleSignOnScope;
    readonly keepAliveInDays?: number;
    readonly enforceIdTokenHintOnLogout?: boolean;
  };
  readonly sessionExpiryType?: "Rolling" | "Absolute";
  readonly sessionExpiryInSeconds?: number;
  readonly scriptExecution?: "Allow" | "Disallow";
  readonly contentDefinitionParameters?: Readonly<Record<string, string>>;
  readonly onErrorMode?: "ReturnToRequestor" | "DisplayInService";
}

export interface RelyingParty extends Positioned {
  readonly defaultUserJourney: string;
  /** Endpoint id (`Token`, `UserInfo`) → journey id. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly behaviors: UserJourneyBehaviors;
  readonly technicalProfile: {
    readonly id: string;
    readonly protocol: "OpenIdConnect" | "SAML2";
    readonly metadata: Readonly<Record<string, string>>;
    readonly inputClaims: readonly ClaimReference[];
    readonly outputClaims: readonly ClaimReference[];
    readonly subjectNamingInfo?: { readonly claimType: string; readonly format?: string };
  };
}

/** A policy merged with its base chain: everything that a journey needs, by name. */
export interface Policy {
  readonly policyId: string;
  /** As the policy names its tenant: its domain, `contoso.onmicrosoft.com`. */
  readonly tenantId: string;
  readonly deploymentMode: "Development" | "Production" | "Debugging";
  readonly claimTypes: IdMap<ClaimType>;
  readonly predicates: IdMap<Predicate>;
  readonly predicateValidations: IdMap<PredicateValidation>;
  readonly claimsTransformations: IdMap<ClaimsTransformation>;
  readonly contentDefinitions: IdMap<ContentDefinition>;
  readonly localization: Localization;
  readonly claimsProviders: readonly ClaimsProvider[];
  readonly technicalProfiles: IdMap<TechnicalProfile>;
  readonly userJourneys: IdMap<UserJourney>;
  readonly subJourneys: IdMap<SubJourney>;
  readonly relyingParty: RelyingParty;
}
