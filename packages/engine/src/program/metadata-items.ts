/** A metadata item of a kind of technical profile, for the reference and for a test that the code reads it. */
export interface MetadataItem {
  readonly key: string;
  /** What counts where it is left out; "" = it is required or has none. */
  readonly otherwise: string;
  readonly describe: string;
  /** B2C has it; here it is accepted and changes nothing. */
  readonly inert?: true;
}

const items = (text: string): readonly MetadataItem[] =>
  text
    .trim()
    .split("\n")
    .map((line) => {
      const [key = "", otherwise = "", describe = ""] = line.split("|").map((part) => part.trim());
      return key.startsWith("-")
        ? { key: key.slice(1), otherwise, describe, inert: true }
        : { key, otherwise, describe };
    });

const common = `
ClaimTypeOnWhichToEnable | | With EnabledForUserJourneys: the claim that is asked.
ClaimValueOnWhichToEnable | | With EnabledForUserJourneys: the value that it must hold.
IncludeClaimResolvingInClaimsHandling | false | Claim resolvers in default values are expanded.`;

const provider = `
client_id | | The application's id at the provider. Required.
scope | | Scopes that are asked for; openid where an OpenID Connect provider is asked for nothing else.
response_mode | | query, form_post or fragment; form_post of an OpenID Connect provider.
HttpBinding | POST | GET or POST, for the token endpoint.
token_endpoint_auth_method | client_secret_post | client_secret_post, client_secret_basic or private_key_jwt.
token_signing_algorithm | RS256 | RS256 or RS512, for private_key_jwt.
UsePolicyInRedirectUri | false | The policy's own redirect address instead of the tenant's.
SingleLogoutEnabled | true | Sign-out goes on at the provider.
end_session_endpoint | | The provider's sign-out address, where its metadata does not name it.
ClaimsEndpoint | | Address of the user's claims.
IdTokenAudience | client_id | What aud of the id token must be.
DiscoverMetadataByTokenIssuer | false | Keys are looked up at the token's own issuer.
ValidTokenIssuerPrefixes | | Issuers that are believed, where any tenant of the provider may sign in.
ClaimsProviderSelectionDisplayType | Button | Button, TextLink or SignUpLink on pages that offer the provider.
-ProviderName | | Accepted; shown nowhere.
-external_user_identity_claim_id | | Accepted; the claims mapping says who the person is.`;

