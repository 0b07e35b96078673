import type { PolicyChain, PolicyText } from "./chain.ts";

/** Bytes of the largest chain of Microsoft's starter pack. */
const wanted = 125_000;

/**
 * A chain in the manner of the starter packs: a base with claims, profiles, journeys and texts, two extensions that change
 * little, and a relying party.
 */
export function generatedChain(): PolicyChain {
  const count = (each: (index: number) => string, times: number) =>
    Array.from({ length: times }, (_, index) => each(index)).join("\n");
  const claim = (index: number) =>
    `<ClaimType Id="claim${index}"><DisplayName>Claim ${index}</DisplayName><DataType>string</DataType><UserHelpText>What claim ${index} is for.</UserHelpText><UserInputType>TextBox</UserInputType></ClaimType>`;
  const transformation = (index: number) =>
    `<ClaimsTransformation Id="Copy${index}" TransformationMethod="CopyClaim"><InputClaims><InputClaim ClaimTypeReferenceId="claim${index}" TransformationClaimType="inputClaim"/></InputClaims><OutputClaims><OutputClaim ClaimTypeReferenceId="claim${index + 1}" TransformationClaimType="outputClaim"/></OutputClaims></ClaimsTransformation>`;
  const strings = (index: number) =>
    `<LocalizedString ElementType="ClaimType" ElementId="claim${index}" StringId="DisplayName">Text ${index}</LocalizedString>`;
  const profile = (index: number) =>
    `<TechnicalProfile Id="Copy-${index}"><DisplayName>Copy ${index}</DisplayName><Protocol Name="Proprietary" Handler="Web.TPEngine.Providers.ClaimsTransformationProtocolProvider, Web.TPEngine, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null"/><OutputClaims><OutputClaim ClaimTypeReferenceId="claim${index + 1}"/></OutputClaims><OutputClaimsTransformations><OutputClaimsTransformation ReferenceId="Copy${index}"/></OutputClaimsTransformations></TechnicalProfile>`;
  const step = (index: number) =>
    `<OrchestrationStep Order="${index + 1}" Type="ClaimsExchange"><Preconditions><Precondition Type="ClaimsExist" ExecuteActionsIf="true"><Value>claim${index + 2}</Value><Action>SkipThisOrchestrationStep</Action></Precondition></Preconditions><ClaimsExchanges><ClaimsExchange Id="Exchange${index}" TechnicalProfileReferenceId="Copy-${index}"/></ClaimsExchanges></OrchestrationStep>`;
  const base = (times: number) =>
    policy(
      "Base",
      undefined,
      `<BuildingBlocks>
<ClaimsSchema><ClaimType Id="objectId"><DisplayName>Object id</DisplayName><DataType>string</DataType></ClaimType>
${count(claim, times + 1)}</ClaimsSchema>
<ClaimsTransformations>${count(transformation, times)}</ClaimsTransformations>
<Localization Enabled="true"><SupportedLanguages DefaultLanguage="en" MergeBehavior="ReplaceAll"><SupportedLanguage>en</SupportedLanguage></SupportedLanguages>
<LocalizedResources Id="texts.en"><LocalizedStrings>${count(strings, times)}</LocalizedStrings></LocalizedResources></Localization>
</BuildingBlocks>
<ClaimsProviders><ClaimsProvider><DisplayName>Copies</DisplayName><TechnicalProfiles>
${count(profile, times)}
<TechnicalProfile Id="JwtIssuer"><DisplayName>JWT</DisplayName><Protocol Name="None"/><OutputTokenFormat>JWT</OutputTokenFormat><CryptographicKeys><Key Id="issuer_secret" StorageReferenceId="B2C_1A_TokenSigningKeyContainer"/></CryptographicKeys></TechnicalProfile>
</TechnicalProfiles></ClaimsProvider></ClaimsProviders>
<UserJourneys><UserJourney Id="SignUpOrSignIn"><OrchestrationSteps>
${count(step, 20)}
<OrchestrationStep Order="21" Type="SendClaims" CpimIssuerTechnicalProfileReferenceId="JwtIssuer"/>
</OrchestrationSteps></UserJourney></UserJourneys>`,
    );
  const rest = [
    policy("Localization", "Base", ""),
    policy("Extensions", "Localization", ""),
    policy(
      "signup_signin",
      "Extensions",
      `<RelyingParty><DefaultUserJourney ReferenceId="SignUpOrSignIn"/><TechnicalProfile Id="PolicyProfile"><DisplayName>Policy</DisplayName><Protocol Name="OpenIdConnect"/><OutputClaims><OutputClaim ClaimTypeReferenceId="objectId" PartnerClaimType="sub" DefaultValue="nobody"/></OutputClaims><SubjectNamingInfo ClaimType="sub"/></TechnicalProfile></RelyingParty>`,
    ),
  ];
  const one = base(1).text.length;
  const each = base(101).text.length / 100 - one / 100;
  return { name: "generated", files: [base(Math.max(21, Math.round((wanted - one) / each))), ...rest] };
}

function policy(name: string, base: string | undefined, content: string): PolicyText {
  const policyId = `B2C_1A_${name}`;
  const basePolicy =
    base === undefined
      ? ""
      : `<BasePolicy><TenantId>contoso.onmicrosoft.com</TenantId><PolicyId>B2C_1A_${base}</PolicyId></BasePolicy>`;
  const text = `<?xml version="1.0" encoding="utf-8"?>
<TrustFrameworkPolicy xmlns="http://schemas.microsoft.com/online/cpim/schemas/2013/06" PolicySchemaVersion="0.3.0.0" TenantId="contoso.onmicrosoft.com" PolicyId="${policyId}" PublicPolicyUri="http://contoso.onmicrosoft.com/${policyId}">
${basePolicy}${content}
</TrustFrameworkPolicy>`;
  return { file: `${name}.xml`, policyId, text };
}
