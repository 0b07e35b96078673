import type { ServerContext } from "../context.ts";
import type { Tenant, TenantPolicy } from "../tenant/tenant.ts";
import type { Address } from "./address.ts";
import { ProtocolError } from "./errors.ts";

/** A tenant and one of its policies, found by the address of the request. */
export interface AddressedPolicy {
  readonly tenant: Tenant;
  readonly policy: TenantPolicy;
  readonly address: Address;
}

/**
 * Finds what an address names. A policy is looked for in its own tenant only.
 *
 * @throws ProtocolError AADB2C90022 with status 404
 */
export function findPolicy(context: ServerContext, address: Address): AddressedPolicy {
  const tenant = context.tenants.find(address.tenantSegment);
  const policy = tenant?.policies.get((address.policySegment ?? "").toLowerCase());
  if (!tenant || !policy) {
    throw new ProtocolError("AADB2C90022", [address.policySegment ?? "", address.tenantSegment]);
  }
  return { tenant, policy, address };
}
