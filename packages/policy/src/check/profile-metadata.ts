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

/** What profiles of both protocols take that send a person to another provider. */
const federation: readonly MetadataRule[] = [
  address("ClaimsEndpoint"),
  address("end_session_endpoint"),
  words("token_endpoint_auth_method", "client_secret_post", "client_secret_basic", "private_key_jwt"),
  words("token_signing_algorithm", "RS256", "RS512"),
  flag("UsePolicyInRedirectUri"),
  flag("SingleLogoutEnabled"),
  flag("DiscoverMetadataByTokenIssuer"),
  flag("IncludeClaimResolvingInClaimsHandling"),
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
    flag("IncludeClaimResolvingInClaimsHandling"),
  ],
  directory: [
    words("Operation!", "Read", "Write", "DeleteClaims", "DeleteClaimsPrincipal"),
    flag("RaiseErrorIfClaimsPrincipalDoesNotExist"),
    flag("RaiseErrorIfClaimsPrincipalAlreadyExists"),
    flag("IncludeClaimResolvingInClaimsHandling"),
  ],
  restful: [
    address("ServiceUrl!"),
    words("AuthenticationType!", "None", "Basic", "Bearer", "ClientCertificate", "ApiKeyHeader"),
    flag("AllowInsecureAuthInProduction"),
    words("SendClaimsIn", "Body", "Form", "Header", "Url", "QueryString"),
    flag("DebugMode"),
    flag("IncludeClaimResolvingInClaimsHandling"),
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
  openIdConnect: [
    text("client_id!"),
    address("METADATA"),
    words("HttpBinding", "GET", "POST"),
    words("response_mode", "query", "form_post", "fragment"),
    ...federation,
    address("JWKS"),
  ],
  oauth2: [
    text("client_id!"),
    address("authorization_endpoint!"),
    address("AccessTokenEndpoint!"),
    words("HttpBinding", "GET", "POST"),
    words("response_mode", "query", "form_post", "fragment"),
    ...federation,
    flag("ResolveJsonPathsInJsonTokens"),
  ],
  issuer: [
    number("token_lifetime_secs", 300, 86400),
    number("id_token_lifetime_secs", 300, 86400),
    number("refresh_token_lifetime_secs", 86400, 7776000),
    number("rolling_refresh_token_lifetime_secs", 86400, 31536000),
    flag("allow_infinite_rolling_refresh_token"),
    words("IssuanceClaimPattern", "AuthorityAndTenantGuid", "AuthorityWithTfp"),
    words("AuthenticationContextReferenceClaimPattern", "None", "PolicyId"),
  ],
};

/** Kind → lower-case key → key, of its items whose values are judged. */
export const metadataKeys: ReadonlyMap<ProfileKind, ReadonlyMap<string, string>> = new Map(
  Object.entries(metadataRules).map(([kind, rules]) => [
    kind as ProfileKind,
    new Map(rules.map(({ key }) => [key.toLowerCase(), key])),
  ]),
);
