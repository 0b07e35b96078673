import type { Policy, TechnicalProfile } from "@vestibule/policy";
import { describe, expect, it } from "vitest";
import { connector, facts, policyOf } from "../testing/facts.ts";

const withProvider = { userFlowIdentityProviders: ["OIDC-V1-Partner"] };
const everything = {
  ...withProvider,
  userAttributeAssignments: [{ id: "displayName" }, { id: "extension_LoyaltyNumber", isOptional: true }],
  applicationClaims: [
    "displayName",
    "emails",
    "objectId",
    "identityProvider",
    "newUser",
    "extension_LoyaltyNumber",
    "extension_PromotionCode",
  ],
  apiConnectorConfiguration: {
    postFederationSignup: { id: "check" },
    postAttributeCollection: { displayName: "invite API" },
    preTokenIssuance: { id: "enrich" },
  },
  passwordComplexityConfiguration: {
    isSelfServicePasswordResetAllowed: true,
    allowExpiredPasswordReset: true,
  },
};

/** `type exchange=profile,…`, with the conditions under which the step is skipped. */
function steps(policy: Policy, journey = policy.relyingParty.defaultUserJourney): string[] {
  const found = policy.userJourneys.get(journey) ?? policy.subJourneys.get(journey);
  return (found?.orchestrationSteps ?? []).map((step) => {
    const what =
      step.subJourneyReferenceId ??
      step.claimsExchanges.map(({ technicalProfileReferenceId }) => technicalProfileReferenceId).join(",");
    const when = step.preconditions.map(
      ({ type, executeActionsIf, values }) =>
        `${type === "ClaimEquals" ? values.join("=") : `${executeActionsIf ? "" : "no "}${values.join("+")}`}`,
    );
    return `${step.type} ${what}${when.length > 0 ? ` unless ${when.join(" or ")}` : ""}`.trim();
  });
}

function profile(policy: Policy, id: string): TechnicalProfile {
  const found = policy.technicalProfiles.get(id);
  if (!found) throw new Error(`no technical profile ${id}`);
  return found;
}

const fields = (policy: Policy, id: string) =>
  profile(policy, id).displayClaims.map((claim) =>
    claim.kind === "claim" ? `${claim.claimTypeReferenceId}${claim.required ? "*" : ""}` : "",
  );
const outputs = (policy: Policy, id: string) =>
  profile(policy, id).outputClaims.map(({ claimTypeReferenceId }) => claimTypeReferenceId);
const validations = (policy: Policy, id: string) =>
  profile(policy, id).validationTechnicalProfiles.map(({ referenceId, preconditions }) =>
    [referenceId, ...preconditions.map(({ values }) => `unless ${values}`)].join(" "),
  );
const tokenClaims = (policy: Policy) =>
  policy.relyingParty.technicalProfile.outputClaims.map(
    ({ claimTypeReferenceId, partnerClaimType }) => `${partnerClaimType}=${claimTypeReferenceId}`,
  );

