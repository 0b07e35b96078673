// A custom policy whose form and steps ask APIs, in the manner of Microsoft's walkthroughs. For tests only.

const selfAsserted =
  "Web.TPEngine.Providers.SelfAssertedAttributeProvider, Web.TPEngine, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null";
const restful =
  "Web.TPEngine.Providers.RestfulProvider, Web.TPEngine, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null";

const claimType = (id: string, more = "") =>
  `<ClaimType Id="${id}"><DisplayName>${id}</DisplayName><DataType>${/Points/.test(id) ? "long" : "string"}</DataType>${more}</ClaimType>`;

const profile = (id: string, handler: string, inside: string) => `
  <TechnicalProfile Id="${id}"><DisplayName>${id}</DisplayName>
    <Protocol Name="Proprietary" Handler="${handler}" />${inside}</TechnicalProfile>`;

const rest = (id: string, metadata: Readonly<Record<string, string>>, inside: string) =>
  profile(
    id,
    restful,
    `<Metadata>${Object.entries(metadata)
      .map(([key, value]) => `<Item Key="${key}">${value}</Item>`)
      .join("")}</Metadata>${inside}`,
  );

/** `url` is where its APIs are; `metadata` stands over that of the profile behind the form. */
export function policyXml(url: string, metadata: Readonly<Record<string, string>> = {}): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<TrustFrameworkPolicy xmlns="http://schemas.microsoft.com/online/cpim/schemas/2013/06" PolicySchemaVersion="0.3.0.0"
    TenantId="fabrikam.onmicrosoft.com" PolicyId="B2C_1A_member" PublicPolicyUri="http://fabrikam.onmicrosoft.com/B2C_1A_member">
<BuildingBlocks>
  <ClaimsSchema>
    ${["objectId", "bearer", "payload", "tier", "newsletter", "memberNumber"].map((id) => claimType(id)).join("")}
    ${claimType("loyaltyPoints")}
    ${claimType("email", "<UserInputType>TextBox</UserInputType>")}
    ${claimType("givenName", "<UserInputType>TextBox</UserInputType>")}
    ${claimType("newPassword", "<UserInputType>Password</UserInputType>")}
  </ClaimsSchema>
  <ClaimsTransformations>
    <ClaimsTransformation Id="MakeId" TransformationMethod="CreateRandomString">
      <InputParameters><InputParameter Id="randomGeneratorType" DataType="string" Value="GUID" /></InputParameters>
      <OutputClaims><OutputClaim ClaimTypeReferenceId="objectId" TransformationClaimType="outputClaim" /></OutputClaims>
    </ClaimsTransformation>
    <ClaimsTransformation Id="HashEmail" TransformationMethod="Hash">
      <InputClaims><InputClaim ClaimTypeReferenceId="email" TransformationClaimType="plaintext" />
        <InputClaim ClaimTypeReferenceId="givenName" TransformationClaimType="salt" /></InputClaims>
      <InputParameters><InputParameter Id="randomizerSecret" DataType="string" Value="B2C_1A_Pepper" /></InputParameters>
      <OutputClaims><OutputClaim ClaimTypeReferenceId="memberNumber" TransformationClaimType="hash" /></OutputClaims>
    </ClaimsTransformation>
    <ClaimsTransformation Id="SameText" TransformationMethod="AssertStringClaimsAreEqual">
      <InputClaims><InputClaim ClaimTypeReferenceId="email" TransformationClaimType="inputClaim1" />
        <InputClaim ClaimTypeReferenceId="givenName" TransformationClaimType="inputClaim2" /></InputClaims>
      <InputParameters><InputParameter Id="stringComparison" DataType="string" Value="ordinal" /></InputParameters>
    </ClaimsTransformation>
    <ClaimsTransformation Id="MakePayload" TransformationMethod="GenerateJson">
      <InputClaims><InputClaim ClaimTypeReferenceId="email" TransformationClaimType="customer.email" /></InputClaims>
      <OutputClaims><OutputClaim ClaimTypeReferenceId="payload" TransformationClaimType="outputClaim" /></OutputClaims>
    </ClaimsTransformation>
  </ClaimsTransformations>
  <ContentDefinitions>
    <ContentDefinition Id="api.error"><LoadUri>~/tenant/templates/AzureBlue/exception.cshtml</LoadUri>
      <RecoveryUri>~/common/default_page_error.html</RecoveryUri>
      <DataUri>urn:com:microsoft:aad:b2c:elements:contract:globalexception:1.2.1</DataUri></ContentDefinition>
    <ContentDefinition Id="api.selfasserted"><LoadUri>~/tenant/templates/AzureBlue/selfAsserted.cshtml</LoadUri>
      <RecoveryUri>~/common/default_page_error.html</RecoveryUri>
      <DataUri>urn:com:microsoft:aad:b2c:elements:contract:selfasserted:2.1.7</DataUri>
      <LocalizedResourcesReferences MergeBehavior="Prepend">
        <LocalizedResourcesReference Language="en" LocalizedResourcesReferenceId="api.selfasserted.en" />
      </LocalizedResourcesReferences></ContentDefinition>
  </ContentDefinitions>
  <Localization Enabled="true">
    <SupportedLanguages DefaultLanguage="en" MergeBehavior="ReplaceAll"><SupportedLanguage>en</SupportedLanguage></SupportedLanguages>
    <LocalizedResources Id="api.selfasserted.en"><LocalizedStrings>
      <LocalizedString ElementType="ErrorMessage" StringId="DefaultUserMessageIfRequestFailed">Our register rests.</LocalizedString>
    </LocalizedStrings></LocalizedResources>
  </Localization>
