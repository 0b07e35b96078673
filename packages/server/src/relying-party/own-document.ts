import { createLocalJWKSet, type LocalJWKSet } from "jose";
import type { TokenSigning } from "../context.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { parseAddress } from "./address.ts";
import { issuerUri, publishedIssuer } from "./token-issuer.ts";

/**
 * What our own discovery document at an address says, without asking ourselves over the network (protocol.md S9).
 * Undefined where the address is another server's, or names another tenant or no policy of it.
 *
 * @param origin `https://host:port` of the request: the host under which we are known now
 */
export async function ownDocument(
  signing: TokenSigning,
  tenant: Tenant,
  address: string,
  origin: string,
): Promise<{ readonly issuer: string; readonly keys: LocalJWKSet } | undefined> {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const domains = tenant.domains.map((domain) => domain.toLowerCase());
  if (url.origin !== new URL(origin).origin && !domains.includes(url.hostname)) return undefined;
  const parsed = parseAddress(url.pathname + url.search);
  const isDiscovery = /^(?:v2\.0\/)?\.well-known\/openid-configuration$/.test(parsed?.rest ?? "");
  const segment = parsed?.tenantSegment.toLowerCase();
  const isTenant = segment === tenant.id.toLowerCase() || domains.some((domain) => domain === segment);
  const policy = isTenant ? tenant.policies.get((parsed?.policySegment ?? "").toLowerCase()) : undefined;
  if (!isDiscovery || !policy) return undefined;
  const { pattern, signingKeyContainer } = publishedIssuer(policy);
  const { keys } = await signing.jwks(tenant, signingKeyContainer);
  return {
    issuer: issuerUri(url.origin, tenant, policy.id, pattern),
    keys: createLocalJWKSet({ keys: keys.map((key) => ({ ...key, kty: String(key.kty) })) }),
  };
}
