import type {
  DisplayControl,
  EnumerationItem,
  IdMap,
  LocalizedCollection,
  LocalizedString,
  OrchestrationStep,
  Predicate,
  PredicateValidation,
  Restriction,
  SourcePosition,
  TechnicalProfile,
  TransformationClaim,
  UserJourneyBehaviors,
} from "../model.ts";

/**
 * What one policy file says, before it is merged with its bases: the model's parts, most of them optional, because a
 * file may say a part of a thing only. A merged policy is made of the same fragments.
 */

export type MergeBehavior = "Append" | "Prepend" | "ReplaceAll";

/** A value with its place, for what is checked or replaced as a unit. */
export interface Placed<T> {
  readonly value: T;
  readonly at: SourcePosition;
}

export interface PartnerName {
  readonly protocol: string;
  readonly handler?: string;
  readonly partnerClaimType: string;
}

export interface ClaimTypeFragment {
  readonly id: string;
  readonly at: SourcePosition;
  readonly dataType?: Placed<string>;
  readonly displayName?: string;
  readonly adminHelpText?: string;
  readonly userHelpText?: string;
  readonly userInputType?: Placed<string>;
  readonly partnerNames?: readonly PartnerName[];
  readonly mask?: {
    readonly type: string;
    readonly regex?: string;
    readonly text: string;
    at: SourcePosition;
  };
  readonly restriction?: RestrictionFragment;
  readonly inputValidationReference?: Placed<string>;
  readonly predicateValidationReference?: Placed<string>;
}

export interface RestrictionFragment {
  readonly at: SourcePosition;
  readonly mergeBehavior: MergeBehavior;
  readonly enumeration: readonly EnumerationItem[];
  readonly pattern?: NonNullable<Restriction["pattern"]>;
}

export interface PredicateFragment extends Omit<Predicate, "at" | "method"> {
  readonly at: SourcePosition;
  readonly method: string;
}

export interface PredicateValidationFragment extends PredicateValidation {
  readonly at: SourcePosition;
  /** Every predicate that it names, with the place. */
  readonly references: readonly Placed<string>[];
}

export interface TransformationFragment {
  readonly id: string;
  readonly at: SourcePosition;
  readonly transformationMethod: string;
  readonly inputClaims: readonly PlacedTransformationClaim[];
  readonly inputParameters: readonly PlacedParameter[];
  readonly outputClaims: readonly PlacedTransformationClaim[];
}

export interface PlacedTransformationClaim extends TransformationClaim {
  readonly at: SourcePosition;
}

export interface PlacedParameter {
  readonly id: string;
  readonly dataType: string;
  readonly value: string;
  readonly at: SourcePosition;
}

export interface LanguageReference {
  readonly language: string;
  readonly id: string;
  readonly at: SourcePosition;
}

export interface ContentDefinitionFragment {
  readonly id: string;
  readonly at: SourcePosition;
  readonly loadUri?: Placed<string>;
  readonly recoveryUri?: string;
  readonly dataUri?: Placed<string>;
  readonly metadata?: readonly MetadataItem[];
  readonly references?: {
    readonly mergeBehavior: MergeBehavior;
    readonly items: readonly LanguageReference[];
  };
}

export interface MetadataItem {
  readonly key: string;
  readonly value: string;
  readonly at: SourcePosition;
}

export interface LocalizationFragment {
  readonly at: SourcePosition;
  readonly enabled?: boolean;
  readonly defaultLanguage?: string;
  readonly policyLanguage?: string;
  readonly languages?: {
    readonly mergeBehavior: MergeBehavior;
    readonly items: readonly string[];
    readonly extendsBuiltInLanguages: boolean;
  };
}

export interface ResourcesFragment {
  readonly id: string;
  readonly at: SourcePosition;
  readonly culture?: string;
  readonly strings: readonly (LocalizedString & { readonly at: SourcePosition })[];
  readonly collections: readonly (LocalizedCollection & { readonly at: SourcePosition })[];
}

export interface DisplayControlFragment extends Omit<DisplayControl, "at"> {
  readonly at: SourcePosition;
}

export interface KeyFragment {
  readonly id: string;
  readonly storageReferenceId: string;
  readonly at: SourcePosition;
}

/** A claims provider's bracket around technical profiles. */
export interface ProviderBracket {
  readonly at: SourcePosition;
  readonly displayName: string;
  readonly domains: readonly string[];
}

type ProfileLists =
  | "inputClaims"
  | "persistedClaims"
  | "displayClaims"
  | "outputClaims"
  | "validationTechnicalProfiles";

export interface ProfileFragment extends Partial<Pick<TechnicalProfile, ProfileLists>> {
  readonly id: string;
  readonly at: SourcePosition;
  readonly domains?: readonly string[];
  readonly displayName?: string;
  readonly description?: string;
  readonly protocol?: { readonly name: string; readonly handler?: string; readonly at: SourcePosition };
  readonly inputTokenFormat?: string;
  readonly outputTokenFormat?: string;
  readonly metadata?: readonly MetadataItem[];
  readonly cryptographicKeys?: readonly KeyFragment[];
  readonly includeInSso?: boolean;
  readonly inputTokenSources?: readonly Placed<string>[];
  readonly inputClaimsTransformations?: readonly Placed<string>[];
  readonly outputClaimsTransformations?: readonly Placed<string>[];
  readonly subjectNamingInfo?: SubjectFragment;
  readonly includeClaimsFrom?: Placed<string>;
  readonly include?: Placed<string>;
  readonly sessionManagement?: Placed<string>;
  readonly errorHandlers?: NonNullable<TechnicalProfile["errorHandlers"]>;
  readonly enabledForUserJourneys?: Placed<string>;
}