</BuildingBlocks>
<ClaimsProviders><ClaimsProvider><DisplayName>Fabrikam</DisplayName><TechnicalProfiles>
  ${profile(
    "AskPerson",
    selfAsserted,
    `<Metadata><Item Key="ContentDefinitionReferenceId">api.selfasserted</Item></Metadata>
    <OutputClaims><OutputClaim ClaimTypeReferenceId="email" Required="true" /><OutputClaim ClaimTypeReferenceId="givenName" />
      <OutputClaim ClaimTypeReferenceId="newPassword" /><OutputClaim ClaimTypeReferenceId="memberNumber" />
      <OutputClaim ClaimTypeReferenceId="objectId" /></OutputClaims>
    <OutputClaimsTransformations><OutputClaimsTransformation ReferenceId="MakeId" /></OutputClaimsTransformations>
    <ValidationTechnicalProfiles><ValidationTechnicalProfile ReferenceId="REST-CheckMember">
      <Preconditions><Precondition Type="ClaimsExist" ExecuteActionsIf="false"><Value>email</Value>
        <Action>SkipThisValidationTechnicalProfile</Action></Precondition></Preconditions>
    </ValidationTechnicalProfile></ValidationTechnicalProfiles>`,
  )}
  ${rest(
    "REST-CheckMember",
    {
      ServiceUrl: `${url}/members?code=key-in-the-address`,
      AuthenticationType: "Basic",
      SendClaimsIn: "Body",
      "vestibule.signature": "HmacSha256",
      "vestibule.tries": "1",
      ...metadata,
    },
    `<CryptographicKeys>
      ${
        metadata.AuthenticationType === "Bearer"
          ? `<Key Id="vestibule.ClientSecret" StorageReferenceId="B2C_1A_Client" />`
          : `<Key Id="BasicAuthenticationUsername" StorageReferenceId="B2C_1A_RestUser" />
      <Key Id="BasicAuthenticationPassword" StorageReferenceId="B2C_1A_RestPassword" />`
      }
      <Key Id="vestibule.SigningKey" StorageReferenceId="B2C_1A_RestSigning" /></CryptographicKeys>
    <InputClaims><InputClaim ClaimTypeReferenceId="email" PartnerClaimType="mail" Required="true" />
      <InputClaim ClaimTypeReferenceId="givenName" /><InputClaim ClaimTypeReferenceId="loyaltyPoints" />
      <InputClaim ClaimTypeReferenceId="newPassword" PartnerClaimType="pass" />
      <InputClaim ClaimTypeReferenceId="newsletter" DefaultValue="no" />
      <InputClaim ClaimTypeReferenceId="tier" PartnerClaimType="lcid" DefaultValue="{Culture:LCID}" AlwaysUseDefaultValue="true" /></InputClaims>
    <OutputClaims><OutputClaim ClaimTypeReferenceId="memberNumber" PartnerClaimType="memberNo" />
      <OutputClaim ClaimTypeReferenceId="loyaltyPoints" PartnerClaimType="points" /></OutputClaims>`,
  )}
  ${rest(
    "REST-Enrich",
    {
      ServiceUrl: `${url}/enrich/{objectId}`,
      AuthenticationType: "Bearer",
      UseClaimAsBearerToken: "bearer",
      SendClaimsIn: "Url",
    },
    `<InputClaims><InputClaim ClaimTypeReferenceId="bearer" /><InputClaim ClaimTypeReferenceId="objectId" /></InputClaims>
    <OutputClaims><OutputClaim ClaimTypeReferenceId="tier" DefaultValue="none" /></OutputClaims>`,
  )}
  ${rest(
    "REST-Order",
    {
      ServiceUrl: `${url}/order`,
      AuthenticationType: "ApiKeyHeader",
      ClaimUsedForRequestPayload: "payload",
    },
    `<CryptographicKeys><Key Id="x-functions-key" StorageReferenceId="B2C_1A_OrderKey" /></CryptographicKeys>
    <InputClaimsTransformations><InputClaimsTransformation ReferenceId="MakePayload" /></InputClaimsTransformations>
    <InputClaims><InputClaim ClaimTypeReferenceId="payload" /></InputClaims>`,
  )}
  <TechnicalProfile Id="JwtIssuer"><DisplayName>Tokens</DisplayName><Protocol Name="None" /><OutputTokenFormat>JWT</OutputTokenFormat>
    <Metadata><Item Key="client_id">{service:te}</Item></Metadata>
    <CryptographicKeys><Key Id="issuer_secret" StorageReferenceId="B2C_1A_TokenSigningKeyContainer" /></CryptographicKeys></TechnicalProfile>
