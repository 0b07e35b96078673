import { randomUUID } from "node:crypto";
import type { IssuedOutcome, JourneyState, RelyingPartyRequest, TokenIssuer } from "@vestibule/engine";
import type { ServerContext } from "../context.ts";
import type { Grant } from "../store/store.ts";
import type { Tenant, TenantPolicy } from "../tenant/tenant.ts";

/** protocol.md 3.6: not configurable. Seconds. */
const codeLifetime = 600;
/** protocol.md 7: refresh tokens of single-page applications, counted from the first issue. Seconds. */
const singlePageLifetime = 86_400;

/** What a finished journey grants, kept until the application redeems it. */
export function grantOf(
  policy: TenantPolicy,
  state: Pick<JourneyState, "request" | "culture">,
  outcome: IssuedOutcome,
  now: number,
): Grant {
  const { request } = state;
  return {
    clientId: request.clientId,
    policyId: policy.id,
    redirectUri: request.redirectUri,
    redirectUriType: request.redirectUriType,
    scope: request.scope,
    ...(request.nonce !== undefined && { nonce: request.nonce }),
    ...(request.codeChallenge && { codeChallenge: request.codeChallenge }),
    subject: outcome.subject,
    ...(outcome.objectId !== undefined && { objectId: outcome.objectId }),
    authTime: outcome.authTime,
    claims: outcome.claims,
    grantClaims: outcome.grantClaims,
    issuer: { ...outcome.issuer },
    clientInfo: request.clientInfo,
    familyIssued: now,
    culture: state.culture.tag,
    ...versionless(request),
  };
}

function versionless(request: RelyingPartyRequest): Pick<Grant, "versionless"> {
  return request.versionless ? { versionless: true } : {};
}

/** Stores a grant under a new authorization code; it begins a new family. */
export async function issueCode(
  context: ServerContext,
  tenant: Tenant,
  grant: Grant,
  now: number,
): Promise<string> {
  const code = context.ports(tenant).random.token(32);
  await context.store.grants.putCode(tenant.id, code, grant, randomUUID(), now, now + codeLifetime);
  return code;
}

/** Stores a grant under a new refresh token of its family. */
export async function issueRefreshToken(
  context: ServerContext,
  tenant: Tenant,
  grant: Grant,
  family: string,
  now: number,
): Promise<{ readonly token: string; readonly expiresIn: number }> {
  const token = context.ports(tenant).random.token(32);
  const expires = refreshTokenExpiry(grant, now);
  await context.store.grants.putRefreshToken(tenant.id, token, grant, family, now, expires);
  return { token, expiresIn: expires - now };
}

/** End of the sliding window, counted from the first interactive issue; undefined where it never ends. protocol.md 7 */
export function slidingWindowEnd(grant: Grant): number | undefined {
  const issuer = tokenIssuerOf(grant);
  if (grant.redirectUriType === "spa") return grant.familyIssued + singlePageLifetime;
  if (issuer.allowInfiniteRollingRefreshToken) return undefined;
  return grant.familyIssued + issuer.rollingRefreshTokenLifetime;
}

function refreshTokenExpiry(grant: Grant, now: number): number {
  const windowEnd = slidingWindowEnd(grant);
  if (grant.redirectUriType === "spa" && windowEnd !== undefined) return windowEnd;
  return Math.min(now + tokenIssuerOf(grant).refreshTokenLifetime, windowEnd ?? Number.MAX_SAFE_INTEGER);
}

/** The issuer that a grant was made with. It was stored from a {@link TokenIssuer} by {@link grantOf}, as JSON. */
export function tokenIssuerOf(grant: Grant): TokenIssuer {
  return grant.issuer as unknown as TokenIssuer;
}
