import { readdirSync, readFileSync } from "node:fs";
import type { Diagnostic } from "@vestibule/policy";
import { describe, expect, it } from "vitest";
import { compileUserFlow } from "./compile/compile.ts";
import { readUserFlow } from "./read.ts";
import { facts } from "./testing/facts.ts";

const bad = new URL("../test/bad/", import.meta.url);

/** Reading, then what the tenant has to say; a tenant that does not allow user names, for UF106. */
function diagnosticsOf(text: string, allowsUserNames = true): readonly Diagnostic[] {
  const { document, diagnostics } = readUserFlow(text, "flow.json");
  if (!document) return diagnostics;
  const authenticationMethods = { emailWithPassword: true, userName: allowsUserNames };
  return [...diagnostics, ...compileUserFlow(document, { ...facts, authenticationMethods }).diagnostics];
}

const flow = (members: object) =>
  JSON.stringify({ id: "B2C_1_susi", userFlowType: "signUpOrSignIn", ...members });

/** Bad sample → severity, path and a part of the hint. Its file's name begins with the code. */
const expected: Readonly<
  Record<string, readonly ["error" | "warning" | "notice", path: string | undefined, hint: string]>
> = {
  "UF001-unknown-nested-claim": ["error", "applicationClaims[0].jsn", "'json'"],
  "UF001-unknown-member": ["error", "applicationClaim", "'applicationClaims'"],
  "UF001-unknown-nested-member": [
    "error",
    "tokenClaimsConfiguration.isIssuerEntityUserflow",
    "'isIssuerEntityUserFlow'",
  ],
  "UF002-wrong-type": ["error", "isJavaScriptEnabled", ""],
  "UF002-unknown-word": ["error", "userFlowType", "'signUpOrSignIn'"],
  "UF002-missing-type": ["error", "userFlowType", ""],
  "UF002-unknown-method": ["error", "authenticationMethods", "'emailWithPassword'"],
  "UF002-nameless-connector": ["error", "apiConnectorConfiguration.preTokenIssuance", '{"id":'],
  "UF003-syntax": ["error", undefined, ""],
  "UF003-comment": ["error", undefined, "not allowed"],
  "UF003-member-twice": ["error", "userFlowType", ""],
  "UF101-custom-policy-prefix": ["error", "id", "'B2C_1_flow'"],
  "UF101-illegal-name": ["error", "id", "'B2C_1_my_flow'"],
  "UF101-prefix-added": ["notice", "id", "'B2C_1_flow'"],
  "UF102-unknown-version": ["error", "userFlowTypeVersion", "3"],
  "UF102-deprecated-version": ["notice", "userFlowTypeVersion", "3"],
  "UF104-methods-of-sign-up": ["error", "authenticationMethods", "emailWithPassword"],
  "UF104-no-method-for-reset": ["error", "authenticationMethods", "userName"],
  "UF105-no-way-in": ["error", "authenticationMethods", "emailWithPassword"],
  "UF106-method-not-allowed": ["error", "authenticationMethods", "isUserNameAuthenticationEnabled"],
  "UF110-token-lifetime": ["error", "tokenLifetimeConfiguration.accessAndIdTokenLifetimeInMinutes", "1440"],
  "UF110-session-lifetime": ["error", "singleSignOnSessionConfiguration.sessionLifetimeInMinutes", "15"],
  "UF110-keep-me-signed-in": ["error", "singleSignOnSessionConfiguration.keepMeSignedInDays", "90"],
  "UF110-character-classes": [
    "error",
    "passwordComplexityConfiguration.customConfiguration.minimumCharacterClassesRequired",
    "2",
  ],
  "UF111-rolling-window": ["error", "tokenLifetimeConfiguration.rollingRefreshTokenLifetimeInDays", "14"],
  "UF112-maximum-below-minimum": [
    "error",
    "passwordComplexityConfiguration.customConfiguration.maximumLength",
    "12",
  ],
  "UF112-digits-with-classes": [
    "error",
    "passwordComplexityConfiguration.customConfiguration.minimumCharacterClassesRequired",
    "0",
  ],
  "UF120-claim-only": ["error", "userAttributeAssignments[0]", "applicationClaims"],
  "UF121-unknown-attribute": ["error", "userAttributeAssignments[0]", "'givenName'"],
  "UF121-unknown-claim": ["error", "applicationClaims[0]", "'displayName'"],
  "UF121-email-claimed": ["error", "applicationClaims[0]", "'emails'"],
  "UF121-order-of-unassigned": ["error", "portalSettings.attributeOrder[0]", "'givenName'"],
  "UF121-attribute-of-no-tenant": ["error", "userAttributeAssignments[0]", "'extension_LoyaltyNumber'"],
  "UF122-input-type": ["error", "userAttributeAssignments[0].userInputType", "textBox"],
  "UF122-choice-without-options": ["error", "userAttributeAssignments[0]", "userAttributeValues"],
  "UF122-custom-input-type": ["error", "userAttributeAssignments[0].userInputType", "textBox"],
  "UF122-boolean-value": ["error", "userAttributeAssignments[0].userAttributeValues[0].value", "'true'"],
  "UF123-assigned-twice": ["error", "userAttributeAssignments[1]", "Remove"],
  "UF123-claimed-twice": ["error", "applicationClaims[1]", "Remove"],
  "UF124-built-in": ["error", "applicationClaims[1].json", '"displayName" alone'],
  "UF124-number": ["error", "applicationClaims[0].json", '"extension_MemberSince" alone'],
  "UF125-typed": ["warning", "applicationClaims[0].json", "an API"],
  "UF130-attributes-of-sign-in": ["error", "userAttributeAssignments", "signUpOrSignIn"],
  "UF130-reset-in-sign-up": [
    "error",
    "passwordComplexityConfiguration.isSelfServicePasswordResetAllowed",
    "signIn",
  ],
  "UF130-session-of-reset": ["error", "singleSignOnSessionConfiguration.sessionScope", "signIn"],
  "UF130-email-edited": ["error", "userAttributeAssignments[0]", "Remove"],
  "UF130-legacy-connector": ["warning", "apiConnectorConfiguration.preTokenIssuance", "3"],
  "UF130-city-verified": ["warning", "userAttributeAssignments[0].requiresVerification", "false"],
  "UF130-custom-at-strong": ["warning", "passwordComplexityConfiguration.customConfiguration", "'custom'"],
  "UF131-phone-twice": [
    "warning",
    "multifactorAuthenticationConfiguration.multifactorAuthenticationMethod",
    "email",
  ],
  "UF132-conditional": [
    "error",
    "multifactorAuthenticationConfiguration.multifactorAuthenticationState",
    "isConditionalAccessEnforced",
  ],
  "UF132-age-gating": ["error", "portalSettings.ageGating.enabled", "false"],
  "UF140-connector": ["error", "apiConnectorConfiguration.preTokenIssuance", "'enrich'"],
  "UF141-step": ["error", "apiConnectorConfiguration.postAttributeCollection", "signUpOrSignIn"],
  "UF142-identity-provider": ["error", "userFlowIdentityProviders[0]", "'OIDC-V1-Partner'"],
  "UF150-page": ["error", "pageLayouts[0].id", "'signuporsignin'"],
  "UF150-version": ["error", "pageLayouts[0].version", "2.1.14"],
  "UF150-newer-patch": ["warning", "pageLayouts[0].version", "2.1.14"],
  "UF150-too-old-for-reset": ["error", "pageLayouts[0].version", "2.1.14"],
  "UF150-http-page": ["error", "pageLayouts[0].pageUri", "localhost"],
  "UF150-custom-without-address": ["error", "pageLayouts[0]", "https"],
  "UF150-overridden-page": ["error", "languages[0].overridesPages.localaccountsignp", "'localaccountsignup'"],
  "UF151-tag": ["error", "languages[0].id", ""],
  "UF151-twice": ["error", "languages[1].id", "Remove"],
  "UF151-default": ["error", "defaultLanguageTag", "'pt-"],
  "UF190-phone": ["error", "authenticationMethods", "emailWithPassword"],
  "UF190-conditional-access": ["error", "isConditionalAccessEnforced", "false"],
  "UF190-age-gating": ["error", "portalSettings.ageGating.enabled", "false"],
  "UF190-captcha": ["error", "portalSettings.captcha.signUp", "false"],
  "UF190-recovery-email": ["error", "portalSettings.phone.recoveryEmailPrompt", "false"],
};