</TechnicalProfiles></ClaimsProvider></ClaimsProviders>
<UserJourneys><UserJourney Id="Join"><OrchestrationSteps>
  <OrchestrationStep Order="1" Type="ClaimsExchange"><ClaimsExchanges>
    <ClaimsExchange Id="Ask" TechnicalProfileReferenceId="AskPerson" /></ClaimsExchanges></OrchestrationStep>
  <OrchestrationStep Order="2" Type="ClaimsExchange"><ClaimsExchanges>
    <ClaimsExchange Id="Enrich" TechnicalProfileReferenceId="REST-Enrich" /></ClaimsExchanges></OrchestrationStep>
  <OrchestrationStep Order="3" Type="ClaimsExchange"><ClaimsExchanges>
    <ClaimsExchange Id="Order" TechnicalProfileReferenceId="REST-Order" /></ClaimsExchanges></OrchestrationStep>
  <OrchestrationStep Order="4" Type="ClaimsExchange"><ClaimsExchanges>
    <ClaimsExchange Id="Again" TechnicalProfileReferenceId="REST-CheckMember" /></ClaimsExchanges></OrchestrationStep>
  <OrchestrationStep Order="5" Type="SendClaims" CpimIssuerTechnicalProfileReferenceId="JwtIssuer" />
</OrchestrationSteps></UserJourney></UserJourneys>
<RelyingParty><DefaultUserJourney ReferenceId="Join" />
  <TechnicalProfile Id="PolicyProfile"><DisplayName>Join</DisplayName><Protocol Name="OpenIdConnect" />
    <OutputClaims><OutputClaim ClaimTypeReferenceId="objectId" PartnerClaimType="sub" />
      <OutputClaim ClaimTypeReferenceId="tier" /></OutputClaims>
    <SubjectNamingInfo ClaimType="sub" /></TechnicalProfile></RelyingParty>
</TrustFrameworkPolicy>`;
}
