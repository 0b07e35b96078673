/** How a provider is asked, by the exchange that leads to it. */
export const variants = {
  FormPost: { response_types: "code", response_mode: "form_post" },
  Query: { response_types: "code", response_mode: "query" },
  Hybrid: { response_types: "code id_token", response_mode: "fragment" },
  IdToken: { response_types: "id_token", response_mode: "form_post" },
} as const;

/** A policy over the starter pack for social and local accounts, with one provider asked in four ways. */
export function providerPolicy(providerUrl: string, client: { readonly id: string }): string {
  const names = Object.keys(variants) as (keyof typeof variants)[];
  const providers = names.map((name) => {
    const items = { ...variants[name], client_id: client.id, scope: "openid profile email" };
    return `<ClaimsProvider><Domain>${name}.example</Domain><DisplayName>${name}</DisplayName><TechnicalProfiles>
      <TechnicalProfile Id="Provider-${name}"><DisplayName>By ${name}</DisplayName><Protocol Name="OpenIdConnect" />
        <Metadata><Item Key="METADATA">${providerUrl}/.well-known/openid-configuration</Item>
          ${Object.entries(items)
            .map(([key, value]) => `<Item Key="${key}">${value}</Item>`)
            .join("")}
          <Item Key="HttpBinding">POST</Item>
          <Item Key="IncludeClaimResolvingInClaimsHandling">true</Item></Metadata>
        <CryptographicKeys><Key Id="client_secret" StorageReferenceId="B2C_1A_ProviderSecret" /></CryptographicKeys>
        <InputClaims><InputClaim ClaimTypeReferenceId="signInName" PartnerClaimType="login_hint"
          DefaultValue="{OIDC:LoginHint}" AlwaysUseDefaultValue="true" /></InputClaims>
        <OutputClaims>
          <OutputClaim ClaimTypeReferenceId="issuerUserId" PartnerClaimType="sub" />
          <OutputClaim ClaimTypeReferenceId="identityProvider" PartnerClaimType="iss" />
          <OutputClaim ClaimTypeReferenceId="displayName" PartnerClaimType="name" />
          <OutputClaim ClaimTypeReferenceId="givenName" PartnerClaimType="given_name" />
          <OutputClaim ClaimTypeReferenceId="surname" PartnerClaimType="family_name" />
          <OutputClaim ClaimTypeReferenceId="email" />
          <OutputClaim ClaimTypeReferenceId="authenticationSource" DefaultValue="socialIdpAuthentication"
            AlwaysUseDefaultValue="true" />
        </OutputClaims>
        <OutputClaimsTransformations>
          <OutputClaimsTransformation ReferenceId="CreateRandomUPNUserName" />
          <OutputClaimsTransformation ReferenceId="CreateUserPrincipalName" />
          <OutputClaimsTransformation ReferenceId="CreateAlternativeSecurityId" />
        </OutputClaimsTransformations>
        <UseTechnicalProfileForSessionManagement ReferenceId="SM-SocialLogin" />
      </TechnicalProfile></TechnicalProfiles></ClaimsProvider>`;
  });
  const unless = (claim: string) =>
    `<Preconditions><Precondition Type="ClaimsExist" ExecuteActionsIf="true"><Value>${claim}</Value>
      <Action>SkipThisOrchestrationStep</Action></Precondition></Preconditions>`;
  const exchange = (id: string, profile: string) =>
    `<ClaimsExchange Id="${id}" TechnicalProfileReferenceId="${profile}" />`;
  const step = (order: number, inner: string, attributes = 'Type="ClaimsExchange"') =>
    `<OrchestrationStep Order="${order}" ${attributes}>${inner}</OrchestrationStep>`;
  const exchanges = (...all: readonly string[]) => `<ClaimsExchanges>${all.join("")}</ClaimsExchanges>`;
  return `<?xml version="1.0" encoding="utf-8"?>
<TrustFrameworkPolicy xmlns="http://schemas.microsoft.com/online/cpim/schemas/2013/06" PolicySchemaVersion="0.3.0.0"
  TenantId="yourtenant.onmicrosoft.com" PolicyId="B2C_1A_providers" PublicPolicyUri="http://yourtenant/B2C_1A_providers">
  <BasePolicy><TenantId>yourtenant.onmicrosoft.com</TenantId><PolicyId>B2C_1A_TrustFrameworkExtensions</PolicyId></BasePolicy>
  <ClaimsProviders>${providers.join("\n")}</ClaimsProviders>
  <UserJourneys><UserJourney Id="Providers"><OrchestrationSteps>
    ${step(
      1,
      `<ClaimsProviderSelections>${names
        .map((name) => `<ClaimsProviderSelection TargetClaimsExchangeId="${name}Exchange" />`)
        .join("")}</ClaimsProviderSelections>`,
      'Type="ClaimsProviderSelection" ContentDefinitionReferenceId="api.idpselections"',
    )}
    ${step(2, exchanges(...names.map((name) => exchange(`${name}Exchange`, `Provider-${name}`))))}
    ${step(3, exchanges(exchange("Read", "AAD-UserReadUsingAlternativeSecurityId-NoError")))}
    ${step(4, unless("objectId") + exchanges(exchange("Page", "SelfAsserted-Social")))}
    ${step(5, unless("objectId") + exchanges(exchange("Write", "AAD-UserWriteUsingAlternativeSecurityId")))}
    ${step(6, "", 'Type="SendClaims" CpimIssuerTechnicalProfileReferenceId="JwtIssuer"')}
  </OrchestrationSteps></UserJourney></UserJourneys>
  <RelyingParty><DefaultUserJourney ReferenceId="Providers" />
    <TechnicalProfile Id="PolicyProfile"><DisplayName>PolicyProfile</DisplayName><Protocol Name="OpenIdConnect" />
      <OutputClaims><OutputClaim ClaimTypeReferenceId="displayName" />
        <OutputClaim ClaimTypeReferenceId="email" /><OutputClaim ClaimTypeReferenceId="identityProvider" />
        <OutputClaim ClaimTypeReferenceId="objectId" PartnerClaimType="sub" /></OutputClaims>
      <SubjectNamingInfo ClaimType="sub" /></TechnicalProfile></RelyingParty>
</TrustFrameworkPolicy>`;
}
