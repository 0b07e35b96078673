import type { ClaimReference, DisplayClaim, TechnicalProfile } from "@vestibule/policy";
import {
  claim,
  constant,
  forValidation,
  proprietary,
  skipUnlessExists,
  technicalProfile,
  validation,
} from "./blocks.ts";
import { returnedClaims, writeValidations } from "./connector-profiles.ts";
import { localWriteId, lockedMessage } from "./directory-profiles.ts";
import { type CollectedAttribute, type Scope, sameName } from "./scope.ts";

// The pages of a flow: self-asserted technical profiles under the ids of the starter packs.

const shown = (claimTypeReferenceId: string, isRequired: boolean): DisplayClaim => ({
  kind: "claim",
  claimTypeReferenceId,
  ...(isRequired && { required: true }),
});

type Parts = Parameters<typeof technicalProfile>[2];

/** Built-in texts of a page; a language page of the flow overrides them. B2C says "User Details" and "Create" everywhere. */
const texts = (heading: string, button?: string) => ({
  "language.heading": heading,
  ...(button !== undefined && { "language.button_continue": button }),
});

function page(id: string, contentDefinition: string, parts: Parts): TechnicalProfile {
  return technicalProfile(id, proprietary("selfAsserted"), {
    ...parts,
    metadata: { ContentDefinitionReferenceId: contentDefinition, ...parts.metadata },
  });
}

const yes = (value: boolean) => (value ? "true" : "false");

/** The credentials form: on the combined page, and where the sign-in page stands alone. */
export function signInPage(scope: Scope): TechnicalProfile {
  const { flow, signInClaim } = scope;
  const isCombined = flow.userFlowType === "signUpOrSignIn";
  const session = flow.singleSignOnSessionConfiguration;
  return page(signInPageId(scope), isCombined ? "api.signuporsignin" : "api.localaccountsignin", {
    displayName: "Local Account Signin",
    metadata: {
      SignUpTarget: signUpExchangeId(scope),
      "setting.operatingMode": scope.localIdentity === "email" ? "Email" : "Username",
      "setting.showSignupLink": yes(isCombined),
      ...(scope.passwordReset && { "setting.forgotPasswordLinkOverride": "ForgotPasswordExchange" }),
      ...(session.isKeepMeSignedInEnabled && { "setting.enableRememberMe": "true" }),
      IncludeClaimResolvingInClaimsHandling: "true",
    },
    includeInSso: false,
    inputClaims: [
      claim(signInClaim, undefined, { defaultValue: "{OIDC:LoginHint}", alwaysUseDefaultValue: true }),
    ],
    displayClaims: [shown(signInClaim, true), shown("password", true)],
    outputClaims: [
      claim(signInClaim, undefined, { required: true }),
      claim("password", undefined, { required: true }),
      claim("objectId"),
      claim("authenticationSource"),
      ...(scope.forcedReset ? [claim("forceChangePasswordNextLogin")] : []),
    ],
    validationTechnicalProfiles: [
      validation("login-NonInteractive"),
      ...(scope.forcedReset
        ? [
            validation(
              "AAD-UserReadUsingSignInName",
              forValidation(skipUnlessExists("forceChangePasswordNextLogin")),
            ),
          ]
        : []),
    ],
    useTechnicalProfileForSessionManagement: "SM-AAD",
  });
}

export function signInPageId({ localIdentity }: Scope): string {
  return localIdentity === "email"
    ? "SelfAsserted-LocalAccountSignin-Email"
    : "SelfAsserted-LocalAccountSignin-Username";
}

export function signUpExchangeId({ localIdentity }: Scope): string {
  return localIdentity === "userName" ? "SignUpWithLogonUsernameExchange" : "SignUpWithLogonEmailExchange";
}

export function signUpPageId({ localIdentity }: Scope): string {
  return localIdentity === "userName"
    ? "LocalAccountSignUpWithLogonName"
    : "LocalAccountSignUpWithLogonEmail";
}

