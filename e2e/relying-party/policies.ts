/** Policy files of tests whose journeys need no person: token requests, hints, errors of the policy's own. */

const handler = (name: string) =>
  `<Protocol Name="Proprietary" Handler="Web.TPEngine.${name}, Web.TPEngine, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null" />`;

const file = (id: string, content: string, base?: string) => `<?xml version="1.0" encoding="utf-8"?>
<TrustFrameworkPolicy xmlns="http://schemas.microsoft.com/online/cpim/schemas/2013/06" PolicySchemaVersion="0.3.0.0"
    TenantId="contoso.onmicrosoft.com" PolicyId="B2C_1A_${id}" PublicPolicyUri="http://contoso.onmicrosoft.com/B2C_1A_${id}">
${base === undefined ? "" : `<BasePolicy><TenantId>contoso.onmicrosoft.com</TenantId><PolicyId>B2C_1A_${base}</PolicyId></BasePolicy>`}
${content}
</TrustFrameworkPolicy>`;

const claimType = (id: string, dataType = "string", more = "") =>
  `<ClaimType Id="${id}"><DisplayName>${id}</DisplayName><DataType>${dataType}</DataType>${more}</ClaimType>`;

const exchange = (order: number, profile: string) =>
  `<OrchestrationStep Order="${order}" Type="ClaimsExchange"><ClaimsExchanges>
     <ClaimsExchange Id="${profile}Exchange" TechnicalProfileReferenceId="${profile}" /></ClaimsExchanges></OrchestrationStep>`;

const skipIf = (claim: string, exists: boolean) =>
  `<Preconditions><Precondition Type="ClaimsExist" ExecuteActionsIf="${exists}"><Value>${claim}</Value>
     <Action>SkipThisOrchestrationStep</Action></Precondition></Preconditions>`;

const send = (order: number, issuer = "JwtIssuer", preconditions = "") =>
  `<OrchestrationStep Order="${order}" Type="SendClaims" CpimIssuerTechnicalProfileReferenceId="${issuer}">${preconditions}</OrchestrationStep>`;

const journey = (id: string, steps: string, attributes = "", head = "") =>
  `<UserJourney Id="${id}"${attributes}>${head}<OrchestrationSteps>${steps}</OrchestrationSteps></UserJourney>`;

