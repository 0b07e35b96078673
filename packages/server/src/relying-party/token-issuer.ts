import type { TokenIssuer } from "@vestibule/engine";
import type { Policy, TechnicalProfile } from "@vestibule/policy";
import type { Tenant, TenantPolicy } from "../tenant/tenant.ts";

/** `iss` of tokens, and of the metadata document: protocol.md 6.2. It follows the host of the request. */
export function issuerUri(
  origin: string,
  tenant: Tenant,
  policyId: string,
  pattern: TokenIssuer["issuanceClaimPattern"],
): string {
  switch (pattern) {
    case "AuthorityAndTenantGuid":
      return `${origin}/${tenant.id}/v2.0/`;
    case "AuthorityWithTfp":
      return `${origin}/tfp/${tenant.id}/${policyId.toLowerCase()}/v2.0/`;
  }
}

/** The issuer of a policy as its metadata document shows it, before any journey has run. */
export interface PublishedIssuer {
  readonly pattern: TokenIssuer["issuanceClaimPattern"];
  readonly signingKeyContainer?: string;
}

export function publishedIssuer(policy: TenantPolicy): PublishedIssuer {
  const profile = issuerProfile(policy.program.policy);
  const container = profile?.cryptographicKeys.find(({ id }) => id.toLowerCase() === "issuer_secret");
  return {
    pattern:
      metadataOf(profile, "IssuanceClaimPattern")?.toLowerCase() === "authoritywithtfp"
        ? "AuthorityWithTfp"
        : "AuthorityAndTenantGuid",
    ...(container && { signingKeyContainer: container.storageReferenceId }),
  };
}

export function metadataOf(profile: TechnicalProfile | undefined, key: string): string | undefined {
  const entry = Object.entries(profile?.metadata ?? {}).find(
    ([name]) => name.toLowerCase() === key.toLowerCase(),
  );
  return entry?.[1];
}

/** The issuer of the default journey's last step, else the journey's default one. */
function issuerProfile(policy: Policy): TechnicalProfile | undefined {
  const journey = policy.userJourneys.get(policy.relyingParty.defaultUserJourney);
  const step = journey?.orchestrationSteps.findLast(({ type }) => type === "SendClaims");
  const id =
    step?.cpimIssuerTechnicalProfileReferenceId ?? journey?.defaultCpimIssuerTechnicalProfileReferenceId;
  return id === undefined ? undefined : policy.technicalProfiles.get(id);
}
