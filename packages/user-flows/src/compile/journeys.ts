import type { ClaimsProviderSelection, SubJourney, UserJourney } from "@vestibule/policy";
import {
  exchangeStep,
  numbered,
  type Step,
  skipIfEquals,
  skipIfExists,
  skipUnlessExists,
  step,
} from "./blocks.ts";
import { blockStep, blocksAt, connectorSteps, unstoredClaims, writeSteps } from "./connector-profiles.ts";
import { exchangeIdOf } from "./federation-profiles.ts";
import {
  resetDiscoveryId,
  signInPageId,
  signUpExchangeId,
  signUpPageId,
  socialExchangeId,
} from "./page-profiles.ts";
import type { Scope } from "./scope.ts";
import { keptClaims, passwordGrant } from "./service-profiles.ts";

// The journeys of user-flows.md 17.1 and 17.2, step by step.

const signInExchange = "LocalAccountSigninEmailExchange";
const forgotPasswordExchange = "ForgotPasswordExchange";
const unlessKnown = skipIfExists("objectId");
const unlessLocal = skipIfEquals("authenticationSource", "localAccountAuthentication");

type Exchange = { readonly id: string; readonly technicalProfileReferenceId: string };

export function journeyOf(scope: Scope): UserJourney {
  const steps = journeySteps(scope);
  return {
    id: journeyId(scope),
    defaultCpimIssuerTechnicalProfileReferenceId: "JwtIssuer",
    orchestrationSteps: numbered([
      ...steps,
      step("SendClaims", { cpimIssuerTechnicalProfileReferenceId: "JwtIssuer" }),
    ]),
  };
}

function journeyId({ flow }: Scope): string {
  switch (flow.userFlowType) {
    case "signUp":
      return "SignUp";
    case "signIn":
      return "SignIn";
    case "signUpOrSignIn":
      return "SignUpOrSignIn";
    case "profileUpdate":
      return "ProfileEdit";
    case "passwordReset":
      return "PasswordReset";
    case "resourceOwner":
      return "ResourceOwner";
  }
}

function journeySteps(scope: Scope): Step[] {
  switch (scope.flow.userFlowType) {
    case "signUpOrSignIn":
      return [
        signInSelection(scope, "api.signuporsignin"),
        ...chosenExchange(scope, [
          ...providerExchanges(scope),
          ...localSignUp(scope),
          ...forgotPassword(scope),
        ]),
        ...resetSubJourney(scope),
        ...blockAfterLocalSignUp(scope),
        ...readFederated(scope, "AAD-UserReadUsingAlternativeSecurityId-NoError"),
        ...federatedSignUp(scope),
        ...account(scope),
        ...forcedReset(scope),
        ...secondFactor(scope),
        ...beforeToken(scope),
      ];
    case "signIn":
      return [
        signInSelection(scope, "api.localaccountsignin"),
        ...chosenExchange(scope, [...providerExchanges(scope), ...forgotPassword(scope)]),
        ...resetSubJourney(scope),
        ...readFederated(scope, "AAD-UserReadUsingAlternativeSecurityId"),
        ...account(scope),
        ...forcedReset(scope),
        ...secondFactor(scope),
        ...beforeToken(scope),
      ];
    case "signUp":
      return [
        ...signUpSelection(scope),
        ...chosenExchange(scope, [...localSignUp(scope), ...providerExchanges(scope)]),
        ...blockAfterLocalSignUp(scope),
        ...readFederated(scope, "AAD-UserReadUsingAlternativeSecurityId-RaiseIfExists"),
        ...federatedSignUp(scope),
        ...account(scope),
        ...secondFactor(scope),
        ...beforeToken(scope),
      ];
    case "profileUpdate":
      return [
        signInSelection(scope, "api.localaccountsignin"),
        ...chosenExchange(scope, providerExchanges(scope)),
        ...readFederated(scope, "AAD-UserReadUsingAlternativeSecurityId"),
        ...account(scope),
        ...secondFactor(scope),
        // No attribute selected: there is nothing to show (user-flows.md 4.8).
        ...(scope.collected.length > 0
          ? [exchangeStep("B2CUserProfileUpdateExchange", "SelfAsserted-ProfileUpdate")]
          : []),
      ];
    case "passwordReset":
      return [...resetSteps(scope), ...account(scope)];
    case "resourceOwner":
      return [exchangeStep("ResourceOwnerFlow", passwordGrant), ...account(scope)];
  }
}

// Who is it? ----------------------------------------------------------------------------------------------------------

function targets(scope: Scope): ClaimsProviderSelection[] {
  return scope.identityProviders.map((provider) => ({ targetClaimsExchangeId: exchangeIdOf(provider) }));
}

/** The page with the credentials form and the providers; without local accounts, the providers alone. */
function signInSelection(scope: Scope, contentDefinition: string): Step {
  if (!scope.localIdentity) {
    return step("ClaimsProviderSelection", {
      contentDefinitionReferenceId: "api.idpselections",
      claimsProviderSelections: targets(scope),
    });
  }
  return step("CombinedSignInAndSignUp", {
    contentDefinitionReferenceId: contentDefinition,
    claimsProviderSelections: [
      ...targets(scope),
      ...(scope.passwordReset ? [{ targetClaimsExchangeId: forgotPasswordExchange }] : []),
      { validationClaimsExchangeId: signInExchange },
    ],
    claimsExchanges: [{ id: signInExchange, technicalProfileReferenceId: signInPageId(scope) }],
  });
}