describe("bad documents", () => {
  it("are all expected, and cover every code of the reference", () => {
    const files = readdirSync(bad).map((name) => name.replace(/\.\w+$/, ""));
    expect(files.sort()).toEqual(Object.keys(expected).sort());
    const codes = new Set(files.map((name) => name.slice(0, 5)));
    const documented = [
      1, 2, 3, 101, 102, 104, 105, 106, 110, 111, 112, 120, 121, 122, 123, 124, 125, 130, 131, 132, 140, 141,
      142, 150, 151, 190,
    ];
    expect(codes).toEqual(new Set(documented.map((number) => `UF${String(number).padStart(3, "0")}`)));
  });

  it.each(Object.entries(expected))("%s", (name, [severity, path, hint]) => {
    const code = name.slice(0, 5);
    // Samples that are no JSON have another ending, so that tools leave them alone.
    const text = readFileSync(new URL(`${name}.${code === "UF003" ? "txt" : "json"}`, bad), "utf8");
    const found = diagnosticsOf(text, code !== "UF106").find((diagnostic) => diagnostic.code === code);
    expect(found).toMatchObject({ severity, ...(path !== undefined && { path }) });
    expect(found?.hint ?? "").toContain(hint);
    expect(found?.at?.line).toBeGreaterThan(0);
  });

  it("compile to nothing where a diagnostic is an error", () => {
    expect(readUserFlow(flow({ isJavaScriptEnabled: 1 }), "flow.json").document).toBeUndefined();
  });

  it("point at the value, by line and column", () => {
    const text =
      '{\n  "id": "B2C_1_susi",\n  "userFlowType": "signIn",\n  "applicationClaims": ["emails", "nonsense"]\n}';
    expect(diagnosticsOf(text)).toMatchObject([
      { code: "UF121", at: { file: "flow.json", line: 4, column: 35 } },
    ]);
  });
});

