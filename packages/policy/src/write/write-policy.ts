import { policyNamespace } from "../grammar/validate.ts";
import type { Policy } from "../model.ts";
import { writeBuildingBlocks } from "./write-blocks.ts";
import { writeJourney } from "./write-journeys.ts";
import { writeProfile } from "./write-profile.ts";
import { writeRelyingParty } from "./write-relying-party.ts";
import { container, element, type OutputElement, optionalText, render, textElement } from "./xml.ts";

/**
 * A policy as one self-contained XML file without base: what it says is what the model says, so that reading it gives the
 * model again. `policyId`: another id; by default the policy's own, with the prefix that custom policies need.
 */
export function writePolicy(policy: Policy, options: { readonly policyId?: string } = {}): string {
  const policyId = options.policyId ?? customPolicyId(policy.policyId);
  return render(
    element(
      "TrustFrameworkPolicy",
      {
        xmlns: policyNamespace,
        PolicySchemaVersion: "0.3.0.0",
        TenantId: policy.tenantId,
        TenantObjectId: policy.tenantObjectId,
        PolicyId: policyId,
        PublicPolicyUri: policy.publicPolicyUri ?? `http://${policy.tenantId}/${policyId}`,
        DeploymentMode: policy.deploymentMode === "Production" ? undefined : policy.deploymentMode,
        UserJourneyRecorderEndpoint: policy.userJourneyRecorderEndpoint,
      },
      writeBuildingBlocks(policy),
      container("ClaimsProviders", writeProviders(policy)),
      container("UserJourneys", policy.userJourneys.values().map(writeJourney)),
      container(
        "SubJourneys",
        policy.subJourneys
          .values()
          .map(({ type, ...journey }) => writeJourney({ ...journey, subJourneyType: type })),
      ),
      writeRelyingParty(policy.relyingParty),
    ),
  );
}

/** User flows are `B2C_1_…`, custom policies `B2C_1A_…` (PL015). */
function customPolicyId(id: string): string {
  return /^B2C_1A_/i.test(id) ? id : `B2C_1A_${id.replace(/^B2C_1_/i, "")}`;
}

function writeProviders(policy: Policy): OutputElement[] {
  const written = new Set<string>();
  const profiles = (ids: readonly string[]) =>
    ids.flatMap((id) => {
      const profile = policy.technicalProfiles.get(id);
      if (!profile || written.has(id.toLowerCase())) return [];
      written.add(id.toLowerCase());
      return [writeProfile(profile)];
    });
  const providers = policy.claimsProviders.map((provider) =>
    element(
      "ClaimsProvider",
      {},
      container(
        "Domains",
        (provider.furtherDomains ?? []).map((domain) => textElement("Domain", domain)),
      ),
      optionalText("Domain", provider.domain),
      textElement("DisplayName", provider.displayName),
      element("TechnicalProfiles", {}, profiles(provider.technicalProfileIds)),
    ),
  );
  const others = profiles(policy.technicalProfiles.ids());
  if (others.length > 0)
    providers.push(element("ClaimsProvider", {}, element("TechnicalProfiles", {}, others)));
  return providers;
}