describe("the journey of each type", () => {
  it("sign-up or sign-in by e-mail", () => {
    expect(steps(policyOf({}))).toEqual([
      "CombinedSignInAndSignUp SelfAsserted-LocalAccountSignin-Email",
      "ClaimsExchange LocalAccountSignUpWithLogonEmail unless objectId",
      "ClaimsExchange AAD-UserReadUsingObjectId",
      "SendClaims",
    ]);
  });

  it("sign-up or sign-in with everything on, the block page directly after each step that may block", () => {
    const policy = policyOf(everything);
    expect(steps(policy)).toEqual([
      "CombinedSignInAndSignUp SelfAsserted-LocalAccountSignin-Email",
      "ClaimsExchange OIDC-V1-Partner,LocalAccountSignUpWithLogonEmail,ForgotPassword unless objectId",
      "InvokeSubJourney PasswordReset unless no isForgotPassword",
      "ClaimsExchange SelfAsserted-BlockPage unless no blockMessage",
      "ClaimsExchange AAD-UserReadUsingAlternativeSecurityId-NoError unless authenticationSource=localAccountAuthentication",
      "ClaimsExchange PreSelfAssertedRestful unless objectId",
      "ClaimsExchange SelfAsserted-BlockPage unless no blockMessage",
      "ClaimsExchange SelfAsserted-Social unless objectId",
      "ClaimsExchange SelfAsserted-BlockPage unless no blockMessage",
      "ClaimsExchange AAD-UserReadUsingObjectId",
      "ClaimsExchange SelfAsserted-ForcePasswordReset-ExpiredPassword unless no forceChangePasswordNextLogin",
      "ClaimsExchange PreSendClaimsRestful",
      "SendClaims",
    ]);
    expect(steps(policy, "PasswordReset")).toEqual([
      "ClaimsExchange LocalAccountDiscoveryUsingEmailAddress",
      "ClaimsExchange LocalAccountWritePasswordUsingObjectId",
    ]);
    expect(
      policy.userJourneys.get("SignUpOrSignIn")?.orchestrationSteps[0]?.claimsProviderSelections,
    ).toEqual([
      { targetClaimsExchangeId: "OIDC-V1-PartnerExchange" },
      { targetClaimsExchangeId: "ForgotPasswordExchange" },
      { validationClaimsExchangeId: "LocalAccountSigninEmailExchange" },
    ]);
  });

  it("sign-in raises for an account that the provider knows and the tenant does not", () => {
    const policy = policyOf({ userFlowType: "signIn", ...withProvider });
    expect(steps(policy)).toEqual([
      "CombinedSignInAndSignUp SelfAsserted-LocalAccountSignin-Email",
      "ClaimsExchange OIDC-V1-Partner unless objectId",
      "ClaimsExchange AAD-UserReadUsingAlternativeSecurityId unless authenticationSource=localAccountAuthentication",
      "ClaimsExchange AAD-UserReadUsingObjectId",
      "SendClaims",
    ]);
    expect(profile(policy, "AAD-UserReadUsingAlternativeSecurityId").metadata).toMatchObject({
      RaiseErrorIfClaimsPrincipalDoesNotExist: "true",
    });
    expect(profile(policy, "SelfAsserted-LocalAccountSignin-Email").metadata["setting.showSignupLink"]).toBe(
      "false",
    );
  });

  it("sign-up raises for an account that is known, and offers the local account first", () => {
    const policy = policyOf({ userFlowType: "signUp", ...withProvider });
    expect(steps(policy)).toEqual([
      "ClaimsProviderSelection",
      "ClaimsExchange LocalAccountSignUpWithLogonEmail,OIDC-V1-Partner",
      "ClaimsExchange AAD-UserReadUsingAlternativeSecurityId-RaiseIfExists unless authenticationSource=localAccountAuthentication",
      "ClaimsExchange SelfAsserted-Social unless objectId",
      "ClaimsExchange AAD-UserReadUsingObjectId",
      "SendClaims",
    ]);
    expect(profile(policy, "AAD-UserReadUsingAlternativeSecurityId-RaiseIfExists").metadata).toMatchObject({
      RaiseErrorIfClaimsPrincipalAlreadyExists: "true",
    });
  });

  it("sign-up with one option goes straight to it", () => {
    expect(steps(policyOf({ userFlowType: "signUp" }))[0]).toBe(
      "ClaimsExchange LocalAccountSignUpWithLogonEmail",
    );
  });

  it("profile editing signs in first and shows its page only where there is something to edit", () => {
    const edit = {
      userFlowType: "profileUpdate",
      userAttributeAssignments: [{ id: "city", isOptional: true }],
    };
    expect(steps(policyOf(edit))).toEqual([
      "CombinedSignInAndSignUp SelfAsserted-LocalAccountSignin-Email",
      "ClaimsExchange AAD-UserReadUsingObjectId",
      "ClaimsExchange SelfAsserted-ProfileUpdate",
      "SendClaims",
    ]);
    expect(steps(policyOf({ userFlowType: "profileUpdate" }))).not.toContain(
      "ClaimsExchange SelfAsserted-ProfileUpdate",
    );
  });

  it("password reset by e-mail, and by user name with the address that must be its own", () => {
    const reset = { userFlowType: "passwordReset" };
    expect(steps(policyOf(reset))).toEqual([
      "ClaimsExchange LocalAccountDiscoveryUsingEmailAddress",
      "ClaimsExchange LocalAccountWritePasswordUsingObjectId",
      "ClaimsExchange AAD-UserReadUsingObjectId",
      "SendClaims",
    ]);
    const byName = policyOf({ ...reset, authenticationMethods: "userName" });
    const discovery = "LocalAccountDiscoveryUsingUserNameAndValidateStrongAuthenticationEmailAddress";
    expect(steps(byName)[0]).toBe(`ClaimsExchange ${discovery}`);
    expect(fields(byName, discovery)).toEqual(["signInName*", "email*"]);
  });

  it("without a local account there is only the choice of providers", () => {
    const policy = policyOf({ authenticationMethods: "0", ...withProvider });
    expect(steps(policy).slice(0, 2)).toEqual([
      "ClaimsProviderSelection",
      "ClaimsExchange OIDC-V1-Partner unless objectId",
    ]);
  });

  it("a federated sign-up that collects nothing has no page: its validation profiles become steps", () => {
    const policy = policyOf({
      authenticationMethods: "0",
      ...withProvider,
      apiConnectorConfiguration: { postAttributeCollection: { id: "invite" } },
    });
    expect(steps(policy).slice(3, 6)).toEqual([
      "ClaimsExchange PreUserWriteRestful unless objectId",
      "ClaimsExchange SelfAsserted-BlockPage unless no blockMessage",
      "ClaimsExchange AAD-UserWriteUsingAlternativeSecurityId unless objectId",
    ]);
  });

  it("version 1 has neither connectors nor a reset of its own", () => {
    const text = steps(policyOf({ ...everything, userFlowTypeVersion: 1 })).join();
    expect(text).not.toMatch(/Restful|PasswordReset,/);
  });
});

