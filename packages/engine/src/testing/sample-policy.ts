import {
  type ClaimType,
  type DisplayControl,
  IdMap,
  type OrchestrationStep,
  type Policy,
  type Precondition,
  type TechnicalProfile,
} from "@vestibule/policy";

/** A sign-up-or-sign-in policy in the manner of the starter packs, small enough to read in one go. */
export function samplePolicy(change: (parts: SampleParts) => void = () => {}): Policy {
  const parts = sampleParts();
  change(parts);
  return {
    policyId: "B2C_1A_sample",
    tenantId: "aaaaaaaa-0000-4000-8000-000000000001",
    deploymentMode: "Development",
    claimTypes: IdMap.of(parts.claimTypes),
    predicates: new IdMap(),
    predicateValidations: new IdMap(),
    claimsTransformations: IdMap.of(parts.claimsTransformations),
    contentDefinitions: IdMap.of([
      contentDefinition("api.signuporsignin", "unifiedssp:2.1.5"),
      contentDefinition("api.selfasserted", "selfasserted:2.1.7"),
    ]),
    localization: {
      enabled: false,
      defaultLanguage: "en",
      supportedLanguages: ["en"],
      resources: new IdMap(),
    },
    claimsProviders: [
      { domain: "social.example", displayName: "Social", technicalProfileIds: ["Social-OIDC"] },
    ],
    displayControls: IdMap.of(parts.displayControls),
    technicalProfiles: IdMap.of(parts.technicalProfiles),
    userJourneys: IdMap.of([{ id: "SignUpOrSignIn", orchestrationSteps: parts.steps }]),
    subJourneys: new IdMap(),
    relyingParty: {
      defaultUserJourney: "SignUpOrSignIn",
      endpoints: {},
      behaviors: parts.behaviors,
      technicalProfile: {
        id: "PolicyProfile",
        protocol: "OpenIdConnect",
        metadata: {},
        inputClaims: [],
        outputClaims: [
          { claimTypeReferenceId: "objectId", partnerClaimType: "sub" },
          { claimTypeReferenceId: "displayName" },
          { claimTypeReferenceId: "email" },
          { claimTypeReferenceId: "newUser" },
        ],
        subjectNamingInfo: { claimType: "sub" },
      },
    },
  };
}

export interface SampleParts {
  claimTypes: ClaimType[];
  claimsTransformations: Policy["claimsTransformations"] extends IdMap<infer T> ? T[] : never;
  displayControls: DisplayControl[];
  technicalProfiles: TechnicalProfile[];
  steps: OrchestrationStep[];
  behaviors: Policy["relyingParty"]["behaviors"];
}

export function technicalProfile(
  id: string,
  protocol: TechnicalProfile["protocol"],
  rest: Partial<TechnicalProfile> = {},
): TechnicalProfile {
  return {
    id,
    protocol,
    metadata: {},
    cryptographicKeys: [],
    inputClaimsTransformations: [],
    inputClaims: [],
    persistedClaims: [],
    displayClaims: [],
    outputClaims: [],
    outputClaimsTransformations: [],
    validationTechnicalProfiles: [],
    ...rest,
  };
}

export function step(
  order: number,
  type: OrchestrationStep["type"],
  rest: Partial<OrchestrationStep> = {},
): OrchestrationStep {
  return { order, type, preconditions: [], claimsProviderSelections: [], claimsExchanges: [], ...rest };
}

export function skipIf(
  type: Precondition["type"],
  executeActionsIf: boolean,
  ...values: string[]
): Precondition {
  return { type, executeActionsIf, values, action: "SkipThisOrchestrationStep" };
}

export const handler = (name: string) => ({
  name: "Proprietary" as const,
  handler: `Web.TPEngine.${name}, Web.TPEngine, Version=1.0.0.0`,
});
export const selfAsserted = handler("Providers.SelfAssertedAttributeProvider");
const directory = handler("Providers.AzureActiveDirectoryProvider");

const contentDefinition = (id: string, contract: string) => ({
  id,
  loadUri: "~/tenant/default/page.cshtml",
  dataUri: `urn:com:microsoft:aad:b2c:elements:contract:${contract}`,
  metadata: {},
  localizedResources: {},
});

