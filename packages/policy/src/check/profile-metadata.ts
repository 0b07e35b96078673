import type { ProfileKind } from "./profile-kind.ts";

/** What a metadata item of a kind of technical profile must look like. */
export interface MetadataRule {
  readonly key: string;
  readonly required: boolean;
  readonly accepts: (value: string) => boolean;
  /** What it takes, for the message. */
  readonly form: string;
}

function rule(key: string, form: string, accepts: (value: string) => boolean): MetadataRule {
  const required = key.endsWith("!");
  return { key: required ? key.slice(0, -1) : key, required, accepts, form };
}

const text = (key: string) => rule(key, "a text", (value) => value !== "");
const flag = (key: string) => rule(key, "true or false", (value) => /^(true|false|1|0)$/i.test(value));
const number = (key: string, least = 0, most = 2147483647) =>
  rule(
    key,
    `a whole number from ${least} to ${most}`,
    (value) => /^\d{1,10}$/.test(value) && Number(value) >= least && Number(value) <= most,
  );
const words = (key: string, ...all: readonly string[]) =>
  rule(key, `one of ${all.join(", ")}`, (value) =>
    all.some((word) => word.toLowerCase() === value.toLowerCase()),
  );
/** Placeholders in braces are filled in at run time. */
const address = (key: string) =>
  rule(key, "an absolute http(s) address", (value) => /^(https?:\/\/[^\s/]+|\{)/i.test(value));

const resolving = flag("IncludeClaimResolvingInClaimsHandling");

/** What profiles of both protocols take that send a person to another provider. */
const federation: readonly MetadataRule[] = [
  address("ClaimsEndpoint"),
  address("end_session_endpoint"),
  words("token_endpoint_auth_method", "client_secret_post", "client_secret_basic", "private_key_jwt"),
  words("token_signing_algorithm", "RS256", "RS512"),
  flag("UsePolicyInRedirectUri"),
  flag("SingleLogoutEnabled"),
  flag("DiscoverMetadataByTokenIssuer"),
  words("ClaimsProviderSelectionDisplayType", "Button", "TextLink", "SignUpLink"),
];

/** Items whose values can be judged. Source: technical-profiles.md 2.1, 4.1, 7, 17, 21.1, 22; api-connectors.md B2. */
export const metadataRules: Readonly<Partial<Record<ProfileKind, readonly MetadataRule[]>>> = {
  selfAsserted: [
    words("setting.operatingMode", "Email", "Username"),
    flag("setting.showSignupLink"),
    words("setting.forgotPasswordLinkLocation", "AfterLabel", "AfterInput", "AfterButtons", "None"),
    text("setting.forgotPasswordLinkOverride"),
    flag("setting.enableRememberMe"),
    flag("setting.showCancelButton"),
    flag("setting.showContinueButton"),
    number("setting.retryLimit"),
    number("setting.inputVerificationDelayTimeInMilliseconds"),
    flag("EnforceEmailVerification"),
    flag("AllowGenerationOfClaimsWithNullValues"),
    flag("setting.enableCaptchaChallenge"),
    words("ClaimsProviderSelectionDisplayType", "Button", "TextLink", "SignUpLink"),
    resolving,
  ],
  directory: [
    words("Operation!", "Read", "Write", "DeleteClaims", "DeleteClaimsPrincipal"),
    flag("RaiseErrorIfClaimsPrincipalDoesNotExist"),
    flag("RaiseErrorIfClaimsPrincipalAlreadyExists"),
    resolving,
  ],
  restful: [
    address("ServiceUrl!"),
    words("AuthenticationType!", "None", "Basic", "Bearer", "ClientCertificate", "ApiKeyHeader"),
    flag("AllowInsecureAuthInProduction"),
    words("SendClaimsIn", "Body", "Form", "Header", "Url", "QueryString"),
    flag("DebugMode"),
    resolving,
    flag("ResolveJsonPathsInJsonTokens"),
  ],
  oneTimePassword: [
    words("Operation!", "GenerateCode", "VerifyCode"),
    number("CodeExpirationInSeconds", 60, 1200),
    number("CodeLength", 1, 64),
    number("NumRetryAttempts", 1),
    number("NumCodeGenerationAttempts", 1),
    flag("ReuseSameCode"),
  ],
  sspr: [words("Operation!", "SendCode", "VerifyCode")],
  phoneFactor: [
    flag("ManualPhoneNumberEntryAllowed"),
    flag("setting.autodial"),
    flag("setting.autosubmit"),
    flag("setting.showCancelButton"),
    flag("setting.enableCaptchaChallenge"),
    number("setting.retryLimit"),
  ],
  claimsTransformation: [resolving],
  insights: [flag("DeveloperMode"), flag("DisableTelemetry"), flag("LogDateTimeClaimWithMs"), resolving],
  openIdConnect: [
    text("client_id!"),
    address("METADATA"),
    words("HttpBinding", "GET", "POST"),
    words("response_mode", "query", "form_post", "fragment"),
    ...federation,
    resolving,
    address("JWKS"),
  ],
  oauth2: [
    text("client_id!"),
    address("authorization_endpoint!"),
    address("AccessTokenEndpoint!"),
    words("HttpBinding", "GET", "POST"),
    words("response_mode", "query", "form_post", "fragment"),
    ...federation,
    resolving,
    words("BearerTokenTransmissionMethod", "AuthorizationHeader", "QueryString"),
    words("AccessTokenResponseFormat", "Default", "Json", "JsonP"),
    words("ClaimsResponseFormat", "Default", "Json", "JsonP"),
    flag("ResolveJsonPathsInJsonTokens"),
  ],
  issuer: [
    number("token_lifetime_secs", 300, 86400),
    number("id_token_lifetime_secs", 300, 86400),
    number("refresh_token_lifetime_secs", 86400, 7776000),
    number("rolling_refresh_token_lifetime_secs", 86400, 31536000),
    flag("allow_infinite_rolling_refresh_token"),
    flag("SendTokenResponseBodyWithJsonNumbers"),
    words("IssuanceClaimPattern", "AuthorityAndTenantGuid", "AuthorityWithTfp"),
    words("AuthenticationContextReferenceClaimPattern", "None", "PolicyId"),
  ],
};

/** Items that any text fits, or whose values are judged elsewhere: by reference, or where the profile is compiled. */
const everyKind =
  "ClaimTypeOnWhichToEnable ClaimValueOnWhichToEnable IncludeClaimResolvingInClaimsHandling ContentDefinitionReferenceId";
const provider =
  "client_id scope ProviderName METADATA issuer authorization_endpoint AccessTokenEndpoint response_types response_mode" +
  " HttpBinding IdTokenAudience ValidTokenIssuerPrefixes ReadBodyClaimsOnIdpRedirect MarkAsFailureOnStatusCode5xx resource" +
  " BearerTokenTransmissionMethod external_user_identity_claim_id SendTokenResponseBodyWithJsonNumbers" +
  " issuer_refresh_token_user_identity_claim_type ResolveJsonPathsInJsonTokens";
const furtherItems: Readonly<Partial<Record<ProfileKind, string>>> = {
  selfAsserted:
    "SignUpTarget IpAddressClaimReferenceId LocalAccountType LocalAccountProfile TokenLifeTimeInSeconds",
  directory: "ApplicationObjectId ClientId api-version",
  restful:
    "ClaimsFormat ClaimUsedForRequestPayload UseClaimAsBearerToken ClaimResolverUrlFormatting IgnoreServerCertificateErrors",
  oneTimePassword: "CharacterSet",
  sspr: "allowTestEmailAddressPassThrough",
  phoneFactor: "setting.authenticationMode",
  azureMfa: "Operation",
  claimsTransformation: "",
  insights: "InstrumentationKey",
  userJourneyContext: "",
  session: "AlwaysFetchClaimsFromProvider IncludeSessionIndex RegisterServiceProviders",
  issuer:
    "client_id issuer_refresh_token_user_identity_claim_type RefreshTokenUserJourneyId ClientCredentialsUserJourneyId" +
    " IssuerUri XmlSignatureAlgorithm TokenNotBeforeSkewInSeconds TokenLifeTimeInSeconds RemoveMillisecondsFromDateTime",
  helper: "METADATA issuer IdTokenAudience audience client_assertion_type client_id url",
  passwordGrant: `grant_type ${provider}`,
  openIdConnect: provider,
  oauth2:
    `${provider} AdditionalRequestQueryParameters ClaimsEndpointAccessTokenName ClaimsEndpointFormatName` +
    " ClaimsEndpointFormat ExtraParamsInAccessTokenEndpointResponse ExtraParamsInClaimsEndpointRequest ClientIdParamName" +
    " ClientSecretParamName ResponseErrorCodeParamName UserAgentForClaimsExchange",
};

/** Texts for people, of any kind of profile that can fail on a page; settings of the page; items of our own. */
const openKeys =
  /^(UserMessage|language\.|claimType\.|vestibule\.|(DefaultMessage|DefaultUserMessageIfRequestFailed|AADRequestsThrottled|ServiceThrottled|DateTimeGreaterThan|AssertNumberError|ResourceOwnerFlowInvalidCredentials)$)/i;

/** Kind → lower-case key → key, of every item that it has. A kind that does not run here is not listed. */
const metadataKeys: ReadonlyMap<ProfileKind, ReadonlyMap<string, string>> = new Map(
  Object.entries(furtherItems).map(([name, further]) => {
    const kind = name as ProfileKind;
    const keys = [
      ...(metadataRules[kind] ?? []).map(({ key }) => key),
      ...(kind === "passwordGrant" ? (metadataRules.openIdConnect ?? []).map(({ key }) => key) : []),
      ...`${everyKind} ${further}`.trim().split(/\s+/),
    ];
    return [kind, new Map(keys.map((key) => [key.toLowerCase(), key]))];
  }),
);

/** The keys of a kind where `key` is none of them; undefined where it is one, or where any key may stand. */
export function keysWithout(kind: ProfileKind, key: string): Iterable<string> | undefined {
  const known = metadataKeys.get(kind);
  return !known || known.has(key.toLowerCase()) || openKeys.test(key) ? undefined : known.values();
}
