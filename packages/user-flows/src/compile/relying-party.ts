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
      metadata: { "vestibule.omitFalse": "newUser" },
      inputClaims: [],
      outputClaims: outputClaims(scope),
      subjectNamingInfo: { claimType: "sub" },
    },
  };
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