/** The building blocks and journeys that every policy here shares. `issuer` is that of the tenant's tokens. */
const base = (issuer: string) =>
  file(
    "Base",
    `<BuildingBlocks>
  <ClaimsSchema>
    ${claimType("objectId")}${claimType("displayName")}${claimType("email")}${claimType("logonIdentifier")}
    ${claimType("password", "string", "<UserInputType>TextBox</UserInputType>")}
    ${claimType("tokenSource")}${claimType("stamp")}${claimType("errorCode")}${claimType("errorMessage")}
    ${claimType("userPrincipalName")}${claimType("secretNote")}${claimType("campaign")}${claimType("context")}
    ${claimType("refreshTokenIssuedOnDateTime")}${claimType("refreshTokensValidFromDateTime")}
  </ClaimsSchema>
  <ClaimsTransformations>
    <ClaimsTransformation Id="AssertGrantIsNewer" TransformationMethod="AssertDateTimeIsGreaterThan">
      <InputClaims><InputClaim ClaimTypeReferenceId="refreshTokenIssuedOnDateTime" TransformationClaimType="leftOperand" />
        <InputClaim ClaimTypeReferenceId="refreshTokensValidFromDateTime" TransformationClaimType="rightOperand" /></InputClaims>
      <InputParameters><InputParameter Id="AssertIfEqualTo" DataType="boolean" Value="false" />
        <InputParameter Id="AssertIfRightOperandIsNotPresent" DataType="boolean" Value="true" />
        <InputParameter Id="TreatAsEqualIfWithinMillseconds" DataType="int" Value="300000" /></InputParameters>
    </ClaimsTransformation>
    <ClaimsTransformation Id="SayWhy" TransformationMethod="FormatStringClaim">
      <InputClaims><InputClaim ClaimTypeReferenceId="email" TransformationClaimType="inputClaim" /></InputClaims>
      <InputParameters><InputParameter Id="stringFormat" DataType="string" Value="{0} is locked: 50% sure, Zoë" /></InputParameters>
      <OutputClaims><OutputClaim ClaimTypeReferenceId="errorMessage" TransformationClaimType="outputClaim" /></OutputClaims>
    </ClaimsTransformation>
  </ClaimsTransformations>
</BuildingBlocks>
<ClaimsProviders><ClaimsProvider><DisplayName>All</DisplayName><TechnicalProfiles>
  <TechnicalProfile Id="Password-Check"><DisplayName>Password</DisplayName><Protocol Name="OpenIdConnect" />
    <Metadata><Item Key="METADATA">https://login.microsoftonline.com/{tenant}/.well-known/openid-configuration</Item>
      <Item Key="client_id">proxy</Item><Item Key="grant_type">password</Item></Metadata>
    <InputClaims><InputClaim ClaimTypeReferenceId="logonIdentifier" PartnerClaimType="username" Required="true" DefaultValue="{OIDC:Username}" />
      <InputClaim ClaimTypeReferenceId="password" Required="true" DefaultValue="{OIDC:Password}" /></InputClaims>
    <OutputClaims><OutputClaim ClaimTypeReferenceId="objectId" PartnerClaimType="oid" /></OutputClaims>
  </TechnicalProfile>
  <TechnicalProfile Id="Directory-Read">${handler("Providers.AzureActiveDirectoryProvider")}
    <Metadata><Item Key="Operation">Read</Item><Item Key="RaiseErrorIfClaimsPrincipalDoesNotExist">true</Item></Metadata>
    <InputClaims><InputClaim ClaimTypeReferenceId="objectId" Required="true" /></InputClaims>
    <OutputClaims><OutputClaim ClaimTypeReferenceId="displayName" /><OutputClaim ClaimTypeReferenceId="refreshTokensValidFromDateTime" /></OutputClaims>
  </TechnicalProfile>
  <TechnicalProfile Id="Directory-CheckDate">
    <OutputClaimsTransformations><OutputClaimsTransformation ReferenceId="AssertGrantIsNewer" /></OutputClaimsTransformations>
    <IncludeTechnicalProfile ReferenceId="Directory-Read" />
  </TechnicalProfile>
  <TechnicalProfile Id="Refresh-Setup"><Protocol Name="None" />
    <OutputClaims><OutputClaim ClaimTypeReferenceId="objectId" /><OutputClaim ClaimTypeReferenceId="refreshTokenIssuedOnDateTime" />
      <OutputClaim ClaimTypeReferenceId="tokenSource" DefaultValue="refresh" AlwaysUseDefaultValue="true" /></OutputClaims>
  </TechnicalProfile>
  <TechnicalProfile Id="Credentials-Setup"><Protocol Name="None" />
    <OutputClaims><OutputClaim ClaimTypeReferenceId="objectId" />
      <OutputClaim ClaimTypeReferenceId="tokenSource" DefaultValue="application" AlwaysUseDefaultValue="true" /></OutputClaims>
  </TechnicalProfile>
  <TechnicalProfile Id="UserInfo-Authorization"><Protocol Name="None" /><InputTokenFormat>JWT</InputTokenFormat>
    <Metadata><Item Key="issuer">${issuer}</Item><Item Key="audience">["bbbbbbbb-0000-4000-8000-0000000000a1"]</Item></Metadata>
    <CryptographicKeys><Key Id="issuer_secret" StorageReferenceId="B2C_1A_TokenSigningKeyContainer" /></CryptographicKeys>
    <OutputClaims><OutputClaim ClaimTypeReferenceId="objectId" PartnerClaimType="sub" /></OutputClaims>
  </TechnicalProfile>
  <TechnicalProfile Id="UserInfo-Issuer"><Protocol Name="None" /><OutputTokenFormat>JSON</OutputTokenFormat>
    <CryptographicKeys><Key Id="issuer_secret" StorageReferenceId="B2C_1A_TokenSigningKeyContainer" /></CryptographicKeys>
    <InputClaims><InputClaim ClaimTypeReferenceId="objectId" PartnerClaimType="sub" /><InputClaim ClaimTypeReferenceId="displayName" PartnerClaimType="name" />
      <InputClaim ClaimTypeReferenceId="email" /></InputClaims>
  </TechnicalProfile>
  <TechnicalProfile Id="Hint-Own"><Protocol Name="None" />
    <Metadata><Item Key="METADATA">{METADATA}</Item></Metadata>
    <OutputClaims><OutputClaim ClaimTypeReferenceId="objectId" PartnerClaimType="sub" /><OutputClaim ClaimTypeReferenceId="displayName" PartnerClaimType="name" />
      <OutputClaim ClaimTypeReferenceId="secretNote" PartnerClaimType="aud" /></OutputClaims>
  </TechnicalProfile>
  <TechnicalProfile Id="Hint-Secret"><Protocol Name="None" />
    <Metadata><Item Key="IdTokenAudience">the-audience</Item><Item Key="issuer">https://partner.example/</Item></Metadata>
    <CryptographicKeys><Key Id="client_secret" StorageReferenceId="B2C_1A_HintKey" /></CryptographicKeys>
    <OutputClaims><OutputClaim ClaimTypeReferenceId="email" PartnerClaimType="mail" /></OutputClaims>
  </TechnicalProfile>
  <TechnicalProfile Id="Stamp">${handler("Providers.ClaimsTransformationProtocolProvider")}
    <Metadata><Item Key="IncludeClaimResolvingInClaimsHandling">true</Item></Metadata>
    <OutputClaims><OutputClaim ClaimTypeReferenceId="stamp" DefaultValue="{OIDC:ClientId}" AlwaysUseDefaultValue="true" /></OutputClaims>
  </TechnicalProfile>
  <TechnicalProfile Id="Error-Issuer"><Protocol Name="OAuth2" /><OutputTokenFormat>OAuth2Error</OutputTokenFormat>
    <CryptographicKeys><Key Id="issuer_secret" StorageReferenceId="B2C_1A_TokenSigningKeyContainer" /></CryptographicKeys>
    <InputClaims><InputClaim ClaimTypeReferenceId="errorCode" DefaultValue="Locked-7" /><InputClaim ClaimTypeReferenceId="errorMessage" /></InputClaims>
    <OutputClaimsTransformations><OutputClaimsTransformation ReferenceId="SayWhy" /></OutputClaimsTransformations>
  </TechnicalProfile>
  <TechnicalProfile Id="JwtIssuer"><DisplayName>JWT</DisplayName><Protocol Name="OpenIdConnect" /><OutputTokenFormat>JWT</OutputTokenFormat>
    <Metadata><Item Key="issuer_refresh_token_user_identity_claim_type">objectId</Item>
      <Item Key="RefreshTokenUserJourneyId">Refresh</Item><Item Key="ClientCredentialsUserJourneyId">Application</Item></Metadata>
    <CryptographicKeys><Key Id="issuer_secret" StorageReferenceId="B2C_1A_TokenSigningKeyContainer" />
      <Key Id="issuer_refresh_token_key" StorageReferenceId="B2C_1A_TokenEncryptionKeyContainer" /></CryptographicKeys>
  </TechnicalProfile>
</TechnicalProfiles></ClaimsProvider></ClaimsProviders>
<UserJourneys>
  ${journey("Password", `${exchange(1, "Password-Check")}${exchange(2, "Directory-Read")}${send(3)}`)}
  ${journey("Refresh", `${exchange(1, "Refresh-Setup")}${exchange(2, "Directory-CheckDate")}${send(3)}`)}
  ${journey("Application", `${exchange(1, "Credentials-Setup")}${exchange(2, "Stamp")}${send(3)}`)}
  ${journey("OpenInfo", send(1, "UserInfo-Issuer"))}
  ${journey(
    "UserInfo",
    `${exchange(1, "Directory-Read")}${send(2, "UserInfo-Issuer")}`,
    ' DefaultCpimIssuerTechnicalProfileReferenceId="UserInfo-Issuer"',
    '<Authorization><AuthorizationTechnicalProfiles><AuthorizationTechnicalProfile ReferenceId="UserInfo-Authorization" /></AuthorizationTechnicalProfiles></Authorization>',
  )}
  ${journey(
    "OwnHint",
    `<OrchestrationStep Order="1" Type="GetClaims" CpimIssuerTechnicalProfileReferenceId="Hint-Own" />${send(2)}`,
  )}
  ${journey(
    "SecretHint",
    `<OrchestrationStep Order="1" Type="GetClaims" CpimIssuerTechnicalProfileReferenceId="Hint-Secret" />
     ${send(2, "Error-Issuer", skipIf("email", false))}${send(3)}`,
    ' DefaultCpimIssuerTechnicalProfileReferenceId="JwtIssuer"',
  )}
</UserJourneys>`,
  );

