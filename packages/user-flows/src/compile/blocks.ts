import type {
  ClaimReference,
  OrchestrationStep,
  Precondition,
  TechnicalProfile,
  ValidationTechnicalProfile,
} from "@vestibule/policy";

// Small words of which the compiled policies are made.

const provider = (name: string) =>
  `Web.TPEngine.${name}, Web.TPEngine, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null`;

export const handlers = {
  selfAsserted: provider("Providers.SelfAssertedAttributeProvider"),
  directory: provider("Providers.AzureActiveDirectoryProvider"),
  restful: provider("Providers.RestfulProvider"),
  claimsTransformation: provider("Providers.ClaimsTransformationProtocolProvider"),
  azureMfa: provider("Providers.AzureMfaProtocolProvider"),
  phoneFactor: provider("Providers.PhoneFactorProtocolProvider"),
  noopSession: provider("SSO.NoopSSOSessionProvider"),
  defaultSession: provider("SSO.DefaultSSOSessionProvider"),
  externalLoginSession: provider("SSO.ExternalLoginSSOSessionProvider"),
  oauthSession: provider("SSO.OAuthSSOSessionProvider"),
} as const;

export const proprietary = (handler: keyof typeof handlers): TechnicalProfile["protocol"] => ({
  name: "Proprietary",
  handler: handlers[handler],
});

/** A technical profile of which only what differs from empty is written. */
export function technicalProfile(
  id: string,
  protocol: TechnicalProfile["protocol"],
  parts: Partial<Omit<TechnicalProfile, "id" | "protocol">>,
): TechnicalProfile {
  return {
    metadata: {},
    cryptographicKeys: [],
    inputClaimsTransformations: [],
    inputClaims: [],
    persistedClaims: [],
    displayClaims: [],
    outputClaims: [],
    outputClaimsTransformations: [],
    validationTechnicalProfiles: [],
    ...parts,
    id,
    protocol,
  };
}

export function claim(
  claimTypeReferenceId: string,
  partnerClaimType?: string,
  more: Omit<ClaimReference, "claimTypeReferenceId" | "partnerClaimType"> = {},
): ClaimReference {
  return { claimTypeReferenceId, ...(partnerClaimType !== undefined && { partnerClaimType }), ...more };
}

/** A claim that always has this value. */
export function constant(
  claimTypeReferenceId: string,
  value: string,
  partnerClaimType?: string,
): ClaimReference {
  return claim(claimTypeReferenceId, partnerClaimType, { defaultValue: value, alwaysUseDefaultValue: true });
}

export function validation(
  referenceId: string,
  ...preconditions: Precondition[]
): ValidationTechnicalProfile {
  return { referenceId, preconditions };
}

const stepAction = "SkipThisOrchestrationStep";

export const skipIfExists = (...claims: string[]): Precondition => ({
  type: "ClaimsExist",
  executeActionsIf: true,
  values: claims,
  action: stepAction,
});

export const skipUnlessExists = (...claims: string[]): Precondition => ({
  type: "ClaimsExist",
  executeActionsIf: false,
  values: claims,
  action: stepAction,
});

export const skipIfEquals = (claimType: string, value: string): Precondition => ({
  type: "ClaimEquals",
  executeActionsIf: true,
  values: [claimType, value],
  action: stepAction,
});

/** The same condition on a validation technical profile. */
export const forValidation = (precondition: Precondition): Precondition => ({
  ...precondition,
  action: "SkipThisValidationTechnicalProfile",
});

/** A step without its number; {@link numbered} gives it. */
export type Step = Omit<OrchestrationStep, "order">;

export function step(type: OrchestrationStep["type"], parts: Partial<Omit<Step, "type">> = {}): Step {
  return { preconditions: [], claimsProviderSelections: [], claimsExchanges: [], ...parts, type };
}

export function exchangeStep(
  id: string,
  technicalProfileReferenceId: string,
  ...preconditions: Precondition[]
): Step {
  return step("ClaimsExchange", { preconditions, claimsExchanges: [{ id, technicalProfileReferenceId }] });
}

export function numbered(steps: readonly Step[]): OrchestrationStep[] {
  return steps.map((each, index) => ({ ...each, order: index + 1 }));
}