/** What validation profiles and connectors bring into the bag through a page that creates an account. */
function creationOutputs(scope: Scope): ClaimReference[] {
  const isShown = (claimType: string) =>
    scope.collected.some((attribute) => sameName(attribute.claimType, claimType));
  const isBound = scope.connectors.postAttributeCollection.length > 0;
  const returned = isBound
    ? returnedClaims(scope, "postAttributeCollection").filter((claimType) => !isShown(claimType))
    : [];
  return [
    claim("executed-SelfAsserted-Input", undefined, { defaultValue: "true" }),
    claim("objectId"),
    claim("authenticationSource"),
    claim("newUser"),
    claim("userPrincipalName"),
    ...returned.map((claimType) => claim(claimType)),
    ...(isBound ? [claim("blockMessage")] : []),
  ];
}

function attributeOutput(attribute: CollectedAttribute, isRequired: boolean): ClaimReference {
  return claim(
    attribute.claimType,
    attribute.claimType === "email" ? "Verified.Email" : undefined,
    isRequired ? { required: true } : {},
  );
}

export function signUpPage(scope: Scope): TechnicalProfile {
  const byName = scope.localIdentity === "userName";
  const isRequired = (attribute: CollectedAttribute) =>
    attribute.claimType === "email" || !attribute.isOptional;
  const fields = [...(byName ? [shown("signInName", true)] : [])];
  for (const attribute of scope.collected) {
    fields.push(shown(attribute.claimType, isRequired(attribute)));
    // user-flows.md 6.3: the password follows the address, the other attributes come where the flow orders them.
    if (attribute.claimType === "email")
      fields.push(shown("newPassword", true), shown("reenterPassword", true));
  }
  return page(signUpPageId(scope), "api.localaccountsignup", {
    displayName: byName ? "User ID signup" : "Email signup",
    metadata: {
      ...texts("Create your account"),
      ...verificationMetadata(scope),
      ...(byName && { LocalAccountType: "Username", LocalAccountProfile: "true" }),
    },
    inputClaims: [claim("email")],
    displayClaims: fields,
    outputClaims: [
      ...(byName ? [claim("signInName", undefined, { required: true })] : []),
      claim("newPassword", undefined, { required: true }),
      claim("reenterPassword", undefined, { required: true }),
      ...scope.collected.map((attribute) => attributeOutput(attribute, isRequired(attribute))),
      ...creationOutputs(scope),
    ],
    validationTechnicalProfiles: writeValidations(scope, localWriteId(scope)),
    // A flow that only signs up shows its page whatever session there is.
    useTechnicalProfileForSessionManagement: scope.flow.userFlowType === "signUp" ? "SM-Noop" : "SM-AAD",
  });
}

function verificationMetadata(scope: Scope): Readonly<Record<string, string>> {
  const email = scope.collected.find(({ claimType }) => claimType === "email");
  return email && !email.requiresVerification ? { EnforceEmailVerification: "false" } : {};
}

export const socialExchangeId = "SelfAsserted-Social";

export function socialSignUpPage(scope: Scope): TechnicalProfile {
  return page("SelfAsserted-Social", "api.socialccountsignup", {
    displayName: "User ID signup",
    metadata: {
      ...texts("Create your account"),
      ...verificationMetadata(scope),
      // An address that the provider asserted needs no proof unless it was edited (user-flows.md 8).
      "vestibule.acceptPrefilledAddress": "true",
    },
    inputClaims: [
      ...scope.collected.map(({ claimType }) => claim(claimType)),
      ...["alternativeSecurityId", "userPrincipalName", "otherMails"].map((id) => claim(id)),
    ],
    displayClaims: scope.collected.map(({ claimType, isOptional }) => shown(claimType, !isOptional)),
    outputClaims: [
      ...scope.collected.map((attribute) => attributeOutput(attribute, !attribute.isOptional)),
      claim("otherMails"),
      ...creationOutputs(scope),
    ],
    validationTechnicalProfiles: writeValidations(scope, "AAD-UserWriteUsingAlternativeSecurityId"),
    useTechnicalProfileForSessionManagement: "SM-SocialSignup",
  });
}