describe("pages", () => {
  it("ask for the address, the password, then the attributes in order", () => {
    const policy = policyOf(everything);
    expect(fields(policy, "LocalAccountSignUpWithLogonEmail")).toEqual([
      "email*",
      "newPassword*",
      "reenterPassword*",
      "displayName*",
      "extension_LoyaltyNumber",
    ]);
    expect(fields(policy, "SelfAsserted-Social")).toEqual([
      "email*",
      "displayName*",
      "extension_LoyaltyNumber",
    ]);
    expect(fields(policy, "SelfAsserted-LocalAccountSignin-Email")).toEqual(["email*", "password*"]);
  });

  it("collect a user name and, verified, an address that is no sign-in name", () => {
    const policy = policyOf({ authenticationMethods: "userName" });
    expect(fields(policy, "LocalAccountSignUpWithLogonName")).toEqual([
      "signInName*",
      "email*",
      "newPassword*",
      "reenterPassword*",
    ]);
    expect(profile(policy, "AAD-UserWriteUsingLogonName").persistedClaims).toContainEqual({
      claimTypeReferenceId: "email",
      partnerClaimType: "strongAuthenticationEmailAddress",
    });
    expect(profile(policy, "login-NonInteractive").metadata["vestibule.signInTypes"]).toBe(
      "userName,userPrincipalName",
    );
  });

  it("accept either name where a sign-in flow allows both", () => {
    const policy = policyOf({ userFlowType: "signIn", authenticationMethods: "emailWithPassword,userName" });
    expect(policy.claimTypes.get("signInName")?.displayName).toBe("Username or email");
    expect(profile(policy, "login-NonInteractive").metadata["vestibule.signInTypes"]).toBe(
      "emailAddress,userName,userPrincipalName",
    );
  });

  it("prove the address unless the flow says otherwise", () => {
    const address = (policy: Policy) =>
      profile(policy, "LocalAccountSignUpWithLogonEmail").outputClaims.find(
        ({ claimTypeReferenceId }) => claimTypeReferenceId === "email",
      );
    const proving = policyOf({});
    expect(address(proving)?.partnerClaimType).toBe("Verified.Email");
    expect(
      profile(proving, "LocalAccountSignUpWithLogonEmail").metadata.EnforceEmailVerification,
    ).toBeUndefined();
    const trusting = policyOf({ userAttributeAssignments: [{ id: "email", requiresVerification: false }] });
    expect(profile(trusting, "LocalAccountSignUpWithLogonEmail").metadata.EnforceEmailVerification).toBe(
      "false",
    );
  });

  it("have a control for every type of attribute", () => {
    const policy = policyOf({
      userAttributeAssignments: [
        { id: "country" },
        { id: "extension_OptIn" },
        { id: "extension_MemberSince" },
        { id: "extension_Birthday" },
        { id: "extension_Interests", userAttributeValues: [{ name: "Music", value: "m", isDefault: true }] },
      ],
    });
    const type = (id: string) => policy.claimTypes.get(id);
    expect(type("country")).toMatchObject({ dataType: "string", userInputType: "DropdownSingleSelect" });
    expect(type("country")?.restriction?.enumeration).toContainEqual({ text: "France", value: "France" });
    expect(type("extension_OptIn")).toMatchObject({
      dataType: "boolean",
      userInputType: "RadioSingleSelect",
    });
    expect(type("extension_OptIn")?.restriction?.enumeration?.map(({ value }) => value)).toEqual([
      "true",
      "false",
    ]);
    expect(type("extension_MemberSince")).toMatchObject({ dataType: "long", userInputType: "TextBox" });
    expect(type("extension_Birthday")).toMatchObject({
      dataType: "dateTime",
      userInputType: "DateTimeDropdown",
    });
    expect(type("extension_Interests")).toMatchObject({
      dataType: "stringCollection",
      userInputType: "CheckboxMultiSelect",
      restriction: { enumeration: [{ text: "Music", value: "m", selectByDefault: true }] },
    });
  });

  it("store nothing of a provider's that the flow does not collect", () => {
    const persisted = profile(
      policyOf(withProvider),
      "AAD-UserWriteUsingAlternativeSecurityId",
    ).persistedClaims;
    expect(persisted.map(({ claimTypeReferenceId }) => claimTypeReferenceId)).not.toContain("surname");
    expect(persisted).toContainEqual({
      claimTypeReferenceId: "displayName",
      defaultValue: "unknown",
      alwaysUseDefaultValue: true,
    });
  });

  it("reset an expired password only where the flow allows it", () => {
    const policy = policyOf(everything);
    expect(
      profile(policy, "login-NonInteractive").inputClaims.map(
        ({ claimTypeReferenceId }) => claimTypeReferenceId,
      ),
    ).toContain("continueOnPasswordExpiration");
    expect(validations(policy, "SelfAsserted-LocalAccountSignin-Email")).toEqual([
      "login-NonInteractive",
      "AAD-UserReadUsingSignInName unless forceChangePasswordNextLogin",
    ]);
    expect(policyOf({}).technicalProfiles.has("SelfAsserted-ForcePasswordReset-ExpiredPassword")).toBe(false);
  });

  it("keep their layouts, addresses and texts", () => {
    const policy = policyOf({
      pageLayouts: [
        { id: "signuporsignin", version: "2.1.7" },
        {
          id: "localaccountsignup",
          isCustomPageUri: true,
          pageUri: "https://cdn.example/{Culture:RFC5646}/up.html",
        },
      ],
      portalSettings: { branding: { template: "slateGray" } },
      isJavaScriptEnabled: true,
      languages: [
        {
          id: "FR",
          overridesPages: {
            "api.localaccountsignup": {
              LocalizedStrings: [
                {
                  ElementType: "ClaimType",
                  ElementId: `extension_${facts.extensionsAppId}_OptIn`,
                  StringId: "DisplayName",
                  Override: true,
                  Value: "Nouvelles",
                },
                {
                  ElementType: "UxElement",
                  ElementId: null,
                  StringId: "button_continue",
                  Override: false,
                  Value: "Non",
                },
              ],
            },
          },
        },
        { id: "de", isEnabled: false },
      ],
    });
    const definition = (id: string) => policy.contentDefinitions.get(id);
    expect(definition("api.signuporsignin")?.dataUri).toBe(
      "urn:com:microsoft:aad:b2c:elements:contract:unifiedssp:2.1.7",
    );
    expect(definition("api.signuporsignin")?.loadUri).toBe("~/tenant/templates/MSA/unified.cshtml");
    expect(definition("api.localaccountsignup")?.loadUri).toBe(
      "https://cdn.example/{Culture:RFC5646}/up.html",
    );
    expect(policy.relyingParty.behaviors.scriptExecution).toBe("Allow");
    expect(policy.localization.supportedLanguages).toContain("fr");
    expect(policy.localization.supportedLanguages).not.toContain("de");
    const resources = definition("api.localaccountsignup")?.localizedResources.fr ?? "";
    expect(policy.localization.resources.get(resources)?.strings).toEqual([
      { elementType: "ClaimType", elementId: "extension_OptIn", stringId: "DisplayName", value: "Nouvelles" },
    ]);
  });
});

