import type { Policy } from "@vestibule/policy";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ServerContext } from "../context.ts";
import type { Address } from "./address.ts";
import { type AddressedPolicy, findPolicy } from "./addressed-policy.ts";
import { correlationId } from "./correlation.ts";
import { ProtocolError } from "./errors.ts";
import { requestOrigin } from "./origin.ts";
import { sendJsonError } from "./token-endpoint.ts";
import { issuerUri, publishedIssuer } from "./token-issuer.ts";
import { offersUserInfo } from "./user-info.ts";

/** `…/.well-known/openid-configuration`: protocol.md 2.1. */
export async function discovery(
  context: ServerContext,
  address: Address,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  return publish(context, address, request, reply, async (at) =>
    metadataDocument(at, requestOrigin(request)),
  );
}

/** `…/discovery/v2.0/keys`: protocol.md 2.2. */
export async function keys(
  context: ServerContext,
  address: Address,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  return publish(context, address, request, reply, ({ tenant, policy }) =>
    context.signing.jwks(tenant, publishedIssuer(policy).signingKeyContainer),
  );
}

async function publish(
  context: ServerContext,
  address: Address,
  request: FastifyRequest,
  reply: FastifyReply,
  make: (at: AddressedPolicy) => Promise<unknown>,
): Promise<unknown> {
  reply.header("Access-Control-Allow-Origin", "*");
  try {
    const document = await make(findPolicy(context, address));
    return reply
      .header("Cache-Control", "public, max-age=3600")
      .type("application/json; charset=utf-8")
      .send(JSON.stringify(document));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    reply.header("Cache-Control", "no-store");
    return sendJsonError(reply, error, correlationId(request), context.now());
  }
}

function metadataDocument({ tenant, policy, address }: AddressedPolicy, origin: string): unknown {
  const at = (path: string) => origin + endpointPath(address, policy.id, path);
  return {
    issuer: issuerUri(origin, tenant, policy.id, publishedIssuer(policy).pattern),
    authorization_endpoint: at("oauth2/v2.0/authorize"),
    token_endpoint: at("oauth2/v2.0/token"),
    end_session_endpoint: at("oauth2/v2.0/logout"),
    jwks_uri: at("discovery/v2.0/keys"),
    ...(offersUserInfo(tenant, policy) && { userinfo_endpoint: at("openid/v2.0/userinfo") }),
    response_modes_supported: ["query", "fragment", "form_post"],
    response_types_supported: [
      "code",
      "code id_token",
      "code token",
      "code id_token token",
      "id_token",
      "id_token token",
      "token",
      "token id_token",
    ],
    scopes_supported: ["openid"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
    // Not in B2C's document; openid-client does PKCE only where it is named. protocol.md 12.2, switch `advertisePkce`
    code_challenge_methods_supported: tenant.settings.allowPlainPkce ? ["S256", "plain"] : ["S256"],
    claims_supported: [
      ...new Set([
        ...outputClaimNames(policy.program.policy),
        "iss",
        "iat",
        "exp",
        "aud",
        "acr",
        "nonce",
        "auth_time",
      ]),
    ],
  };
}

/**
 * The tenant as it was asked for and the policy in lower case: MSAL and passport find the policy in the address by its
 * lower-case spelling (protocol.md 2.1). Asked for by `p`, answered with `p`.
 */
export function endpointPath(address: Address, policyId: string, path: string): string {
  const prefix = address.prefix === "" ? "" : `/${address.prefix}`;
  const tenant = `${prefix}/${encodeURIComponent(address.tenantSegment)}`;
  const policy = encodeURIComponent(policyId.toLowerCase());
  return address.policyFrom === "path" ? `${tenant}/${policy}/${path}` : `${tenant}/${path}?p=${policy}`;
}

function outputClaimNames(policy: Policy): string[] {
  return policy.relyingParty.technicalProfile.outputClaims.map(
    ({ claimTypeReferenceId, partnerClaimType }) =>
      partnerClaimType ??
      policy.claimTypes.get(claimTypeReferenceId)?.defaultPartnerClaimTypes?.OpenIdConnect ??
      claimTypeReferenceId,
  );
}
