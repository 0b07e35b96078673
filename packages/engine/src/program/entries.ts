import type { OrchestrationStep, Policy, TechnicalProfile } from "@vestibule/policy";
import { metadataItem } from "../claims/mapping.ts";
import { isPasswordGrant } from "../profiles/login-non-interactive.ts";
import type { Program } from "./program.ts";

/** Which journey answers which kind of request. Source: journeys.md 12.5 to 12.8. */
export function entryJourneys(policy: Policy): Program["entry"] {
  const { defaultUserJourney, endpoints } = policy.relyingParty;
  const endpoint = (wanted: string) =>
    Object.entries(endpoints).find(([id]) => id.toLowerCase() === wanted)?.[1];
  const issuer = defaultIssuer(policy);
  const named = (key: string) => (issuer && metadataItem(issuer.metadata, key)) || undefined;
  const refresh = endpoint("token") ?? named("RefreshTokenUserJourneyId");
  const clientCredentials = named("ClientCredentialsUserJourneyId");
  const userInfo = endpoint("userinfo");
  return {
    authorize: defaultUserJourney,
    ...(refresh !== undefined && { refresh }),
    ...(clientCredentials !== undefined && { clientCredentials }),
    ...(userInfo !== undefined && { userInfo }),
    ...(isHeadless(policy) && { password: defaultUserJourney }),
  };
}

/** The technical profile that makes the default journey's tokens: its default one, else that of its last such step. */
export function defaultIssuer(policy: Policy): TechnicalProfile | undefined {
  const journey = policy.userJourneys.get(policy.relyingParty.defaultUserJourney);
  const steps = [
    ...[...(journey?.orchestrationSteps ?? [])].reverse(),
    ...policy.subJourneys.values().flatMap(({ orchestrationSteps }) => orchestrationSteps),
  ];
  return [
    journey?.defaultCpimIssuerTechnicalProfileReferenceId,
    ...steps.flatMap((step) =>
      step.type === "SendClaims" ? [step.cpimIssuerTechnicalProfileReferenceId] : [],
    ),
  ]
    .flatMap((id) => (id === undefined ? [] : (policy.technicalProfiles.get(id) ?? [])))
    .find(({ outputTokenFormat }) => outputTokenFormat === "JWT");
}

/** The default journey checks a password in a step of its own and has no page to choose at (journeys.md 12.5). */
function isHeadless(policy: Policy): boolean {
  const steps = policy.userJourneys.get(policy.relyingParty.defaultUserJourney)?.orchestrationSteps ?? [];
  const selects = ({ type }: OrchestrationStep) =>
    type === "CombinedSignInAndSignUp" || type === "ClaimsProviderSelection";
  const checksPassword = ({ claimsExchanges }: OrchestrationStep) =>
    claimsExchanges.some(({ technicalProfileReferenceId }) => {
      const profile = policy.technicalProfiles.get(technicalProfileReferenceId);
      return profile?.protocol.name === "OpenIdConnect" && isPasswordGrant(profile);
    });
  return !steps.some(selects) && steps.some(checksPassword);
}
