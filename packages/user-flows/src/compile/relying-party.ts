import type {
  ClaimReference,
  RelyingParty,
  SingleSignOnScope,
  UserJourneyBehaviors,
} from "@vestibule/policy";
import { claim, constant } from "./blocks.ts";
import { refreshJourneyId } from "./journeys.ts";
import type { Scope } from "./scope.ts";

export function relyingParty(scope: Scope, defaultUserJourney: string): RelyingParty {
  return {
    defaultUserJourney,
    endpoints: { Token: refreshJourneyId },
    behaviors: behaviors(scope),
    technicalProfile: {
      id: "PolicyProfile",
      protocol: "OpenIdConnect",
      // user-flows.md 7: `newUser` is true or absent.
      metadata: { "vestibule.omitFalse": "newUser", ...jsonInTokens(scope) },
      inputClaims: [],
      outputClaims: outputClaims(scope),
      subjectNamingInfo: { claimType: "sub" },
    },
  };
}

/** B2C has texts in tokens, unless the flow asks for more. */
function jsonInTokens({ claimed }: Scope): Readonly<Record<string, string>> {
  const names = claimed.filter(({ json }) => json).map(({ claimType }) => claimType);
  return names.length === 0 ? {} : { "vestibule.jsonClaims": names.join(", ") };
}

/** user-flows.md 7. */
function outputClaims(scope: Scope): ClaimReference[] {
  const { isSubjectClaimSupported, claimTypeForUserFlowId } = scope.flow.tokenClaimsConfiguration;
  return [
    isSubjectClaimSupported
      ? claim("objectId", "sub")
      : constant("sub", "Not supported currently. Use oid claim.", "sub"),
    ...(claimTypeForUserFlowId === "tfp"
      ? [claim("trustFrameworkPolicy", "tfp", { defaultValue: "{policy}", required: true })]
      : []),
    ...scope.claimed.map(({ claimType, tokenName }) => claim(claimType, tokenName)),
    ...(scope.passwordReset ? [claim("isForgotPassword", "isForgotPassword")] : []),
  ];
}

const scopes: Readonly<Record<string, SingleSignOnScope>> = {
  tenant: "Tenant",
  application: "Application",
  policy: "Policy",
  disabled: "Suppressed",
};

/** user-flows.md 12. */
function behaviors({ flow }: Scope): UserJourneyBehaviors {
  const session = flow.singleSignOnSessionConfiguration;
  return {
    singleSignOn: {
      scope: scopes[session.sessionScope] ?? "Tenant",
      ...(session.isKeepMeSignedInEnabled && { keepAliveInDays: session.keepMeSignedInDays }),
      enforceIdTokenHintOnLogout: session.enforceIdTokenHintOnLogout,
    },
    sessionExpiryType: session.isSessionLifetimeAbsolute ? "Absolute" : "Rolling",
    sessionExpiryInSeconds: session.sessionLifetimeInMinutes * 60,
    scriptExecution: flow.isJavaScriptEnabled ? "Allow" : "Disallow",
  };
}