export interface SubjectFragment {
  readonly at: SourcePosition;
  readonly claimType: string;
  readonly format?: string;
  readonly nameQualifier?: string;
  readonly spNameQualifier?: string;
  readonly spProvidedId?: string;
  readonly excludeAsClaim?: boolean;
}

export interface SelectionFragment {
  readonly targetClaimsExchangeId?: string;
  readonly validationClaimsExchangeId?: string;
  readonly at: SourcePosition;
}

export interface ExchangeFragment {
  readonly id: string;
  readonly technicalProfileReferenceId: string;
  readonly at: SourcePosition;
}

export interface StepFragment extends Pick<OrchestrationStep, "order" | "preconditions"> {
  readonly at: SourcePosition;
  readonly type: string;
  readonly contentDefinitionReferenceId?: string;
  readonly cpimIssuerTechnicalProfileReferenceId?: string;
  readonly displayOption?: NonNullable<OrchestrationStep["displayOption"]>;
  readonly claimsProviderSelections: readonly SelectionFragment[];
  readonly claimsExchanges: readonly ExchangeFragment[];
  readonly candidates: readonly Placed<string>[];
}

export interface JourneyFragment {
  readonly id: string;
  readonly at: SourcePosition;
  readonly kind: "journey" | "subJourney";
  readonly type?: "Call" | "Transfer";
  readonly nonInteractive?: boolean;
  readonly assuranceLevel?: string;
  readonly preserveOriginalAssertion?: Placed<boolean>;
  readonly defaultIssuer?: Placed<string>;
  readonly clientDefinition?: Placed<string>;
  readonly authorizationTechnicalProfiles?: readonly Placed<string>[];
  /** Sorted by order. */
  readonly steps: readonly StepFragment[];
}

export interface BehaviorsFragment extends UserJourneyBehaviors {
  readonly at: SourcePosition;
  readonly places: { readonly [Name in keyof UserJourneyBehaviors]?: SourcePosition };
  readonly deprecatedInsights?: SourcePosition;
  readonly parameterNames?: readonly Placed<string>[];
}

export interface RelyingPartyFragment {
  readonly at: SourcePosition;
  readonly defaultUserJourney?: Placed<string>;
  readonly endpoints?: readonly {
    readonly id: string;
    readonly journey: string;
    readonly at: SourcePosition;
  }[];
  readonly behaviors?: BehaviorsFragment;
  readonly technicalProfile?: ProfileFragment;
  readonly technicalProfileCount: number;
}

/** One policy file. */
export interface PolicyDocument {
  readonly file: string;
  readonly at: SourcePosition;
  readonly policyId: string;
  readonly tenantId: string;
  readonly schemaVersion: string;
  readonly tenantObjectId?: string;
  readonly publicPolicyUri: string;
  readonly deploymentMode?: "Development" | "Production" | "Debugging";
  readonly recorderEndpoint?: string;
  readonly base?: { readonly tenantId: string; readonly policyId: string; readonly at: SourcePosition };
  /** Elements that are read and have no effect. */
  readonly ignored: readonly Placed<string>[];
  readonly claimTypes: readonly ClaimTypeFragment[];
  readonly predicates: readonly PredicateFragment[];
  readonly inputValidations: readonly PredicateValidationFragment[];
  readonly predicateValidations: readonly PredicateValidationFragment[];
  readonly claimsTransformations: readonly TransformationFragment[];
  readonly clientDefinitions: readonly { readonly id: string }[];
  readonly contentDefinitions: readonly ContentDefinitionFragment[];
  readonly localization?: LocalizationFragment;
  readonly localizedResources: readonly ResourcesFragment[];
  readonly displayControls: readonly DisplayControlFragment[];
  readonly technicalProfiles: readonly {
    readonly bracket: ProviderBracket;
    readonly profile: ProfileFragment;
  }[];
  readonly userJourneys: readonly JourneyFragment[];
  readonly subJourneys: readonly JourneyFragment[];
  readonly relyingParty?: RelyingPartyFragment;
}

/** A policy folded with its ancestors. Maps that a file does not touch are its parent's own. */
export interface MergedPolicy {
  readonly document: PolicyDocument;
  readonly parent?: MergedPolicy;
  readonly claimTypes: IdMap<ClaimTypeFragment>;
  readonly predicates: IdMap<PredicateFragment>;
  readonly inputValidations: IdMap<PredicateValidationFragment>;
  readonly predicateValidations: IdMap<PredicateValidationFragment>;
  readonly claimsTransformations: IdMap<TransformationFragment>;
  readonly clientDefinitions: IdMap<{ readonly id: string }>;
  readonly contentDefinitions: IdMap<ContentDefinitionFragment>;
  readonly localization?: LocalizationFragment;
  readonly localizedResources: IdMap<ResourcesFragment>;
  readonly displayControls: IdMap<DisplayControlFragment>;
  /** Merged along the chain, includes not yet resolved. */
  readonly profileFragments: IdMap<ProfileFragment>;
  /** Profile → the bracket whose name and domains hold for it. */
  readonly brackets: IdMap<ProviderBracket>;
  readonly userJourneys: IdMap<JourneyFragment>;
  readonly subJourneys: IdMap<JourneyFragment>;
  readonly relyingParty?: RelyingPartyFragment;
}
