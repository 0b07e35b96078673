import type { RequestSigner } from "@vestibule/engine";
import type { TokenSigning } from "../context.ts";
import { issuerUri, publishedIssuer } from "../relying-party/token-issuer.ts";
import type { Tenant } from "../tenant/tenant.ts";

/** Its own type (RFC 8725 section 3.11): no request can pass for an id token, nor the other way round. */
const requestType = "vestibule-request+jwt";

/** Signs requests to a tenant's APIs with the key of the policy's tokens: its JWKS verifies both. */
export function createRequestSigner(signing: TokenSigning, tenant: Tenant): RequestSigner {
  return {
    async sign({ policyId, origin }, claims) {
      const policy = tenant.policies.get(policyId.toLowerCase());
      if (!policy) throw new Error(`The tenant has no policy '${policyId}'.`);
      const { pattern, signingKeyContainer } = publishedIssuer(policy);
      const payload = { iss: issuerUri(origin, tenant, policyId, pattern), ...claims };
      return signing.sign(tenant, signingKeyContainer, payload, requestType);
    },
  };
}
