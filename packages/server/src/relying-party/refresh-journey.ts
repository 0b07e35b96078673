import type { IssuedOutcome, JourneyState } from "@vestibule/engine";
import type { ServerContext } from "../context.ts";
import type { Grant } from "../store/store.ts";
import type { TenantPolicy } from "../tenant/tenant.ts";
import { ProtocolError } from "./errors.ts";
import { tokenIssuerOf } from "./grants.ts";
import { issuedBy, programRequest, runHeadless } from "./headless-journey.ts";
import type { TokenRequest } from "./token-endpoint.ts";

/** What a refreshed token of a user flow never says: user-flows.md 4.12. */
const onlyAtFirstIssue = new Set(["newUser", "isForgotPassword", "idp_access_token"]);

/**
 * The grant with its claims as they are now: by the policy's refresh journey, or as they were where it has none
 * (journeys.md 12.6). The time of authentication stays that of the first issue.
 *
 * @throws ProtocolError with the journey's own code, or AADB2C90085, 90288
 */
export async function refreshClaims(
  context: ServerContext,
  request: TokenRequest,
  grant: Grant,
): Promise<Grant> {
  const { policy, tenant } = request;
  const { entry, policy: model } = policy.program;
  if (entry.refresh === undefined) return copied(policy, grant);
  if (!model.userJourneys.has(entry.refresh)) {
    const namedBy = tokenIssuerOf(grant).technicalProfile;
    throw new ProtocolError("AADB2C90288", [entry.refresh, namedBy, tenant.defaultDomain, policy.id]);
  }
  const outcome = await run(context, request, grant);
  return {
    ...grant,
    subject: outcome.subject,
    ...(outcome.objectId !== undefined && { objectId: outcome.objectId }),
    claims: outcome.claims,
    issuer: { ...outcome.issuer },
  };
}

function copied(policy: TenantPolicy, grant: Grant): Grant {
  if (policy.kind === "customPolicy") return grant;
  const claims = Object.entries(grant.claims).filter(([name]) => !onlyAtFirstIssue.has(name));
  return { ...grant, claims: Object.fromEntries(claims) };
}

async function run(context: ServerContext, request: TokenRequest, grant: Grant): Promise<IssuedOutcome> {
  const { address, origin, ipAddress, client } = request;
  const asked = { origin, ipAddress, tenantSegment: address.tenantSegment };
  const advanced = await runHeadless(context, request, {
    entry: "refresh",
    request: programRequest(client.application, request.parameters, asked, {
      redirectUri: grant.redirectUri,
      redirectUriType: grant.redirectUriType,
      scope: grant.scope,
      ...(grant.nonce !== undefined && { nonce: grant.nonce }),
      clientInfo: grant.clientInfo,
    }),
    culture: grant.culture,
    grant: {
      // Stored from a claims bag by `grantOf`, as JSON.
      claims: grant.grantClaims as NonNullable<JourneyState["grant"]>["claims"],
      issuedOn: grant.familyIssued,
      authTime: grant.authTime,
      ...(grant.objectId !== undefined && { objectId: grant.objectId }),
    },
  });
  return issuedBy(advanced, "invalid_grant");
}