const claim = (
  claimTypeReferenceId: string,
  partnerClaimType?: string,
  defaultValue?: string,
  alwaysUseDefaultValue?: boolean,
) => ({
  claimTypeReferenceId,
  ...(partnerClaimType !== undefined && { partnerClaimType }),
  ...(defaultValue !== undefined && { defaultValue }),
  ...(alwaysUseDefaultValue && { alwaysUseDefaultValue }),
});
const required = (claimTypeReferenceId: string, partnerClaimType?: string) => ({
  ...claim(claimTypeReferenceId, partnerClaimType),
  required: true,
});
const validation = (referenceId: string) => ({ referenceId, preconditions: [] });

function sampleParts(): SampleParts {
  return {
    claimTypes: [
      { id: "objectId", dataType: "string" },
      { id: "email", dataType: "string", displayName: "Email Address", userInputType: "EmailBox" },
      { id: "signInName", dataType: "string", displayName: "Email Address", userInputType: "TextBox" },
      { id: "password", dataType: "string", displayName: "Password", userInputType: "Password" },
      { id: "newPassword", dataType: "string", displayName: "New Password", userInputType: "Password" },
      {
        id: "reenterPassword",
        dataType: "string",
        displayName: "Confirm New Password",
        userInputType: "Password",
      },
      {
        id: "displayName",
        dataType: "string",
        displayName: "Display Name",
        userInputType: "TextBox",
        defaultPartnerClaimTypes: { OpenIdConnect: "name" },
      },
      { id: "newUser", dataType: "boolean" },
      { id: "issuerUserId", dataType: "string" },
      { id: "identityProvider", dataType: "string" },
      { id: "authenticationSource", dataType: "string" },
      { id: "alternativeSecurityId", dataType: "string" },
    ],
    claimsTransformations: [
      {
        id: "CreateAlternativeSecurityId",
        transformationMethod: "CreateAlternativeSecurityId",
        inputClaims: [
          { claimTypeReferenceId: "issuerUserId", transformationClaimType: "key" },
          { claimTypeReferenceId: "identityProvider", transformationClaimType: "identityProvider" },
        ],
        inputParameters: [],
        outputClaims: [
          { claimTypeReferenceId: "alternativeSecurityId", transformationClaimType: "alternativeSecurityId" },
        ],
      },
    ],
    displayControls: [],
    technicalProfiles: [
      technicalProfile("SelfAsserted-LocalAccountSignin-Email", selfAsserted, {
        metadata: { SignUpTarget: "SignUp", "setting.operatingMode": "Email" },
        outputClaims: [
          required("signInName"),
          required("password"),
          claim("objectId"),
          claim("authenticationSource"),
        ],
        validationTechnicalProfiles: [validation("login-NonInteractive")],
        useTechnicalProfileForSessionManagement: "SM-AAD",
      }),
      technicalProfile(
        "login-NonInteractive",
        { name: "OpenIdConnect" },
        {
          metadata: {
            grant_type: "password",
            METADATA: "https://login.microsoftonline.com/{tenant}/.well-known/openid-configuration",
          },
          inputClaims: [required("signInName", "username"), required("password", "password")],
          outputClaims: [
            claim("objectId", "oid"),
            claim("authenticationSource", undefined, "localAccountAuthentication"),
          ],
        },
      ),
      technicalProfile("LocalAccountSignUp", selfAsserted, {
        metadata: { ContentDefinitionReferenceId: "api.selfasserted" },
        outputClaims: [
          required("email", "Verified.Email"),
          required("newPassword"),
          required("reenterPassword"),
          claim("displayName"),
          claim("objectId"),
          claim("newUser"),
        ],
        validationTechnicalProfiles: [validation("AAD-UserWriteUsingLogonEmail")],
        useTechnicalProfileForSessionManagement: "SM-AAD",
      }),
      technicalProfile("AAD-UserWriteUsingLogonEmail", directory, {
        metadata: { Operation: "Write", RaiseErrorIfClaimsPrincipalAlreadyExists: "true" },
        includeInSso: false,
        inputClaims: [required("email", "signInNames.emailAddress")],
        persistedClaims: [
          claim("email", "signInNames.emailAddress"),
          claim("newPassword", "password"),
          claim("displayName", undefined, "unknown"),
        ],
        outputClaims: [claim("objectId"), claim("newUser", "newClaimsPrincipalCreated")],
      }),
      technicalProfile(
        "Social-OIDC",
        { name: "OpenIdConnect" },
        {
          displayName: "Sample social",
          metadata: {
            METADATA: "https://idp.example/.well-known/openid-configuration",
            client_id: "client",
            response_types: "code",
            scope: "openid",
          },
          cryptographicKeys: [{ id: "client_secret", storageReferenceId: "B2C_1A_Social" }],
          outputClaims: [
            claim("issuerUserId", "sub"),
            claim("identityProvider", "iss"),
            claim("email"),
            claim("displayName", "name"),
            claim("authenticationSource", undefined, "socialIdpAuthentication", true),
          ],
          outputClaimsTransformations: ["CreateAlternativeSecurityId"],
          useTechnicalProfileForSessionManagement: "SM-SocialLogin",
        },
      ),
      technicalProfile("AAD-UserReadUsingAlternativeSecurityId-NoError", directory, {
        metadata: { Operation: "Read" },
        inputClaims: [required("alternativeSecurityId")],
        outputClaims: [claim("objectId"), claim("displayName")],
      }),
      technicalProfile("SelfAsserted-Social", selfAsserted, {
        metadata: { ContentDefinitionReferenceId: "api.selfasserted" },
        inputClaims: [claim("displayName")],
        outputClaims: [required("displayName"), claim("objectId"), claim("newUser")],
        validationTechnicalProfiles: [validation("AAD-UserWriteUsingAlternativeSecurityId")],
        useTechnicalProfileForSessionManagement: "SM-SocialSignup",
      }),
      technicalProfile("AAD-UserWriteUsingAlternativeSecurityId", directory, {
        metadata: { Operation: "Write", RaiseErrorIfClaimsPrincipalAlreadyExists: "true" },
        includeInSso: false,
        inputClaims: [required("alternativeSecurityId")],
        persistedClaims: [claim("alternativeSecurityId"), claim("displayName", undefined, "unknown")],
        outputClaims: [claim("objectId"), claim("newUser", "newClaimsPrincipalCreated")],
      }),
      technicalProfile("SM-AAD", handler("SSO.DefaultSSOSessionProvider"), {
        persistedClaims: [claim("objectId"), claim("authenticationSource")],
      }),
      technicalProfile("SM-SocialSignup", handler("SSO.DefaultSSOSessionProvider"), {
        persistedClaims: [claim("objectId"), claim("authenticationSource")],
      }),
      technicalProfile("SM-SocialLogin", handler("SSO.ExternalLoginSSOSessionProvider"), {
        persistedClaims: [claim("alternativeSecurityId")],
      }),
      technicalProfile(
        "JwtIssuer",
        { name: "None" },
        {
          outputTokenFormat: "JWT",
          cryptographicKeys: [{ id: "issuer_secret", storageReferenceId: "B2C_1A_TokenSigningKeyContainer" }],
        },
      ),
    ],
    steps: [
      step(1, "CombinedSignInAndSignUp", {
        contentDefinitionReferenceId: "api.signuporsignin",
        claimsProviderSelections: [
          { targetClaimsExchangeId: "SocialExchange" },
          { validationClaimsExchangeId: "LocalExchange" },
        ],
        claimsExchanges: [
          { id: "LocalExchange", technicalProfileReferenceId: "SelfAsserted-LocalAccountSignin-Email" },
        ],
      }),
      step(2, "ClaimsExchange", {
        preconditions: [skipIf("ClaimsExist", true, "objectId")],
        claimsExchanges: [
          { id: "SocialExchange", technicalProfileReferenceId: "Social-OIDC" },
          { id: "SignUp", technicalProfileReferenceId: "LocalAccountSignUp" },
        ],
      }),
      step(3, "ClaimsExchange", {
        preconditions: [skipIf("ClaimsExist", true, "objectId")],
        claimsExchanges: [
          { id: "ReadSocial", technicalProfileReferenceId: "AAD-UserReadUsingAlternativeSecurityId-NoError" },
        ],
      }),
      step(4, "ClaimsExchange", {
        preconditions: [skipIf("ClaimsExist", true, "objectId")],
        claimsExchanges: [{ id: "SocialPage", technicalProfileReferenceId: "SelfAsserted-Social" }],
      }),
      step(5, "SendClaims", { cpimIssuerTechnicalProfileReferenceId: "JwtIssuer" }),
    ],
    behaviors: {},
  };
}
