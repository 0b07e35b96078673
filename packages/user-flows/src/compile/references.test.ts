import type { Policy } from "@vestibule/policy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readUserFlow } from "../read.ts";
import { facts } from "../testing/facts.ts";
import { compileUserFlow } from "./compile.ts";

/** Everything that the policy names and does not have. */
function unresolved(policy: Policy): string[] {
  const missing: string[] = [];
  const expectClaim = (id: string, from: string) =>
    policy.claimTypes.has(id) || missing.push(`${from}: claim ${id}`);
  const expectProfile = (id: string, from: string) =>
    policy.technicalProfiles.has(id) || missing.push(`${from}: profile ${id}`);
  for (const profile of policy.technicalProfiles.values()) {
    for (const claim of [...profile.inputClaims, ...profile.persistedClaims, ...profile.outputClaims])
      expectClaim(claim.claimTypeReferenceId, profile.id);
    for (const claim of profile.displayClaims) {
      if (claim.kind !== "claim") continue;
      expectClaim(claim.claimTypeReferenceId, profile.id);
      if (!policy.claimTypes.get(claim.claimTypeReferenceId)?.userInputType)
        missing.push(`${profile.id}: no control for ${claim.claimTypeReferenceId}`);
    }
    for (const id of [...profile.inputClaimsTransformations, ...profile.outputClaimsTransformations]) {
      if (!policy.claimsTransformations.has(id)) missing.push(`${profile.id}: transformation ${id}`);
    }
    for (const { referenceId, preconditions } of profile.validationTechnicalProfiles) {
      expectProfile(referenceId, profile.id);
      for (const { values } of preconditions) expectClaim(values[0] ?? "", profile.id);
    }
    if (profile.useTechnicalProfileForSessionManagement)
      expectProfile(profile.useTechnicalProfileForSessionManagement, profile.id);
    const definition = profile.metadata.ContentDefinitionReferenceId;
    if (definition !== undefined && !policy.contentDefinitions.has(definition))
      missing.push(`${profile.id}: content definition ${definition}`);
  }
  for (const transformation of policy.claimsTransformations.values()) {
    for (const claim of [...transformation.inputClaims, ...transformation.outputClaims])
      expectClaim(claim.claimTypeReferenceId, transformation.id);
  }
  for (const journey of [...policy.userJourneys.values(), ...policy.subJourneys.values()]) {
    for (const [index, step] of journey.orchestrationSteps.entries()) {
      const from = `${journey.id} ${step.order}`;
      for (const exchange of step.claimsExchanges) expectProfile(exchange.technicalProfileReferenceId, from);
      for (const { values } of step.preconditions) expectClaim(values[0] ?? "", from);
      if (
        step.contentDefinitionReferenceId &&
        !policy.contentDefinitions.has(step.contentDefinitionReferenceId)
      )
        missing.push(`${from}: content definition`);
      if (step.subJourneyReferenceId && !policy.subJourneys.has(step.subJourneyReferenceId))
        missing.push(`${from}: sub-journey`);
      const next = journey.orchestrationSteps[index + 1]?.claimsExchanges ?? [];
      for (const {
        targetClaimsExchangeId: target,
        validationClaimsExchangeId: own,
      } of step.claimsProviderSelections) {
        if (target !== undefined && !next.some(({ id }) => id === target))
          missing.push(`${from}: target ${target}`);
        if (own !== undefined && !step.claimsExchanges.some(({ id }) => id === own))
          missing.push(`${from}: validation ${own}`);
      }
      if (step.order !== index + 1) missing.push(`${from}: number`);
    }
    if (journey.orchestrationSteps.at(-1)?.type !== "SendClaims" && policy.userJourneys.has(journey.id))
      missing.push(`${journey.id}: no SendClaims`);
  }
  const { relyingParty } = policy;
  for (const claim of relyingParty.technicalProfile.outputClaims)
    expectClaim(claim.claimTypeReferenceId, "relying party");
  for (const id of [relyingParty.defaultUserJourney, ...Object.values(relyingParty.endpoints)]) {
    if (!policy.userJourneys.has(id)) missing.push(`relying party: journey ${id}`);
  }
  for (const provider of policy.claimsProviders)
    for (const id of provider.technicalProfileIds) expectProfile(id, provider.displayName);
  return missing;
}

const attributes = [
  "email",
  "displayName",
  "givenName",
  "surname",
  "city",
  "country",
  "extension_LoyaltyNumber",
  "extension_OptIn",
  "extension_MemberSince",
  "extension_Birthday",
];
const claims = [
  "displayName",
  "givenName",
  "emails",
  "objectId",
  "identityProvider",
  "newUser",
  "city",
  "extension_LoyaltyNumber",
  "extension_PromotionCode",
  "legalAgeGroupClassification",
  "identityProviderAccessToken",
];
const connectors = fc.option(
  fc.subarray(["check", "invite", "enrich"]).map((ids) => ids.map((id) => ({ id }))),
  { nil: null },
);

const documents = fc.record(
  {
    id: fc.constant("B2C_1_any"),
    userFlowType: fc.constantFrom("signUp", "signIn", "signUpOrSignIn", "passwordReset", "profileUpdate"),
    userFlowTypeVersion: fc.constantFrom(1, 3),
    authenticationMethods: fc.constantFrom(
      "0",
      "emailWithPassword",
      "userName",
      "emailWithPassword,userName",
    ),
    userFlowIdentityProviders: fc.subarray(["OIDC-V1-Partner"]),
    userAttributeAssignments: fc
      .shuffledSubarray(attributes)
      .chain((ids) =>
        fc.tuple(...ids.map((id) => fc.record({ id: fc.constant(id), isOptional: fc.boolean() }))),
      ),
    applicationClaims: fc.shuffledSubarray(claims),
    apiConnectorConfiguration: fc.record({
      postFederationSignup: connectors,
      postAttributeCollection: connectors,
      preTokenIssuance: connectors,
    }),
    passwordComplexityConfiguration: fc.record({
      complexityLevel: fc.constantFrom("simple", "strong", "custom"),
      isSelfServicePasswordResetAllowed: fc.boolean(),
      allowExpiredPasswordReset: fc.boolean(),
    }),
    tokenClaimsConfiguration: fc.record({
      isSubjectClaimSupported: fc.boolean(),
      claimTypeForUserFlowId: fc.constantFrom("tfp", "acr"),
    }),
    singleSignOnSessionConfiguration: fc.record({ isKeepMeSignedInEnabled: fc.boolean() }),
  },
  { requiredKeys: ["id", "userFlowType"] },
);

describe("any document that is read without an error", () => {
  it("compiles to a policy whose references all resolve", () => {
    let compiled = 0;
    fc.assert(
      fc.property(documents, fc.boolean(), (document, enforceBlockAtTokenStep) => {
        const { document: flow } = readUserFlow(JSON.stringify(document), "any.json");
        if (!flow) return;
        const settings = { ...facts.connectorSettings, enforceBlockAtTokenStep };
        const { policy, diagnostics } = compileUserFlow(flow, { ...facts, connectorSettings: settings });
        expect(diagnostics).toEqual([]);
        expect(policy && unresolved(policy)).toEqual([]);
        compiled++;
      }),
      { numRuns: 600 },
    );
    expect(compiled).toBeGreaterThan(50);
  });
});