describe("connectors", () => {
  it("run before the write, which does not follow a block", () => {
    expect(validations(policyOf(everything), "LocalAccountSignUpWithLogonEmail")).toEqual([
      "PreUserWriteRestful",
      "AAD-UserWriteUsingLogonEmail unless blockMessage",
    ]);
  });

  it("return the claims that count at their step, and nothing else", () => {
    const policy = policyOf(everything);
    const returned = ["displayName", "extension_LoyaltyNumber", "extension_PromotionCode"];
    expect(outputs(policy, "PreSelfAssertedRestful")).toEqual([...returned, "email", "blockMessage"]);
    expect(outputs(policy, "PreUserWriteRestful")).toEqual([...returned, "blockMessage"]);
    expect(outputs(policy, "PreSendClaimsRestful")).toEqual([
      ...returned.map((id) => `connector_${id}`),
      ...returned,
    ]);
  });

  it("are sent every attribute under its directory name, and the address", () => {
    const sent = profile(policyOf(everything), "PreUserWriteRestful").inputClaims.map(
      ({ partnerClaimType }) => partnerClaimType,
    );
    expect(sent).toContain(`extension_${facts.extensionsAppId}_LoyaltyNumber`);
    expect(sent).toEqual(expect.arrayContaining(["email", "givenName", "postalCode", "country"]));
  });

  it("store what they return for a collected attribute, and nothing that is only claimed", () => {
    const policy = policyOf(everything);
    const persisted = profile(policy, "AAD-UserWriteUsingLogonEmail").persistedClaims.map(
      ({ claimTypeReferenceId }) => claimTypeReferenceId,
    );
    expect(persisted).toContain("extension_LoyaltyNumber");
    expect(persisted).not.toContain("extension_PromotionCode");
    expect(outputs(policy, "LocalAccountSignUpWithLogonEmail")).toContain("extension_PromotionCode");
  });

  it("give a refresh their first values back, over what is read", () => {
    const policy = policyOf(everything);
    expect(steps(policy, "RedeemRefreshToken")).toEqual([
      "ClaimsExchange RefreshTokenReadAndSetup",
      "ClaimsExchange AAD-UserReadUsingObjectId-CheckRefreshTokenDate",
      "ClaimsExchange RefreshTokenRestoreConnectorClaims",
      "SendClaims",
    ]);
    expect(outputs(policy, "RefreshTokenReadAndSetup")).toEqual(
      expect.arrayContaining(["identityProvider", "connector_extension_PromotionCode"]),
    );
    expect(steps(policyOf({}), "RedeemRefreshToken")).toHaveLength(3);
  });

  it("run in order where a step has several, each before the next one is asked", () => {
    const policy = policyOf({
      apiConnectorConfiguration: { postAttributeCollection: [{ id: "check" }, { id: "invite" }] },
    });
    expect(validations(policy, "LocalAccountSignUpWithLogonEmail")).toEqual([
      "PreUserWriteRestful",
      "PreUserWriteRestful-2 unless blockMessage",
      "AAD-UserWriteUsingLogonEmail unless blockMessage",
    ]);
  });

  it("carry their credentials by reference, and the tenant's switches", () => {
    const certificate = connector("check", {
      authentication: { kind: "clientCertificate", reference: "Cert" },
      timeout: 2000,
      tries: 1,
      preset: "b2c-2025",
    });
    const policy = policyOf(
      {
        ...withProvider,
        apiConnectorConfiguration: {
          postFederationSignup: { id: "check" },
          preTokenIssuance: { id: "enrich" },
        },
      },
      {
        connectors: [certificate, connector("enrich")],
        connectorSettings: {
          preset: "strict",
          strictAnswers: true,
          enforceBlockAtTokenStep: true,
          sendLocalIdentitiesAtSignup: true,
        },
      },
    );
    expect(profile(policy, "PreSelfAssertedRestful")).toMatchObject({
      metadata: {
        ServiceUrl: "https://api.example/check",
        AuthenticationType: "ClientCertificate",
        "vestibule.connectorStep": "PostFederationSignup",
        "vestibule.connectorId": "check",
        "vestibule.preset": "b2c-2025",
        "vestibule.timeoutInMilliseconds": "2000",
        "vestibule.tries": "1",
        "vestibule.strictAnswers": "true",
        "vestibule.sendLocalIdentities": "true",
      },
      cryptographicKeys: [{ id: "ClientCertificate", storageReferenceId: "Cert" }],
    });
    expect(profile(policy, "PreSendClaimsRestful").metadata["vestibule.preset"]).toBe("strict");
    // The switch lets the last step block, too: its block page stands before the token.
    expect(steps(policy).slice(-3)).toEqual([
      "ClaimsExchange PreSendClaimsRestful",
      "ClaimsExchange SelfAsserted-BlockPage unless no blockMessage",
      "SendClaims",
    ]);
  });
});