const relyingParty = (
  id: string,
  start: string,
  more: { endpoints?: string; inputs?: string; subject?: string } = {},
) =>
  file(
    id,
    `<RelyingParty><DefaultUserJourney ReferenceId="${start}" />${more.endpoints ?? ""}
  <TechnicalProfile Id="PolicyProfile"><Protocol Name="OpenIdConnect" />
    ${more.inputs === undefined ? "" : `<InputClaims>${more.inputs}</InputClaims>`}
    <OutputClaims><OutputClaim ClaimTypeReferenceId="${more.subject ?? "objectId"}" PartnerClaimType="sub" DefaultValue="nobody" />
      <OutputClaim ClaimTypeReferenceId="displayName" PartnerClaimType="name" DefaultValue="" />
      <OutputClaim ClaimTypeReferenceId="tokenSource" DefaultValue="first" /><OutputClaim ClaimTypeReferenceId="stamp" DefaultValue="" />
      <OutputClaim ClaimTypeReferenceId="secretNote" DefaultValue="" />
      <OutputClaim ClaimTypeReferenceId="campaign" DefaultValue="{OAUTH-KV:campaign}" AlwaysUseDefaultValue="true" />
      <OutputClaim ClaimTypeReferenceId="context" DefaultValue="{OIDC:AuthenticationContextReferences}" AlwaysUseDefaultValue="true" />
    </OutputClaims><SubjectNamingInfo ClaimType="sub" /></TechnicalProfile></RelyingParty>`,
    "Base",
  );