/** Kind of technical profile → its items. Items of every kind stand under the empty name. */
export const metadataItems: Readonly<Record<string, readonly MetadataItem[]>> = {
  "": items(common),
  "Self-asserted": items(`
ContentDefinitionReferenceId | api.selfasserted | The page's content definition.
SignUpTarget | SignUpWithLogonEmailExchange | The exchange behind the sign-up link.
EnforceEmailVerification | true | A claim with PartnerClaimType Verified.Email must be proved by a code.
AllowGenerationOfClaimsWithNullValues | false | An empty field becomes an empty claim.
setting.retryLimit | 7 | Failed submissions before the journey ends.
setting.operatingMode | | Email or Username: what a sign-in page calls its first field, and its form.
setting.forgotPasswordLinkLocation | AfterLabel | AfterLabel, AfterInput, AfterButtons or None.
setting.bottomUnderFormClaimsProviderSelections | | Exchanges whose buttons stand below the form, as links.
setting.inputVerificationDelayTimeInMilliseconds | 0 | How long a field that was refused waits for more typing before it is checked again.
ClaimsProviderSelectionDisplayType | Button | Button, TextLink or SignUpLink on pages that offer the profile.
setting.showSignupLink | true | The link to sign up.
setting.forgotPasswordLinkOverride | | The exchange behind the forgotten password; without it the application gets AADB2C90118.
setting.enableRememberMe | false | The box that keeps people signed in.
setting.showCancelButton | true | A button that gives up.
setting.showContinueButton | true | The button that submits.
setting.enableCaptchaChallenge | false | Asks for the page's CAPTCHA control.
IpAddressClaimReferenceId | | The claim that gets the browser's address, where it is declared.
claimType.<claim>.DisplayName.<language> | | A field's name, older than LocalizedResources and weaker.
-LocalAccountType | | Accepted, as in B2C.
-LocalAccountProfile | | Accepted, as in B2C.
-TokenLifeTimeInSeconds | | Accepted, as in B2C.`),
  Directory: items(`
Operation | | Read, Write, DeleteClaims or DeleteClaimsPrincipal. Required.
RaiseErrorIfClaimsPrincipalDoesNotExist | false | An account that is not there is an error.
RaiseErrorIfClaimsPrincipalAlreadyExists | false | An account that is there already is an error.
-api-version | | Accepted, as in B2C.
-ApplicationObjectId | | Accepted; extension attributes belong to the tenant.
-ClientId | | Accepted; extension attributes belong to the tenant.`),
  "Local sign-in (login-NonInteractive)": items(`
grant_type | | password makes an OpenIdConnect profile one that checks a password.`),
  RESTful: items(`
ServiceUrl | | Address of the API. Required.
AuthenticationType | | None, Basic, Bearer, ClientCertificate or ApiKeyHeader. Required.
AllowInsecureAuthInProduction | false | AuthenticationType None is allowed in production.
SendClaimsIn | Body | Body, Form, Header, Url or QueryString.
ClaimUsedForRequestPayload | | A claim whose JSON is the whole body.
UseClaimAsBearerToken | | A claim whose value is the bearer token.
ClaimResolverUrlFormatting | false | Claim resolvers in path and query of the address are expanded.
DebugMode | false | The API's developer message is shown on the page.
ResolveJsonPathsInJsonTokens | false | Partner names are paths into the answer.
-ClaimsFormat | | Accepted, as in B2C.
IgnoreServerCertificateErrors | false | true is refused: certificates are always checked.`),
  "One-time password": items(`
Operation | | GenerateCode or VerifyCode. Required.
CodeExpirationInSeconds | 600 | 60 to 1200.
CodeLength | 6 | 1 to 64.
CharacterSet | 0-9 | Characters and ranges that codes are made of.
NumRetryAttempts | 5 | Wrong guesses before a code is void.
NumCodeGenerationAttempts | 10 | Codes that one identifier gets while the last one is valid.
ReuseSameCode | false | The code that is still valid is given again.`),
  "Azure AD SSPR": items(`
Operation | | SendCode or VerifyCode. Required.
-allowTestEmailAddressPassThrough | | Accepted; every address gets a code.`),
  "Phone factor": items(`
ContentDefinitionReferenceId | | The page's content definition. Required.
ManualPhoneNumberEntryAllowed | false | A person without a number on file may type one.
setting.authenticationMode | mixed | sms, phone or mixed.
setting.autodial | false | A single number on file is texted or called as soon as the page is open.
setting.autosubmit | true | The last digit of a code submits it.
setting.retryLimit | 3 | Wrong codes before the journey ends.
setting.showCancelButton | true | A button that gives up.`),
  id_token_hint: items(`
METADATA | | The provider whose keys sign hints.
issuer | | Who must have issued the hint.
IdTokenAudience | | Whom the hint must be for.`),
  "OpenID Connect provider": items(`${provider}
response_types | code | Response types that are asked for.
METADATA | | Address of the provider's discovery document; else the endpoints below.
authorization_endpoint | | Where people are sent.
AccessTokenEndpoint | | Where the code is redeemed.
JWKS | | The provider's keys.
issuer | | Who must have issued the id token.
ReadBodyClaimsOnIdpRedirect | | Names of the claims that the provider posts beside the code, such as Apple's user.
resource | | Sent along as it is, with the authorization request.
-BearerTokenTransmissionMethod | | Accepted; the access token goes in a header.
-ResolveJsonPathsInJsonTokens | | Accepted; a partner name that is no claim is a path.
-MarkAsFailureOnStatusCode5xx | | Accepted; every status from 400 is a failure.`),
  "OAuth 2.0 provider": items(`${provider}
authorization_endpoint | | Where people are sent. Required.
AccessTokenEndpoint | | Where the code is redeemed. Required.
AdditionalRequestQueryParameters | | Further parameters of the authorization request.
BearerTokenTransmissionMethod | | AuthorizationHeader sends the access token in a header, else in the query.
ResolveJsonPathsInJsonTokens | false | Partner names are paths into the answer.
ClaimsEndpointAccessTokenName | access_token | The parameter that carries the token.
ClaimsEndpointFormatName | | Name of the parameter that asks for a format.
ClaimsEndpointFormat | | Its value.
ExtraParamsInAccessTokenEndpointResponse | | Members of the token answer that go on to the claims endpoint.
ExtraParamsInClaimsEndpointRequest | | Further parameters of the claims request.
ClientIdParamName | client_id | The parameter's name.
ClientSecretParamName | client_secret | The parameter's name.
ResponseErrorCodeParamName | error | The parameter that carries the provider's error.
UserAgentForClaimsExchange | | User-Agent of the claims request.
-AccessTokenResponseFormat | | Accepted; JSON and form answers are told apart.
-ClaimsResponseFormat | | Accepted; JSON is read.`),
  "JWT issuer": items(`
token_lifetime_secs | 3600 | Life of access tokens in seconds.
id_token_lifetime_secs | 3600 | Life of id tokens in seconds.
refresh_token_lifetime_secs | 1209600 | Life of refresh tokens in seconds.
rolling_refresh_token_lifetime_secs | 7776000 | How long refresh tokens may be renewed.
allow_infinite_rolling_refresh_token | false | They may be renewed for ever.
IssuanceClaimPattern | AuthorityAndTenantGuid | Form of iss; AuthorityWithTfp names the policy too.
AuthenticationContextReferenceClaimPattern | PolicyId | None leaves acr out.
RefreshTokenUserJourneyId | | The journey that answers refresh tokens.
ClientCredentialsUserJourneyId | | The journey behind the client-credentials grant.
SendTokenResponseBodyWithJsonNumbers | true | expires_in and its like are numbers.
-issuer_refresh_token_user_identity_claim_type | | Accepted; refresh tokens belong to the account.`),
  "UserInfo issuer and token": items(`
issuer | | Who must have issued the presented token.
audience | | Whom it must be for.`),
  "Session management": items(`
-AlwaysFetchClaimsFromProvider | | Accepted, as in B2C.
-IncludeSessionIndex | | Accepted; SAML only.
-RegisterServiceProviders | | Accepted; SAML only.`),
  "Claims transformation": items(`
ContentDefinitionReferenceId | | Whose localized texts its transformations read.`),
  "Azure MFA": items(`
Operation | | OneWaySMS, Verify, GetAvailableDevices, BeginVerifyOTP or VerifyOTP. Required.`),
  "Application Insights": items(`
InstrumentationKey | | A GUID or a connection string. Required, and sent nowhere: events go to the trace and to OpenTelemetry.
DisableTelemetry | false | Events stay in the trace.
LogDateTimeClaimWithMs | false | Moments keep their milliseconds.
-DeveloperMode | | Accepted; events are sent at once.`),
};