describe("tokens and sessions", () => {
  it("name claims as the reference does", () => {
    expect(tokenClaims(policyOf(everything))).toEqual([
      "sub=objectId",
      "tfp=trustFrameworkPolicy",
      "name=displayName",
      "emails=emails",
      "oid=objectId",
      "idp=identityProvider",
      "newUser=newUser",
      "extension_LoyaltyNumber=extension_LoyaltyNumber",
      "extension_PromotionCode=extension_PromotionCode",
      "isForgotPassword=isForgotPassword",
    ]);
    expect(policyOf({}).relyingParty.technicalProfile.metadata["vestibule.omitFalse"]).toBe("newUser");
  });

  it("say acr instead of tfp, the flow in the issuer, and no subject, where the flow wants it so", () => {
    const policy = policyOf({
      tokenClaimsConfiguration: {
        isIssuerEntityUserFlow: true,
        isSubjectClaimSupported: false,
        claimTypeForUserFlowId: "acr",
      },
    });
    expect(tokenClaims(policy)).toEqual(["sub=sub"]);
    expect(policy.relyingParty.technicalProfile.outputClaims[0]?.defaultValue).toBe(
      "Not supported currently. Use oid claim.",
    );
    expect(profile(policy, "JwtIssuer").metadata).toMatchObject({ IssuanceClaimPattern: "AuthorityWithTfp" });
    expect(profile(policy, "JwtIssuer").metadata.AuthenticationContextReferenceClaimPattern).toBeUndefined();
  });

  it("live as long as the flow says", () => {
    const lifetimes = {
      accessAndIdTokenLifetimeInMinutes: 5,
      refreshTokenLifetimeInDays: 1,
      rollingRefreshTokenLifetimeInDays: -1,
    };
    expect(profile(policyOf({ tokenLifetimeConfiguration: lifetimes }), "JwtIssuer").metadata).toMatchObject({
      token_lifetime_secs: "300",
      id_token_lifetime_secs: "300",
      refresh_token_lifetime_secs: "86400",
      allow_infinite_rolling_refresh_token: "true",
    });
  });

  it("keep to the flow's session settings", () => {
    const session = {
      sessionScope: "disabled",
      sessionLifetimeInMinutes: 15,
      isSessionLifetimeAbsolute: true,
      isKeepMeSignedInEnabled: true,
      keepMeSignedInDays: 7,
      enforceIdTokenHintOnLogout: true,
    };
    const policy = policyOf({ singleSignOnSessionConfiguration: session });
    expect(policy.relyingParty.behaviors).toMatchObject({
      singleSignOn: { scope: "Suppressed", keepAliveInDays: 7, enforceIdTokenHintOnLogout: true },
      sessionExpiryType: "Absolute",
      sessionExpiryInSeconds: 900,
    });
    expect(
      profile(policy, "SelfAsserted-LocalAccountSignin-Email").metadata["setting.enableRememberMe"],
    ).toBe("true");
  });

  it("remember the provider of a session, and never that the account was new", () => {
    const policy = policyOf(withProvider);
    const persisted = (id: string) =>
      profile(policy, id).persistedClaims.map(({ claimTypeReferenceId }) => claimTypeReferenceId);
    expect(persisted("SM-SocialLogin")).toEqual(
      expect.arrayContaining(["alternativeSecurityId", "identityProvider"]),
    );
    expect(persisted("SM-AAD")).not.toContain("newUser");
  });
});