export function profilePage(scope: Scope): TechnicalProfile {
  return page("SelfAsserted-ProfileUpdate", "api.selfasserted.profileupdate", {
    displayName: "User ID signup",
    // Clearing a field must clear the attribute (technical-profiles.md 2.5).
    metadata: { ...texts("Edit your profile", "Save"), AllowGenerationOfClaimsWithNullValues: "true" },
    includeInSso: false,
    inputClaims: [claim("objectId"), ...scope.collected.map(({ claimType }) => claim(claimType))],
    displayClaims: scope.collected.map(({ claimType, isOptional }) => shown(claimType, !isOptional)),
    outputClaims: [
      claim("executed-SelfAsserted-Input", undefined, { defaultValue: "true" }),
      ...scope.collected.map(({ claimType, isOptional }) =>
        claim(claimType, undefined, isOptional ? {} : { required: true }),
      ),
    ],
    validationTechnicalProfiles: [validation("AAD-UserWriteProfileUsingObjectId")],
    useTechnicalProfileForSessionManagement: "SM-Noop",
  });
}

export function resetDiscoveryId({ localIdentity }: Scope): string {
  return localIdentity === "userName"
    ? "LocalAccountDiscoveryUsingUserNameAndValidateStrongAuthenticationEmailAddress"
    : "LocalAccountDiscoveryUsingEmailAddress";
}

/** First page of a password reset: prove the address, find the account. */
export function resetDiscoveryPage(scope: Scope): TechnicalProfile {
  const byName = scope.localIdentity === "userName";
  return page(resetDiscoveryId(scope), "api.localaccountpasswordreset", {
    displayName: byName ? "Reset password using username" : "Reset password using email address",
    metadata: {
      ...texts("Reset your password", "Continue"),
      UserMessageIfClaimsTransformationBooleanValueIsNotEqual: lockedMessage,
    },
    includeInSso: false,
    ...(byName && { inputClaims: [claim("signInName")] }),
    displayClaims: [...(byName ? [shown("signInName", true)] : []), shown("email", true)],
    outputClaims: [
      ...(byName ? [claim("signInName", undefined, { required: true })] : []),
      claim("email", "Verified.Email", { required: true }),
      claim("objectId"),
      ...(byName ? [claim("strongAuthenticationEmailAddress")] : [claim("userPrincipalName")]),
      claim("authenticationSource"),
    ],
    validationTechnicalProfiles: [
      validation(
        byName
          ? "AAD-UserReadUsingUserNameAndValidateStrongAuthenticationEmailAddress"
          : "AAD-UserReadUsingEmailAddress",
      ),
    ],
    useTechnicalProfileForSessionManagement: "SM-Noop",
  });
}

/** Second page of a password reset. Inside a sign-in flow it also starts the session (journeys.md 12.1). */
export function resetPasswordPage(scope: Scope): TechnicalProfile {
  return page("LocalAccountWritePasswordUsingObjectId", "api.localaccountpasswordchange", {
    displayName: "Change password (username)",
    metadata: texts("Choose a new password", "Continue"),
    inputClaims: [claim("objectId")],
    displayClaims: [shown("newPassword", true), shown("reenterPassword", true)],
    outputClaims: [
      claim("newPassword", undefined, { required: true }),
      claim("reenterPassword", undefined, { required: true }),
    ],
    validationTechnicalProfiles: [validation("AAD-UserWritePasswordUsingObjectId")],
    useTechnicalProfileForSessionManagement:
      scope.flow.userFlowType === "passwordReset" ? "SM-Noop" : "SM-AAD",
  });
}

export function expiredPasswordPage(scope: Scope): TechnicalProfile {
  return page("SelfAsserted-ForcePasswordReset-ExpiredPassword", "api.selfasserted.expiredpassword", {
    displayName: "Password Expired",
    metadata: {
      ...texts("Choose a new password", "Continue"),
      UserMessageIfNewPasswordIsSame: "The new password must be different from the current one.",
    },
    inputClaims: [
      constant("userMsg", "Your password has expired, please change to a new password."),
      claim("objectId"),
      claim(scope.signInClaim),
    ],
    displayClaims: [
      shown("userMsg", false),
      shown("password", true),
      shown("newPassword", true),
      shown("reenterPassword", true),
    ],
    outputClaims: [
      claim("password", undefined, { required: true }),
      claim("newPassword", undefined, { required: true }),
      claim("reenterPassword", undefined, { required: true }),
    ],
    validationTechnicalProfiles: [
      validation("login-NonInteractive"),
      validation("AAD-UserWritePasswordUsingObjectId-ResetNextLogin"),
    ],
    useTechnicalProfileForSessionManagement: "SM-Noop",
  });
}