/** The files of a tenant's folder; `origin` is the server's, whose own metadata one of the hints is checked by. */
export function policyFiles(origin: string, tenantId: string): Readonly<Record<string, string>> {
  const metadata = `${origin}/contoso.onmicrosoft.com/B2C_1A_Password/v2.0/.well-known/openid-configuration`;
  return {
    "Base.xml": base(`https://contoso.b2clogin.com/${tenantId}/v2.0/`).replace("{METADATA}", metadata),
    "Password.xml": relyingParty("Password", "Password", {
      endpoints: '<Endpoints><Endpoint Id="UserInfo" UserJourneyReferenceId="UserInfo" /></Endpoints>',
    }),
    "OpenInfo.xml": relyingParty("OpenInfo", "Password", {
      endpoints: '<Endpoints><Endpoint Id="UserInfo" UserJourneyReferenceId="OpenInfo" /></Endpoints>',
    }),
    "OwnHint.xml": relyingParty("OwnHint", "OwnHint", {
      inputs:
        '<InputClaim ClaimTypeReferenceId="objectId" /><InputClaim ClaimTypeReferenceId="displayName" />',
    }),
    "SecretHint.xml": relyingParty("SecretHint", "SecretHint", {
      inputs: '<InputClaim ClaimTypeReferenceId="email" />',
      subject: "email",
    }),
    "NeededHint.xml": relyingParty("NeededHint", "OwnHint", {
      inputs: '<InputClaim ClaimTypeReferenceId="objectId" Required="true" />',
    }),
  };
}
