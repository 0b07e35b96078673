import type { JourneyState } from "@vestibule/engine";
import type { FastifyBaseLogger } from "fastify";
import type { Tenant, TenantPolicy } from "../tenant/tenant.ts";

const mostVersions = 256;

/**
 * The policy versions that running journeys may still need: a journey ends with the version that it began with
 * (design.md, rule 4). Bounded; the version that was used longest ago goes first.
 */
export interface ProgramVersions {
  /** Notes that a journey begins with this version. */
  keep(tenant: Tenant, policy: TenantPolicy): void;
  /**
   * The policy for a running journey. After a restart its version may be gone: then the current one of the same id goes
   * on with it, which is better than losing the person's sign-up. Undefined where the policy itself is gone.
   */
  of(tenant: Tenant, state: JourneyState): TenantPolicy | undefined;
}

export function programVersions(log: FastifyBaseLogger): ProgramVersions {
  const versions = new Map<string, TenantPolicy>();
  const keyOf = (tenantId: string, policyId: string, version: string) =>
    JSON.stringify([tenantId, policyId.toLowerCase(), version]);

  const use = (key: string, policy: TenantPolicy) => {
    versions.delete(key);
    versions.set(key, policy);
    if (versions.size > mostVersions)
      for (const oldest of versions.keys()) {
        versions.delete(oldest);
        break;
      }
    return policy;
  };

  return {
    keep(tenant, policy) {
      use(keyOf(tenant.id, policy.id, policy.program.version), policy);
    },
    of(tenant, state) {
      const key = keyOf(tenant.id, state.policyId, state.policyVersion);
      const kept = versions.get(key);
      if (kept !== undefined) return use(key, kept);
      const current = tenant.policies.get(state.policyId.toLowerCase());
      if (current !== undefined && current.program.version !== state.policyVersion)
        log.warn(
          { correlationId: state.id, policyId: state.policyId },
          "the journey's policy version is gone; it goes on with the current one",
        );
      return current;
    },
  };
}