/** A choice is only shown where there is one (user-flows.md 4.6). The local account comes first. */
function signUpSelection(scope: Scope): Step[] {
  const local = scope.localIdentity ? [{ targetClaimsExchangeId: signUpExchangeId(scope) }] : [];
  const selections = [...local, ...targets(scope)];
  if (selections.length < 2) return [];
  return [
    step("ClaimsProviderSelection", {
      contentDefinitionReferenceId: "api.idpselections.signup",
      claimsProviderSelections: selections,
    }),
  ];
}

function chosenExchange(scope: Scope, exchanges: readonly Exchange[]): Step[] {
  if (exchanges.length === 0) return [];
  // A flow that only signs up is never left because of an account that a session knows.
  const preconditions = scope.flow.userFlowType === "signUp" ? [] : [unlessKnown];
  return [step("ClaimsExchange", { preconditions, claimsExchanges: exchanges })];
}

function providerExchanges(scope: Scope): Exchange[] {
  return scope.identityProviders.map((provider) => ({
    id: exchangeIdOf(provider),
    technicalProfileReferenceId: provider.id,
  }));
}

function localSignUp(scope: Scope): Exchange[] {
  return scope.localIdentity
    ? [{ id: signUpExchangeId(scope), technicalProfileReferenceId: signUpPageId(scope) }]
    : [];
}

function forgotPassword(scope: Scope): Exchange[] {
  return scope.passwordReset
    ? [{ id: forgotPasswordExchange, technicalProfileReferenceId: "ForgotPassword" }]
    : [];
}

// Sign-up -------------------------------------------------------------------------------------------------------------

function blockAfterLocalSignUp(scope: Scope): Step[] {
  const canBlock = scope.localIdentity !== undefined && blocksAt(scope, "postAttributeCollection");
  return canBlock ? [blockStep("LocalSignUpBlockPageExchange")] : [];
}

function readFederated(scope: Scope, technicalProfile: string): Step[] {
  if (scope.identityProviders.length === 0) return [];
  return [exchangeStep("AADUserReadUsingAlternativeSecurityId", technicalProfile, unlessLocal)];
}

/** Steps 5 and 6 of 17.1. Without an attribute there is no page, and its validation profiles become steps. */
function federatedSignUp(scope: Scope): Step[] {
  if (scope.identityProviders.length === 0) return [];
  const first = connectorSteps(scope, "postFederationSignup", unlessKnown);
  if (scope.collected.length === 0) {
    return [
      ...first,
      ...writeSteps(
        scope,
        exchangeStep("AADUserWrite", "AAD-UserWriteUsingAlternativeSecurityId", unlessKnown),
        unlessKnown,
      ),
    ];
  }
  return [
    ...first,
    exchangeStep("SelfAsserted-SocialExchange", socialExchangeId, unlessKnown),
    ...(blocksAt(scope, "postAttributeCollection") ? [blockStep("SocialSignUpBlockPageExchange")] : []),
  ];
}

// The account and the token -------------------------------------------------------------------------------------------

function account(scope: Scope): Step[] {
  return [
    exchangeStep("AADUserReadWithObjectId", "AAD-UserReadUsingObjectId"),
    // A name that an API gave for the first token only must not be replaced by the stored `unknown`.
    ...(unstoredClaims(scope).includes("displayName")
      ? [
          exchangeStep(
            "AADUserReadDisplayName",
            "AAD-UserReadDisplayNameUsingObjectId",
            skipIfExists("newUser"),
          ),
        ]
      : []),
  ];
}

function forcedReset(scope: Scope): Step[] {
  if (!scope.forcedReset) return [];
  return [
    exchangeStep(
      "ForcePasswordResetUponPasswordExpiration",
      "SelfAsserted-ForcePasswordReset-ExpiredPassword",
      skipUnlessExists("forceChangePasswordNextLogin"),
    ),
  ];
}

/** Once in a journey: where a forgotten password asked for it, the steps before the token find it proved. */
function secondFactor(scope: Scope): readonly Step[] {
  return scope.secondFactor?.steps ?? [];
}

function beforeToken(scope: Scope): Step[] {
  return connectorSteps(scope, "preTokenIssuance");
}

// Password reset ------------------------------------------------------------------------------------------------------

function resetSteps(scope: Scope): Step[] {
  return [
    exchangeStep("PasswordResetUsingEmailAddressExchange", resetDiscoveryId(scope)),
    // Before the new password is written, not only before the token (OWASP ASVS 6.4.3).
    ...secondFactor(scope),
    exchangeStep("NewCredentials", "LocalAccountWritePasswordUsingObjectId"),
  ];
}

function resetSubJourney(scope: Scope): Step[] {
  if (!scope.passwordReset) return [];
  return [
    step("InvokeSubJourney", {
      preconditions: [skipUnlessExists("isForgotPassword")],
      subJourneyReferenceId: "PasswordReset",
    }),
  ];
}

export function subJourneysOf(scope: Scope): SubJourney[] {
  return scope.passwordReset
    ? [{ id: "PasswordReset", type: "Call", orchestrationSteps: numbered(resetSteps(scope)) }]
    : [];
}

export const refreshJourneyId = "RedeemRefreshToken";

/** user-flows.md 17.2: the account is still there and allowed, its claims are read again, the API's first values stay. */
export function refreshJourney(scope: Scope): UserJourney {
  return {
    id: refreshJourneyId,
    orchestrationSteps: numbered([
      exchangeStep("RefreshTokenSetupExchange", "RefreshTokenReadAndSetup"),
      exchangeStep("CheckRefreshTokenDateFromAadExchange", "AAD-UserReadUsingObjectId-CheckRefreshTokenDate"),
      ...(keptClaims(scope).length > 0
        ? [exchangeStep("RefreshTokenRestoreExchange", "RefreshTokenRestoreConnectorClaims")]
        : []),
      step("SendClaims", { cpimIssuerTechnicalProfileReferenceId: "JwtIssuer" }),
    ]),
  };
}
