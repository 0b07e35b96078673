import type { Policy, TechnicalProfile } from "@vestibule/policy";

export const withProvider = { userFlowIdentityProviders: ["OIDC-V1-Partner"] };
export const everything = {
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
export function steps(policy: Policy, journey = policy.relyingParty.defaultUserJourney): string[] {
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

export function profile(policy: Policy, id: string): TechnicalProfile {
  const found = policy.technicalProfiles.get(id);
  if (!found) throw new Error(`no technical profile ${id}`);
  return found;
}

export const fields = (policy: Policy, id: string) =>
  profile(policy, id).displayClaims.map((claim) =>
    claim.kind === "claim" ? `${claim.claimTypeReferenceId}${claim.required ? "*" : ""}` : "",
  );
export const outputs = (policy: Policy, id: string) =>
  profile(policy, id).outputClaims.map(({ claimTypeReferenceId }) => claimTypeReferenceId);
export const validations = (policy: Policy, id: string) =>
  profile(policy, id).validationTechnicalProfiles.map(({ referenceId, preconditions }) =>
    [referenceId, ...preconditions.map(({ values }) => `unless ${values}`)].join(" "),
  );
export const tokenClaims = (policy: Policy) =>
  policy.relyingParty.technicalProfile.outputClaims.map(
    ({ claimTypeReferenceId, partnerClaimType }) => `${partnerClaimType}=${claimTypeReferenceId}`,
  );
