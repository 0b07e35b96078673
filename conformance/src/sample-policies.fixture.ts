import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

// A starter pack in miniature and policies over it, in the form in which people publish theirs.

const open = (id: string) =>
  `<TrustFrameworkPolicy xmlns="http://schemas.microsoft.com/online/cpim/schemas/2013/06" PolicySchemaVersion="0.3.0.0"
  TenantId="yourtenant.onmicrosoft.com" PolicyId="${id}" PublicPolicyUri="http://yourtenant.onmicrosoft.com/${id}">`;
const over = (base: string) =>
  `<BasePolicy><TenantId>yourtenant.onmicrosoft.com</TenantId><PolicyId>${base}</PolicyId></BasePolicy>`;
const provider = (name: string) =>
  `<Protocol Name="Proprietary" Handler="Web.TPEngine.Providers.${name}, Web.TPEngine, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null" />`;

const base = `${open("B2C_1A_TrustFrameworkBase")}
  <BuildingBlocks>
    <ClaimsSchema>
      <ClaimType Id="objectId"><DisplayName>Object</DisplayName><DataType>string</DataType></ClaimType>
      <ClaimType Id="sub"><DisplayName>Subject</DisplayName><DataType>string</DataType></ClaimType>
      <ClaimType Id="colour">
        <DisplayName>Colour</DisplayName><DataType>string</DataType><UserInputType>DropdownSingleSelect</UserInputType>
        <Restriction>
          <Enumeration Text="Red" Value="r" /><Enumeration Text="Blue" Value="b" SelectByDefault="true" />
        </Restriction>
      </ClaimType>
      <ClaimType Id="nick">
        <DisplayName>Nick</DisplayName><DataType>string</DataType><UserInputType>TextBox</UserInputType>
        <Restriction><Pattern RegularExpression="^[a-z]{3}[0-9]{2}$" HelpText="Three letters, two digits." /></Restriction>
      </ClaimType>
      <ClaimType Id="mail"><DisplayName>Mail</DisplayName><DataType>string</DataType><UserInputType>TextBox</UserInputType></ClaimType>
      <ClaimType Id="score"><DisplayName>Score</DisplayName><DataType>int</DataType><UserInputType>Readonly</UserInputType></ClaimType>
    </ClaimsSchema>
    <ContentDefinitions>
      <ContentDefinition Id="api.page">
        <LoadUri>~/tenant/default/selfAsserted.cshtml</LoadUri><RecoveryUri>~/common/default_page_error.html</RecoveryUri>
        <DataUri>urn:com:microsoft:aad:b2c:elements:contract:selfasserted:2.1.7</DataUri>
      </ContentDefinition>
    </ContentDefinitions>
  </BuildingBlocks>
  <ClaimsProviders>
    <ClaimsProvider>
      <DisplayName>Everything</DisplayName>
      <TechnicalProfiles>
        <TechnicalProfile Id="JwtIssuer">
          <DisplayName>Issuer</DisplayName><Protocol Name="OpenIdConnect" /><OutputTokenFormat>JWT</OutputTokenFormat>
          <Metadata><Item Key="client_id">{service:te}</Item></Metadata>
          <CryptographicKeys><Key Id="issuer_secret" StorageReferenceId="B2C_1A_TokenSigningKeyContainer" /></CryptographicKeys>
        </TechnicalProfile>
        <TechnicalProfile Id="Ask">
          <DisplayName>Ask</DisplayName>${provider("SelfAssertedAttributeProvider")}
          <Metadata><Item Key="ContentDefinitionReferenceId">api.page</Item></Metadata>
          <OutputClaims>
            <OutputClaim ClaimTypeReferenceId="colour" Required="true" />
            <OutputClaim ClaimTypeReferenceId="nick" Required="true" />
            <OutputClaim ClaimTypeReferenceId="mail" PartnerClaimType="Verified.Email" />
          </OutputClaims>
        </TechnicalProfile>
        <TechnicalProfile Id="Rate">
          <DisplayName>Rate</DisplayName>${provider("RestfulProvider")}
          <Metadata>
            <Item Key="ServiceUrl">https://rating.example/rate</Item><Item Key="AuthenticationType">None</Item>
            <Item Key="SendClaimsIn">QueryString</Item><Item Key="AllowInsecureAuthInProduction">true</Item>
          </Metadata>
          <InputClaims><InputClaim ClaimTypeReferenceId="nick" /></InputClaims>
          <OutputClaims><OutputClaim ClaimTypeReferenceId="score" /></OutputClaims>
        </TechnicalProfile>
        <TechnicalProfile Id="Show">
          <DisplayName>Show</DisplayName>${provider("SelfAssertedAttributeProvider")}
          <Metadata><Item Key="ContentDefinitionReferenceId">api.page</Item><Item Key="setting.showCancelButton">false</Item></Metadata>
          <InputClaims><InputClaim ClaimTypeReferenceId="score" /></InputClaims>
          <OutputClaims><OutputClaim ClaimTypeReferenceId="score" /></OutputClaims>
        </TechnicalProfile>
      </TechnicalProfiles>
    </ClaimsProvider>
  </ClaimsProviders>
</TrustFrameworkPolicy>`;

const extensions = `${open("B2C_1A_TrustFrameworkExtensions")}${over("B2C_1A_TrustFrameworkBase")}</TrustFrameworkPolicy>`;

const exchange = (order: number, id: string) =>
  `<OrchestrationStep Order="${order}" Type="ClaimsExchange"><ClaimsExchanges>
    <ClaimsExchange Id="${id}" TechnicalProfileReferenceId="${id}" /></ClaimsExchanges></OrchestrationStep>`;

/** A relying party that asks, has an API rate the answer, and shows what came of it. */
export function relyingParty(id: string, change: (text: string) => string = (text) => text): string {
  return change(`${open(id)}${over("B2C_1A_TrustFrameworkExtensions")}
  <UserJourneys><UserJourney Id="Rating"><OrchestrationSteps>
    ${exchange(1, "Ask")}${exchange(2, "Rate")}${exchange(3, "Show")}
    <OrchestrationStep Order="4" Type="SendClaims" CpimIssuerTechnicalProfileReferenceId="JwtIssuer" />
  </OrchestrationSteps></UserJourney></UserJourneys>
  <RelyingParty>
    <DefaultUserJourney ReferenceId="Rating" />
    <TechnicalProfile Id="PolicyProfile">
      <DisplayName>Profile</DisplayName><Protocol Name="OpenIdConnect" />
      <OutputClaims>
        <OutputClaim ClaimTypeReferenceId="objectId" PartnerClaimType="sub" DefaultValue="1234" />
        <OutputClaim ClaimTypeReferenceId="colour" /><OutputClaim ClaimTypeReferenceId="nick" />
        <OutputClaim ClaimTypeReferenceId="score" /><OutputClaim ClaimTypeReferenceId="mail" />
      </OutputClaims>
      <SubjectNamingInfo ClaimType="sub" />
    </TechnicalProfile>
  </RelyingParty>
</TrustFrameworkPolicy>`);
}

/** Writes a folder with the starter pack `packs/Small`, and files by path. */
export async function writeSamples(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  const all = {
    "packs/Small/TrustFrameworkBase.xml": base,
    "packs/Small/TrustFrameworkExtensions.xml": extensions,
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}