describe("readUserFlow", () => {
  it("fills a minimal document with the documented defaults", () => {
    const { document, diagnostics } = readUserFlow(flow({}), "flow.json");
    expect(diagnostics).toEqual([]);
    expect(document).toMatchObject({
      id: "B2C_1_susi",
      userFlowTypeVersion: 3,
      authenticationMethods: ["emailWithPassword"],
      userFlowIdentityProviders: [],
      applicationClaims: [],
      isConditionalAccessEnforced: false,
      passwordComplexityConfiguration: {
        complexityLevel: "strong",
        isSelfServicePasswordResetAllowed: false,
        allowExpiredPasswordReset: false,
      },
      tokenLifetimeConfiguration: {
        accessAndIdTokenLifetimeInMinutes: 60,
        refreshTokenLifetimeInDays: 14,
        rollingRefreshTokenLifetimeInDays: 90,
      },
      tokenClaimsConfiguration: {
        isIssuerEntityUserFlow: false,
        isSubjectClaimSupported: true,
        claimTypeForUserFlowId: "tfp",
      },
      singleSignOnSessionConfiguration: {
        sessionScope: "tenant",
        sessionLifetimeInMinutes: 1440,
        isSessionLifetimeAbsolute: false,
        isKeepMeSignedInEnabled: false,
        enforceIdTokenHintOnLogout: false,
      },
      isJavaScriptEnabled: false,
      isLanguageCustomizationEnabled: true,
      defaultLanguageTag: "en",
    });
    expect(document?.userAttributeAssignments).toMatchObject([
      { id: "email", isOptional: false, requiresVerification: true },
    ]);
  });

  it("adds the prefix to an id, with a notice", () => {
    const { document, diagnostics } = readUserFlow('{"id":"susi","userFlowType":"signIn"}', "flow.json");
    expect(document?.id).toBe("B2C_1_susi");
    expect(diagnostics).toMatchObject([{ code: "UF101", severity: "notice" }]);
  });

  it("accepts a deprecated version on import and refuses to create one", () => {
    const text = flow({ userFlowTypeVersion: 2 });
    expect(readUserFlow(text, "flow.json").document?.userFlowTypeVersion).toBe(2);
    expect(readUserFlow(text, "flow.json", { create: true }).document).toBeUndefined();
  });

  it.each([
    [4, false],
    [5, true],
    [1440, true],
    [1441, false],
  ])("with a token lifetime of %d minutes: accepted = %s", (minutes, accepted) => {
    const text = flow({ tokenLifetimeConfiguration: { accessAndIdTokenLifetimeInMinutes: minutes } });
    expect(readUserFlow(text, "flow.json").document !== undefined).toBe(accepted);
  });

  it("accepts -1 as a sliding window without end, however long a refresh token lives", () => {
    const text = flow({
      tokenLifetimeConfiguration: { refreshTokenLifetimeInDays: 90, rollingRefreshTokenLifetimeInDays: -1 },
    });
    expect(readUserFlow(text, "flow.json").diagnostics).toEqual([]);
  });

  it("takes null for an object as its default, and for a connector as none", () => {
    const { document, diagnostics } = readUserFlow(
      flow({ tokenLifetimeConfiguration: null, apiConnectorConfiguration: { preTokenIssuance: null } }),
      "flow.json",
    );
    expect(diagnostics).toEqual([]);
    expect(document?.tokenLifetimeConfiguration.refreshTokenLifetimeInDays).toBe(14);
    expect(document?.connectors.preTokenIssuance).toEqual([]);
  });

  it("knows attributes in any case, and custom ones with or without the application's id", () => {
    const id = `extension_${facts.extensionsAppId}_LoyaltyNumber`;
    const { document } = readUserFlow(
      flow({ userAttributeAssignments: [{ id: "City" }, { id }] }),
      "flow.json",
    );
    expect(document?.userAttributeAssignments.map((assignment) => assignment.id)).toEqual([
      "email",
      "city",
      "extension_LoyaltyNumber",
    ]);
  });

  it("orders attributes as the flow says, and leaves unlisted ones behind", () => {
    const { document } = readUserFlow(
      flow({
        userAttributeAssignments: [{ id: "city" }, { id: "email" }, { id: "surname" }, { id: "givenName" }],
        portalSettings: { attributeOrder: ["givenName", "email"] },
      }),
      "flow.json",
    );
    expect(document?.userAttributeAssignments.map(({ id }) => id)).toEqual([
      "givenName",
      "email",
      "city",
      "surname",
    ]);
  });

  it("reads the document of the reference", () => {
    const text = flow({
      userFlowIdentityProviders: ["Google-OAUTH"],
      userAttributeAssignments: [
        {
          id: "email",
          displayName: "Email Address",
          isOptional: false,
          requiresVerification: true,
          userInputType: "EmailBox",
          userAttributeValues: [],
        },
      ],
      multifactorAuthenticationConfiguration: {
        multifactorAuthenticationState: "off",
        multifactorAuthenticationMethod: "phoneCallOrSms",
      },
      passwordComplexityConfiguration: {
        complexityLevel: "strong",
        customConfiguration: null,
        isSelfServicePasswordResetAllowed: true,
        allowExpiredPasswordReset: true,
      },
      languages: [
        {
          id: "fr",
          isEnabled: true,
          overridesPages: { localaccountsignup: { LocalizedStrings: [], LocalizedCollections: [] } },
        },
      ],
      pageLayouts: [{ id: "api.signuporsignin", isCustomPageUri: false, pageUri: null, version: "2.1.14" }],
    });
    expect(readUserFlow(text, "flow.json").diagnostics).toEqual([]);
  });
});
