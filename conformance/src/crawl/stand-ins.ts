import type { Diagnostic } from "@vestibule/policy";

/**
 * Technical profiles that a published policy expects its reader to have already: an identity provider, a mail service.
 * Undefined where anything else is wrong with the policy, too.
 */
export function missingProfiles(errors: readonly Diagnostic[]): readonly string[] | undefined {
  const ids = errors.map(({ code, message }) =>
    code === "PL103" ? /reference to TechnicalProfile '([^']+)'/.exec(message)?.[1] : undefined,
  );
  const found = ids.filter((id) => id !== undefined);
  return found.length > 0 && found.length === errors.length ? [...new Set(found)] : undefined;
}

/** The base policy's text with a profile of each id, of the kind that its name speaks of. */
export function withStandIns(base: string, ids: readonly string[]): string {
  const profiles = ids
    .map((id) => (isProvider(id) ? providerProfile(id, base) : serviceProfile(id)))
    .join("");
  const added = `<ClaimsProvider><DisplayName>Stand-ins</DisplayName><TechnicalProfiles>${profiles}</TechnicalProfiles></ClaimsProvider>`;
  const end = base.lastIndexOf("</ClaimsProviders>");
  return end < 0 ? base : `${base.slice(0, end)}${added}${base.slice(end)}`;
}

const isProvider = (id: string) =>
  /oauth|oidc|openid|google|facebook|microsoft|amazon|linkedin|github|apple|social/i.test(id);

function serviceProfile(id: string): string {
  return `<TechnicalProfile Id="${id}"><DisplayName>${id}</DisplayName>
    <Protocol Name="Proprietary" Handler="Web.TPEngine.Providers.RestfulProvider, Web.TPEngine, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null" />
    <Metadata><Item Key="ServiceUrl">https://placeholder.example/${encodeURIComponent(id)}</Item>
      <Item Key="AuthenticationType">None</Item><Item Key="SendClaimsIn">Body</Item>
      <Item Key="AllowInsecureAuthInProduction">true</Item></Metadata></TechnicalProfile>`;
}

/** In the manner of the starter packs' own provider, as far as the base has the transformations for it. */
function providerProfile(id: string, base: string): string {
  const transformations = [
    "CreateRandomUPNUserName",
    "CreateUserPrincipalName",
    "CreateAlternativeSecurityId",
    "CreateSubjectClaimFromAlternativeSecurityId",
  ].filter((each) => base.includes(`Id="${each}"`));
  const outputs = transformations
    .map((each) => `<OutputClaimsTransformation ReferenceId="${each}" />`)
    .join("");
  return `<TechnicalProfile Id="${id}"><DisplayName>${id}</DisplayName><Protocol Name="OAuth2" />
    <Metadata><Item Key="ProviderName">${id}</Item><Item Key="client_id">placeholder</Item>
      <Item Key="authorization_endpoint">https://placeholder.example/authorize</Item>
      <Item Key="AccessTokenEndpoint">https://placeholder.example/token</Item>
      <Item Key="ClaimsEndpoint">https://placeholder.example/userinfo</Item>
      <Item Key="AccessTokenResponseFormat">json</Item><Item Key="HttpBinding">POST</Item><Item Key="scope">email</Item></Metadata>
    <CryptographicKeys><Key Id="client_secret" StorageReferenceId="B2C_1A_StandInSecret" /></CryptographicKeys>
    <OutputClaims><OutputClaim ClaimTypeReferenceId="issuerUserId" PartnerClaimType="id" />
      <OutputClaim ClaimTypeReferenceId="identityProvider" DefaultValue="placeholder.example" />
      <OutputClaim ClaimTypeReferenceId="authenticationSource" DefaultValue="socialIdpAuthentication" /></OutputClaims>
    ${outputs === "" ? "" : `<OutputClaimsTransformations>${outputs}</OutputClaimsTransformations>`}</TechnicalProfile>`;
}
