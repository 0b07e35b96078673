import { hash } from "node:crypto";
import type { ServerContext } from "../context.ts";
import type { Application, Tenant } from "../tenant/tenant.ts";
import { authenticateClient } from "./client-authentication.ts";
import { ProtocolError } from "./errors.ts";
import { issuedBy, programRequest, runHeadless } from "./headless-journey.ts";
import { applicationResource, splitScope } from "./scope.ts";
import type { TokenRequest } from "./token-endpoint.ts";
import type { TokenResponse } from "./token-response.ts";
import { signAccessToken } from "./tokens.ts";

/**
 * `grant_type=client_credentials`: a token about the application itself, with the roles of one API that it was granted.
 * The policy's journey adds claims where it has one (journeys.md 12.7).
 */
export async function redeemClientCredentials(
  context: ServerContext,
  request: TokenRequest,
): Promise<TokenResponse> {
  const { tenant, policy, parameters, client, address, origin, ipAddress, now } = request;
  const { application } = client;
  await authenticateClient(context, tenant, client, "confidential");
  const { program } = policy;
  if (!program.issuer) throw new ProtocolError("AADB2C90086", ["client_credentials"]);
  const scope = splitScope(parameters.get("scope"));
  const resource = applicationResource(tenant, application, scope);
  const objectId = servicePrincipalId(tenant, application);

  const outcome =
    program.entry.clientCredentials === undefined
      ? undefined
      : issuedBy(
          await runHeadless(context, request, {
            entry: "clientCredentials",
            request: programRequest(
              application,
              parameters,
              { origin, ipAddress, tenantSegment: address.tenantSegment },
              { scope },
            ),
            culture: parameters.get("ui_locales"),
            grant: { claims: {}, issuedOn: now, objectId, authTime: now },
          }),
        );
  const issuer = outcome?.issuer ?? program.issuer;
  const accessToken = await signAccessToken(
    context,
    {
      tenant,
      policyId: policy.id,
      origin,
      clientId: application.clientId,
      subject: outcome?.subject ?? objectId,
      authTime: now,
      // The policy names itself where the issuer does not (protocol.md 6.3).
      claims: outcome?.claims ?? (issuer.acr ? {} : { tfp: policy.id }),
      issuer,
    },
    now,
    resource,
  );
  const number = (value: number): string | number => (issuer.jsonNumbers ? value : String(value));
  return {
    access_token: accessToken,
    token_type: "Bearer",
    not_before: number(now),
    expires_in: number(issuer.accessTokenLifetime),
    expires_on: number(now + issuer.accessTokenLifetime),
    resource: resource.clientId,
    scope: scope.join(" "),
  };
}

/** The object id of the application in its tenant: the same on every node, and no secret. */
function servicePrincipalId(tenant: Tenant, { clientId }: Application): string {
  const digest = hash("sha256", `service principal\n${tenant.id}\n${clientId}`.toLowerCase(), "hex");
  const variant = "89ab"[Number.parseInt(digest.slice(16, 17), 16) % 4] ?? "8";
  // RFC 9562 5.8: a UUID of version 8, whose bits are ours.
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}
