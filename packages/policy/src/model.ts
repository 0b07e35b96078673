/**
 * The policy model: what a TrustFrameworkPolicy means once it is read and merged with its base chain. Policy XML and
 * user-flow documents both become this; the engine compiles nothing else.
 *
 * Ids compare without regard to case (B2C: journeys.md 1.3), hence every collection that is looked up by id is an
 * {@link IdMap}.
 */

import type { IdMap } from "./id-map.ts";
import type { RelyingParty } from "./relying-party.ts";
import type { SourcePosition } from "./source-position.ts";

export { IdMap } from "./id-map.ts";
export type * from "./relying-party.ts";
export type { SourcePosition } from "./source-position.ts";

interface Positioned {
  readonly at?: SourcePosition;
}

export type DataType =
  | "alternativeSecurityIdCollection"
  | "boolean"
  | "date"
  | "dateTime"
  | "duration"
  | "int"
  | "long"
  | "objectIdentity"
  | "objectIdentityCollection"
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
  /** Wins over the restriction's pattern (policy-language.md 3.1). */
  readonly predicateValidationReference?: string;
  /** Protocol name (`OpenIdConnect`, `OAuth2`, `SAML2`; with a handler `Proprietary/<handler>`) → name of the claim there. */
  readonly defaultPartnerClaimTypes?: Readonly<Record<string, string>>;
  /** Simple: `pattern` covers the first characters. Regex: what `pattern` matches becomes `replacement`. */
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
  /** Matching is the failure. Source: policy-language.md 4.3. */
  readonly reject?: boolean;
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
  /** Language tag → id of the localized resources: the first reference of each language. */
  readonly localizedResources: Readonly<Record<string, string>>;
  /** All references in order, present where a language has several: the first that knows a string gives it. */
  readonly localizedResourcesReferences?: readonly { readonly language: string; readonly id: string }[];
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
  readonly culture?: string;
  readonly strings: readonly LocalizedString[];
  readonly collections: readonly LocalizedCollection[];
}

export interface Localization {
  readonly enabled: boolean;
  readonly defaultLanguage: string;
  readonly supportedLanguages: readonly string[];
  /** The list adds to the built-in languages instead of narrowing them. Source: policy-language.md 6. */
  readonly extendsBuiltInLanguages?: boolean;
  /** The language of the texts that stand in the policy itself. */
  readonly policyLanguage?: string;
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
  /** The value counts only where one of these technical profiles produced it. Source: policy-language.md 8.4. */
  readonly from?: readonly string[];
}

export type DisplayClaim =
  | {
      readonly kind: "claim";
      readonly claimTypeReferenceId: string;
      readonly required?: boolean;
      readonly at?: SourcePosition;
    }
  | { readonly kind: "control"; readonly displayControlReferenceId: string; readonly at?: SourcePosition };

export type DisplayControlType =
  | "VerificationControl"
  | "QrCodeControl"
  | "AuthenticatorInfoControl"
  | "AuthenticatorAppIconControl"
  | "CaptchaControl";

export interface DisplayControlClaim extends Positioned {
  readonly claimTypeReferenceId: string;
  /** `Email`, `Phone`, `CountryCode`, `VerificationCode`, `QrCodeContent`, …: what the claim is to the control. */
  readonly controlClaimType?: string;
  readonly required?: boolean;
}

export interface DisplayControlAction extends Positioned {
  /** `SendCode`, `VerifyCode`, `GetChallenge`, `VerifyChallenge`. */
  readonly id: string;
  readonly technicalProfiles: readonly ValidationTechnicalProfile[];
}

/** A part of a page that talks to the server by itself. Source: policy-language.md 7. */
export interface DisplayControl extends Positioned {
  readonly id: string;
  readonly userInterfaceControlType: DisplayControlType;
  readonly displayName?: string;
  readonly inputClaims: readonly ClaimReference[];
  readonly displayClaims: readonly DisplayControlClaim[];
  readonly outputClaims: readonly ClaimReference[];
  readonly actions: readonly DisplayControlAction[];
}

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
  | "UProve11"
  | "WsFed"
  | "WsTrust";

export type EnabledForUserJourneys =
  | "true"
  | "false"
  | "Always"
  | "Never"
  | "OnClaimsExistence"
  | "OnItemExistenceInStringCollectionClaim"
  | "OnItemAbsenceInStringCollectionClaim";

/** What a federated token endpoint's error means. Source: policy-language.md 8.8. */
export interface ErrorHandler {
  /** JSONPath over the error's body: `$[?(@@.name == 'value')]`. */
  readonly responseMatch: string;
  readonly action: "Reauthenticate" | "InvalidClient";
  readonly additionalRequestParameters: Readonly<Record<string, string>>;
}

export interface TechnicalProfile extends Positioned {
  readonly id: string;
  readonly displayName?: string;
  readonly description?: string;
  /** Its own domains; the claims provider's hold where it has none. */
  readonly domains?: readonly string[];
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
  readonly errorHandlers?: readonly ErrorHandler[];
}

export interface ClaimsProvider extends Positioned {
  readonly domain?: string;
  /** Further values of `domain_hint` that mean this provider. */
  readonly furtherDomains?: readonly string[];
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
  /** The journey may show no page. */
  readonly nonInteractive?: boolean;
  readonly assuranceLevel?: string;
  /** Each must accept the presented token before the first step. Source: journeys.md 1.1. */
  readonly authorizationTechnicalProfiles?: readonly string[];
  readonly orchestrationSteps: readonly OrchestrationStep[];
}

export interface SubJourney extends Positioned {
  readonly id: string;
  readonly type: "Call" | "Transfer";
  readonly orchestrationSteps: readonly OrchestrationStep[];
}

/** A policy merged with its base chain: everything that a journey needs, by name. */
export interface Policy {
  readonly policyId: string;
  /** As the policy names its tenant: its domain, `contoso.onmicrosoft.com`. */
  readonly tenantId: string;
  readonly deploymentMode: "Development" | "Production" | "Debugging";
  readonly tenantObjectId?: string;
  readonly publicPolicyUri?: string;
  readonly userJourneyRecorderEndpoint?: string;
  readonly claimTypes: IdMap<ClaimType>;
  readonly predicates: IdMap<Predicate>;
  readonly predicateValidations: IdMap<PredicateValidation>;
  readonly claimsTransformations: IdMap<ClaimsTransformation>;
  readonly contentDefinitions: IdMap<ContentDefinition>;
  readonly localization: Localization;
  readonly displayControls?: IdMap<DisplayControl>;
  readonly claimsProviders: readonly ClaimsProvider[];
  readonly technicalProfiles: IdMap<TechnicalProfile>;
  readonly userJourneys: IdMap<UserJourney>;
  readonly subJourneys: IdMap<SubJourney>;
  readonly relyingParty: RelyingParty;
}
