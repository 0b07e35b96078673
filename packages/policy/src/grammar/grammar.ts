import { type ElementRule, row } from "./rule.ts";

/**
 * The whole grammar of a policy file: element → attributes, ordered children, cardinalities. Source: policy-language.md
 * 2 to 10 (and 12 where the schema, the documents and the service differ). The notation is explained at `row`.
 */
export const grammar: Readonly<Record<string, ElementRule>> = {
  // 2 Root
  TrustFrameworkPolicy: row(
    "PolicySchemaVersion!=fourPartVersion TenantId!=tenantId TenantObjectId PolicyId!=policyId PublicPolicyUri! DeploymentMode=deploymentMode UserJourneyRecorderEndpoint StateTableName",
    "BasePolicy? PolicyConstraints? Contacts? DocumentReferences? BuildingBlocks? ClaimsProviders? UserJourneys? SubJourneys? RelyingParty?",
  ),
  BasePolicy: row("", "TenantId:BaseTenantId PolicyId:BasePolicyId"),
  BaseTenantId: row("", "#tenantId"),
  BasePolicyId: row("", "#policyId"),
  PolicyConstraints: row("", "Inheritance? RerouteRules?"),
  Inheritance: row("DerivingPolicies!", "Tenants? | ConstraintHandler?"),
  Tenants: row("", "Tenant+"),
  Tenant: row("ReferenceId!=guid", ""),
  ConstraintHandler: row("Id! Handler!", ""),
  RerouteRules: row("Type!", "RerouteRule*"),
  RerouteRule: row("PolicyId! Weight=int Match", ""),
  Contacts: row("", "Contact*"),
  Contact: row("Id!", "DisplayName:Text TelephoneNumber:Text Email:Text Role:Text"),
  DocumentReferences: row("", "DocumentReference*"),
  DocumentReference: row("Id!", "DisplayName:Text Url:Text"),
  Text: row("", "#text"),
  ReferenceOnly: row("ReferenceId!=id", ""),
  BuildingBlocks: row(
    "",
    "ClaimsSchema? Predicates? InputValidations? PredicateValidations? ClaimsTransformations? ClientDefinitions? ContentDefinitions? Localization? DisplayControls?",
  ),

  // 3 Claims schema
  ClaimsSchema: row("", "ClaimType+"),
  ClaimType: row(
    "Id!=id StatementType=statementType",
    "DisplayName:Text? DataType? DefaultPartnerClaimTypes* Mask? AdminHelpText:Text? UserHelpText:Text? UserInputType? Restriction? InputValidationReference:IdOnly? PredicateValidationReference:IdOnly?",
  ),
  DataType: row("", "#dataType"),
  UserInputType: row("", "#userInputType"),
  IdOnly: row("Id!=id", ""),
  DefaultPartnerClaimTypes: row("", "Protocol:PartnerProtocol*"),
  PartnerProtocol: row("Name!=protocolName Handler PartnerClaimType!", ""),
  Mask: row("Type!=maskType Regex", "#text"),
  Restriction: row("MergeBehavior=mergeBehavior", "Enumeration* | Pattern?"),
  Enumeration: row("Text! Value! SelectByDefault=boolean", ""),
  Pattern: row("RegularExpression! HelpText", ""),

  // 4 Predicates
  Predicates: row("", "Predicate*"),
  Predicate: row("Id!=id Method! HelpText", "UserHelpText:Text? Parameters:PredicateParameters?"),
  PredicateParameters: row("", "Parameter:PredicateParameter*"),
  PredicateParameter: row("Id!=id", "#text"),
  InputValidations: row("", "InputValidation*"),
  InputValidation: row("Id!=id", "PredicateReferences*"),
  PredicateValidations: row("", "PredicateValidation*"),
  PredicateValidation: row("Id!=id", "PredicateGroups*"),
  PredicateGroups: row("", "PredicateGroup+"),
  PredicateGroup: row("Id!=id", "UserHelpText:Text? PredicateReferences*"),
  PredicateReferences: row("Id HelpText MatchAtLeast=int Reject=boolean", "PredicateReference:IdOnly+"),

  // 5 Claims transformations, client definitions, content definitions
  ClaimsTransformations: row("", "ClaimsTransformation*"),
  ClaimsTransformation: row(
    "Id!=id TransformationMethod!",
    "InputClaims:TransformationInputs? InputParameters? OutputClaims:TransformationOutputs?",
  ),
  TransformationInputs: row("", "InputClaim:TransformationClaim*"),
  TransformationOutputs: row("", "OutputClaim:TransformationClaim+"),
  TransformationClaim: row("ClaimTypeReferenceId!=id TransformationClaimType", ""),
  InputParameters: row("", "InputParameter+"),
  InputParameter: row("Id!=id DataType!=dataType Value!", ""),
  ClientDefinitions: row("", "ClientDefinition:ClientDefinitionDeclaration*"),
  ClientDefinitionDeclaration: row("Id!=id", "ClientUIFilterFlags:Text"),
  ContentDefinitions: row("", "ContentDefinition*"),
  ContentDefinition: row(
    "Id!=id",
    "LoadUri:Text? RecoveryUri:Text? DataUri:Text? Metadata? LocalizedResourcesReferences?",
  ),
  LocalizedResourcesReferences: row("MergeBehavior=mergeBehavior", "LocalizedResourcesReference*"),
  LocalizedResourcesReference: row("Language!=culture LocalizedResourcesReferenceId Url", ""),

  // 6 Localization
  Localization: row("Enabled=boolean", "SupportedLanguages? LocalizedResources*"),
  SupportedLanguages: row(
    "DefaultLanguage=culture PolicyLanguage=culture MergeBehavior=mergeBehavior",
    "SupportedLanguage*",
  ),
  SupportedLanguage: row("", "#culture"),
  LocalizedResources: row("Id Culture=culture", "LocalizedCollections? LocalizedStrings?"),
  LocalizedCollections: row("", "LocalizedCollection*"),
  LocalizedCollection: row("ElementType! ElementId! TargetCollection!", "Item:LocalizedItem+"),
  LocalizedItem: row("Text! Value! SelectByDefault=boolean", ""),
  LocalizedStrings: row("", "LocalizedString*"),
  LocalizedString: row("ElementType! ElementId StringId!", "#text"),

  // 7 Display controls
  DisplayControls: row("", "DisplayControl*"),
  DisplayControl: row(
    "Id!=id UserInterfaceControlType!=controlType DisplayName",
    "InputClaims:ControlInputs? DisplayClaims:ControlDisplayClaims? OutputClaims:ControlOutputs? Actions?",
  ),
  ControlInputs: row("", "InputClaim:ControlClaim*"),
  ControlOutputs: row("", "OutputClaim:ControlClaim*"),
  ControlClaim: row(
    "ClaimTypeReferenceId!=id Required=boolean DefaultValue AlwaysUseDefaultValue=boolean",
    "",
  ),
  ControlDisplayClaims: row("", "DisplayClaim:ControlDisplayClaim*"),
  ControlDisplayClaim: row("ClaimTypeReferenceId!=id ControlClaimType Required=boolean", ""),
  Actions: row("", "Action:ControlAction*"),
  ControlAction: row("Id!=id", "ValidationClaimsExchange"),
  ValidationClaimsExchange: row("", "ValidationClaimsExchangeTechnicalProfile+"),
  ValidationClaimsExchangeTechnicalProfile: row(
    "TechnicalProfileReferenceId!=id ContinueOnSuccess=boolean ContinueOnError=boolean",
    "Preconditions*",
  ),

  // 8 Claims providers and technical profiles
  ClaimsProviders: row("", "ClaimsProvider+"),
  ClaimsProvider: row("", "Domains? Domain:Text? DisplayName:Text? TechnicalProfiles"),
  Domains: row("", "Domain:DomainEntry+"),
  DomainEntry: row("", "#domain"),
  TechnicalProfiles: row("", "TechnicalProfile*"),
  TechnicalProfile: row(
    "Id!=id",
    "Domains? Domain:Text? DisplayName:Text? Description:Text? Protocol? InputTokenFormat:TokenFormat? OutputTokenFormat:TokenFormat? AssuranceLevelOfOutputClaims:Text? RequiredAssuranceLevelsOfInputClaims? SubjectAuthenticationRequirements? Metadata? CryptographicKeys? Suppressions? PreferredBinding:Text? IncludeInSso:Boolean? InputTokenSources? InputClaimsTransformations* InputClaims:ProfileInputs? DisplayClaims? PersistedClaims? OutputClaims:ProfileOutputs? OutputClaimsTransformations* ValidationTechnicalProfiles* SubjectNamingInfo? Extensions? IncludeClaimsFromTechnicalProfile:Text? IncludeTechnicalProfile:ReferenceOnly? UseTechnicalProfileForSessionManagement:ReferenceOnly? ErrorHandlers? EnabledForUserJourneys?",
  ),
  Protocol: row("Name!=protocolName Handler", ""),
  TokenFormat: row("", "#tokenFormat"),
  Boolean: row("", "#boolean"),
  RequiredAssuranceLevelsOfInputClaims: row("", "RequiredAssuranceLevelOfInputClaims:Text*"),
  SubjectAuthenticationRequirements: row("TimeToLive!=int ResetExpiryWhenTokenIssued=boolean", ""),
  Metadata: row("", "Item:MetadataItem+"),
  MetadataItem: row("Key!=id", "#text"),
  CryptographicKeys: row("", "Key+"),
  Key: row("Id!=id StorageReferenceId!=id", ""),
  Suppressions: row("", "Item:Suppression+"),
  Suppression: row("Key! Value!", ""),
  InputTokenSources: row("", "TechnicalProfile:IdOnly+"),
  InputClaimsTransformations: row("", "InputClaimsTransformation:ReferenceOnly+"),
  OutputClaimsTransformations: row("", "OutputClaimsTransformation:ReferenceOnly+"),
  ProfileInputs: row("", "InputClaim:ProfileClaim*"),
  ProfileOutputs: row("", "OutputClaim:ProfileClaim*"),
  ProfileClaim: row(
    "ClaimTypeReferenceId!=id PartnerClaimType Required=boolean DefaultValue AlwaysUseDefaultValue=boolean",
    "From*",
  ),
  From: row("TechnicalProfileReferenceId!=id", ""),
  DisplayClaims: row("", "DisplayClaim*"),
  DisplayClaim: row("ClaimTypeReferenceId DisplayControlReferenceId Required=boolean", ""),
  PersistedClaims: row("", "PersistedClaim*"),
  PersistedClaim: row(
    "ClaimTypeReferenceId!=id PartnerClaimType DefaultValue OverwriteIfExists=boolean AlwaysUseDefaultValue=boolean",
    "",
  ),
  ValidationTechnicalProfiles: row("", "ValidationTechnicalProfile+"),
  ValidationTechnicalProfile: row(
    "ReferenceId!=id ContinueOnSuccess=boolean ContinueOnError=boolean",
    "Preconditions*",
  ),
  SubjectNamingInfo: row(
    "ClaimType!=id NameQualifier SPNameQualifier Format SPProvidedID ExcludeAsClaim=boolean",
    "",
  ),
  Extensions: row("", "#any"),
  ErrorHandlers: row("", "ErrorHandler*"),
  ErrorHandler: row(
    "",
    "ErrorResponseFormat? ResponseMatch:Text Action:ErrorAction AdditionalRequestParameters*",
  ),
  ErrorResponseFormat: row("", "#errorFormat"),
  ErrorAction: row("", "#errorAction"),
  AdditionalRequestParameters: row("Key!=id", "#text"),
  EnabledForUserJourneys: row("", "#enabledForUserJourneys"),

  // 9 Journeys
  UserJourneys: row("", "UserJourney+"),
  UserJourney: row(
    "Id!=id NonInteractive=boolean DefaultCpimIssuerTechnicalProfileReferenceId",
    "AssuranceLevel:Text? PreserveOriginalAssertion:Boolean? Authorization? OrchestrationSteps? ClientDefinition:ReferenceOnly? CryptographicKeys?",
  ),
  Authorization: row("", "AuthorizationTechnicalProfiles?"),
  AuthorizationTechnicalProfiles: row("", "AuthorizationTechnicalProfile:ReferenceOnly+"),
  SubJourneys: row("", "SubJourney+"),
  SubJourney: row("Id!=id Type!=subJourneyType", "OrchestrationSteps?"),
  OrchestrationSteps: row("", "OrchestrationStep+"),
  OrchestrationStep: row(
    "Order!=order Type!=stepType ContentDefinitionReferenceId CpimIssuerTechnicalProfileReferenceId",
    "Preconditions* ClaimsProviderSelections* ClaimsExchanges* JourneyList*",
  ),
  Preconditions: row("", "Precondition+"),
  Precondition: row(
    "Type!=preconditionType ExecuteActionsIf!=boolean",
    "Value:Text+ Action:PreconditionAction+",
  ),
  PreconditionAction: row("", "#preconditionAction"),
  ClaimsProviderSelections: row("DisplayOption=displayOption", "ClaimsProviderSelection+"),
  ClaimsProviderSelection: row("TargetClaimsExchangeId ValidationClaimsExchangeId", ""),
  ClaimsExchanges: row("UserIdentity=boolean", "ClaimsExchange*"),
  ClaimsExchange: row("Id!=id TechnicalProfileReferenceId!=id", ""),
  JourneyList: row("", "Candidate+"),
  Candidate: row("SubJourneyReferenceId!=id", ""),

  // 10 Relying party
  RelyingParty: row(
    "",
    "DefaultUserJourney:ReferenceOnly? Endpoints? UserJourneyBehaviors? TechnicalProfile*",
  ),
  Endpoints: row("", "Endpoint+"),
  Endpoint: row("Id!=id UserJourneyReferenceId!=id", ""),
  UserJourneyBehaviors: row(
    "",
    "SingleSignOn? SessionExpiryType? SessionExpiryInSeconds? AzureApplicationInsights? JourneyInsights? ContentDefinitionParameters? JourneyFraming? ScriptExecution? OnError?",
  ),
  SingleSignOn: row("Scope!=singleSignOnScope KeepAliveInDays=int EnforceIdTokenHintOnLogout=boolean", ""),
  SessionExpiryType: row("", "#sessionExpiryType"),
  SessionExpiryInSeconds: row("", "#int"),
  AzureApplicationInsights: row("InstrumentationKey!=guid", ""),
  JourneyInsights: row(
    "TelemetryEngine!=telemetryEngine InstrumentationKey!=guid DeveloperMode=boolean ClientEnabled=boolean ServerEnabled=boolean TelemetryVersion=threePartVersion",
    "",
  ),
  ContentDefinitionParameters: row("", "Parameter:BehaviorParameter+"),
  BehaviorParameter: row("Name!=id", "#text"),
  JourneyFraming: row("Enabled!=boolean Sources!", ""),
  ScriptExecution: row("", "#scriptExecution"),
  OnError: row("Mode!=onErrorMode", ""),
};
