import type { ServerContext } from "../context.ts";
import type { Grant } from "../store/store.ts";
import { authenticateClient } from "./client-authentication.ts";
import { ProtocolError } from "./errors.ts";
import { slidingWindowEnd } from "./grants.ts";
import { checkOwner, kindOfGrant } from "./redeem-code.ts";
import { refreshClaims } from "./refresh-journey.ts";
import { authoriseScope, type GrantedScope, readScope, splitScope } from "./scope.ts";
import type { TokenRequest } from "./token-endpoint.ts";
import { issueTokens, type TokenResponse } from "./token-response.ts";

const handleLimit = 128;
/** Parallel tabs and lost answers: protocol.md 7. Seconds. */
const reuseGrace = 60;

/** `grant_type=refresh_token`: protocol.md 7, journeys.md 12.6. */
export async function redeemRefreshToken(
  context: ServerContext,
  request: TokenRequest,
): Promise<TokenResponse> {
  const { tenant, parameters, client } = request;
  const presented = parameters.require("refresh_token");
  if (presented.length > handleLimit) throw new ProtocolError("AADB2C90088/unknown");
  const known = await context.store.grants.peekRefreshToken(tenant.id, presented);
  if (known) checkOwner(known, request);
  await authenticateClient(context, tenant, client, kindOfGrant(known, client.secret));

  const { grant, family } = await redeem(context, request, presented, known);
  checkOwner(grant, request);
  const scope = refreshScope(request, grant);
  await checkAccount(context, request, grant);
  const renewed = await refreshClaims(context, request, grant);
  return issueTokens(context, tenant, renewed, family, {
    scope,
    origin: request.origin,
    now: request.now,
    clientInfo: parameters.get("client_info") === "1",
  });
}

/** Uses the token up. Reuse after the grace ends the whole family. */
async function redeem(
  context: ServerContext,
  { tenant, now }: TokenRequest,
  presented: string,
  known: Grant | undefined,
): Promise<{ readonly grant: Grant; readonly family: string }> {
  const { grants } = context.store;
  const rotate = known?.redirectUriType !== "web" || tenant.settings.strictRefreshRotation;
  const redemption = await grants.redeemRefreshToken(tenant.id, presented, now, rotate);
  switch (redemption.kind) {
    case "redeemed":
      return redemption;
    case "reused":
      if (now - redemption.rotatedAt <= reuseGrace) return redemption;
      await grants.revokeFamily(tenant.id, redemption.family);
      throw new ProtocolError("AADB2C90129");
    case "revoked":
      throw new ProtocolError("AADB2C90129");
    case "expired": {
      const windowEnd = known && slidingWindowEnd(known);
      const bySlidingWindow = windowEnd !== undefined && redemption.expires >= windowEnd;
      throw new ProtocolError(
        bySlidingWindow ? "AADB2C90080/slidingWindow" : "AADB2C90080",
        [now, redemption.issued, redemption.expires].map(String),
      );
    }
    case "unknown":
      throw new ProtocolError("AADB2C90088/unknown");
  }
}

/**
 * What the new tokens are for: what the grant is for, or the part of it that was asked for. Other scopes of the same API
 * may be asked for, another API may not (protocol.md 4.1, C142).
 */
function refreshScope({ tenant, client, parameters }: TokenRequest, grant: Grant): GrantedScope {
  const { application } = client;
  const original = readScope(tenant, application, grant.scope);
  const asked = splitScope(parameters.get("scope"));
  if (asked.length === 0) return authoriseScope(tenant, application, original);
  const wanted = readScope(tenant, application, asked);
  if (wanted.resource && wanted.resource.clientId !== original.resource?.clientId) {
    throw new ProtocolError("AADB2C90117", [asked.join(" ")]);
  }
  const resource = wanted.resource ?? original.resource;
  return authoriseScope(tenant, application, {
    openid: original.openid && wanted.openid,
    // The next refresh token is part of every answer, or the application would lose its grant.
    offlineAccess: original.offlineAccess,
    ...(resource && { resource }),
  });
}

/** journeys.md 12.6: a token of before the last password reset or revocation is void, give or take five minutes. */
const sessionsValidFromTolerance = 300_000;

/** @throws ProtocolError AADB2C90128, 90129 */
async function checkAccount(context: ServerContext, { tenant }: TokenRequest, grant: Grant): Promise<void> {
  if (grant.objectId === undefined) return;
  const directory = context.store.directory(tenant);
  const account = await directory.find({ kind: "objectId", value: grant.objectId });
  if (!account?.accountEnabled) throw new ProtocolError("AADB2C90128");
  const validFrom = await directory.sessionsValidFrom(grant.objectId);
  // Counted from the family's first issue, so that a revocation always bites.
  if (validFrom !== undefined && grant.familyIssued * 1000 + sessionsValidFromTolerance < validFrom) {
    throw new ProtocolError("AADB2C90129");
  }
}
