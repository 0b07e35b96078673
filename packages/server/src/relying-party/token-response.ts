import type { ServerContext } from "../context.ts";
import type { Grant } from "../store/store.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { issueRefreshToken, tokenIssuerOf } from "./grants.ts";
import type { GrantedScope } from "./scope.ts";
import { clientInfo, profileInfo, signAccessToken, signIdToken, type TokenSubject } from "./tokens.ts";

/** Body of a successful answer of the token endpoint; members in the order of protocol.md 4.2. */
export type TokenResponse = Readonly<Record<string, string | number>>;

/** Makes the tokens that a grant stands for. `now` is in Unix seconds. */
export async function issueTokens(
  context: ServerContext,
  tenant: Tenant,
  grant: Grant,
  family: string,
  request: {
    readonly scope: GrantedScope;
    readonly origin: string;
    readonly now: number;
    /** True where the token request itself asked for it. */
    readonly clientInfo: boolean;
  },
): Promise<TokenResponse> {
  const { scope, now } = request;
  const issuer = tokenIssuerOf(grant);
  const about: TokenSubject = {
    tenant,
    policyId: grant.policyId,
    origin: request.origin,
    clientId: grant.clientId,
    subject: grant.subject,
    authTime: grant.authTime,
    ...(grant.nonce !== undefined && { nonce: grant.nonce }),
    claims: grant.claims,
    issuer,
  };
  const accessToken = scope.resource && (await signAccessToken(context, about, now, scope.resource));
  const idToken = scope.openid ? await signIdToken(context, about, now, { accessToken }) : undefined;
  const refresh = scope.offlineAccess
    ? await issueRefreshToken(context, tenant, grant, family, now)
    : undefined;

  const number = (value: number): string | number => (issuer.jsonNumbers ? value : String(value));
  return {
    ...(accessToken !== undefined && { access_token: accessToken }),
    ...(idToken !== undefined && { id_token: idToken }),
    token_type: "Bearer",
    not_before: number(now),
    ...(scope.resource && {
      expires_in: number(issuer.accessTokenLifetime),
      expires_on: number(now + issuer.accessTokenLifetime),
      resource: scope.resource.clientId,
    }),
    ...(!scope.resource && idToken !== undefined && { id_token_expires_in: number(issuer.idTokenLifetime) }),
    ...(request.clientInfo || grant.clientInfo
      ? { client_info: clientInfo(tenant, grant.policyId, grant.objectId ?? grant.subject) }
      : { profile_info: profileInfo(tenant, grant.claims) }),
    scope: scope.resource?.scopes.join(" ") ?? "",
    ...(refresh && {
      refresh_token: refresh.token,
      refresh_token_expires_in: number(refresh.expiresIn),
    }),
  };
}