describe("password complexity", () => {
  const groups = (configuration: object) => {
    const policy = policyOf({ passwordComplexityConfiguration: configuration });
    return policy.predicateValidations
      .get("PasswordComplexity")
      ?.predicateGroups.map(({ matchAtLeast, predicates }) => [
        matchAtLeast,
        ...predicates.map((id) => Object.values(policy.predicates.get(id)?.parameters ?? {}).join("-")),
      ]);
  };
  const policies = (configuration: object) =>
    profile(
      policyOf({ passwordComplexityConfiguration: configuration }),
      "AAD-UserWriteUsingLogonEmail",
    ).persistedClaims.find(({ claimTypeReferenceId }) => claimTypeReferenceId === "passwordPolicies")
      ?.defaultValue;

  it("strong: 8 to 64 characters, three of four classes", () => {
    expect(groups({})?.map(([atLeast, ...each]) => [atLeast, each.length])).toEqual([
      [1, 1],
      [3, 4],
    ]);
    expect(groups({})?.[0]).toEqual([1, "8-64"]);
    expect(policies({})).toBe("DisablePasswordExpiration");
  });

  it("simple: only the length", () => {
    expect(groups({ complexityLevel: "simple" })).toEqual([[1, "8-64"]]);
    expect(policies({ complexityLevel: "simple" })).toBe("DisablePasswordExpiration, DisableStrongPassword");
  });

  it("custom: digits only", () => {
    const digits = { minimumLength: 6, maximumLength: 6, restrictToNumbersOnly: true };
    expect(groups({ complexityLevel: "custom", customConfiguration: digits })).toEqual([
      [1, "6-6"],
      [1, "^[0-9]+$"],
    ]);
  });
});

describe("identity providers", () => {
  it("take claims as the mapping says, and keep the secret by reference", () => {
    const policy = policyOf({ ...withProvider, applicationClaims: ["identityProviderAccessToken"] });
    const partner = profile(policy, "OIDC-V1-Partner");
    expect(partner.cryptographicKeys).toEqual([
      { id: "client_secret", storageReferenceId: "OIDC-V1-Partner-secret" },
    ]);
    expect(
      partner.outputClaims.map(
        ({ claimTypeReferenceId, partnerClaimType }) => `${claimTypeReferenceId}=${partnerClaimType}`,
      ),
    ).toEqual([
      "issuerUserId=sub",
      "identityProvider=iss",
      "email=email",
      "displayName=name",
      "givenName=given_name",
      "surname=family_name",
      "identityProviderAccessToken={oauth2:access_token}",
      "authenticationSource=undefined",
    ]);
    expect(
      policy.claimsProviders.find(({ domain }) => domain === "partner.example")?.technicalProfileIds,
    ).toEqual(["OIDC-V1-Partner"]);
  });
});
