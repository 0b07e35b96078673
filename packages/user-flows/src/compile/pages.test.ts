import type { Policy } from "@vestibule/policy";
import { describe, expect, it } from "vitest";
import { facts, policyOf } from "../testing/facts.ts";
import { everything, fields, profile, validations, withProvider } from "./policy-reading.fixture.ts";

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
