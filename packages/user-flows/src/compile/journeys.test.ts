import { describe, expect, it } from "vitest";
import { policyOf } from "../testing/facts.ts";
import { everything, fields, profile, steps, withProvider } from "./policy-reading.fixture.ts";

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

  it("the resource owner's password has no page, and comes from the token request", () => {
    const policy = policyOf({ userFlowType: "resourceOwner" });
    expect(steps(policy)).toEqual([
      "ClaimsExchange ResourceOwnerPasswordCredentials-OAUTH2",
      "ClaimsExchange AAD-UserReadUsingObjectId",
      "SendClaims",
    ]);
    const { inputClaims } = profile(policy, "ResourceOwnerPasswordCredentials-OAUTH2");
    expect(inputClaims.slice(0, 2)).toMatchObject([
      { partnerClaimType: "username", defaultValue: "{OIDC:Username}", required: true },
      { partnerClaimType: "password", defaultValue: "{OIDC:Password}", required: true },
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
