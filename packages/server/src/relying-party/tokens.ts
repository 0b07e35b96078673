import { hash } from "node:crypto";
import type { TokenIssuer } from "@vestibule/engine";
import { reservedTokenClaims } from "@vestibule/policy";
import type { ServerContext } from "../context.ts";
import type { Tenant } from "../tenant/tenant.ts";
import type { GrantedResource } from "./scope.ts";
import { issuerUri } from "./token-issuer.ts";

/** What the tokens of one authentication say. Times are Unix seconds. */
export interface TokenSubject {
  readonly tenant: Tenant;
  readonly policyId: string;
  /** `https://host:port` of the request that the tokens answer. */
  readonly origin: string;
  readonly clientId: string;
  readonly subject: string;
  readonly authTime: number;
  readonly nonce?: string;
  /** The relying party's output claims, by their names in the token. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly issuer: TokenIssuer;
}

type Payload = Readonly<Record<string, unknown>>;

/** Signs an id token: protocol.md 6.4. `accessToken` and `code` are those that go out beside it. */
export function signIdToken(
  context: ServerContext,
  about: TokenSubject,
  now: number,
  beside: { readonly accessToken?: string | undefined; readonly code?: string | undefined },
): Promise<string> {
  const payload: Payload = {
    ver: "1.0",
    iss: issuerUri(about.origin, about.tenant, about.policyId, about.issuer.issuanceClaimPattern),
    sub: about.subject,
    aud: about.clientId,
    exp: now + about.issuer.idTokenLifetime,
    ...(about.nonce !== undefined && { nonce: about.nonce }),
    iat: now,
    auth_time: about.authTime,
    ...policyClaims(about),
    ...(beside.code !== undefined && { c_hash: leftHalfHash(beside.code) }),
    ...(beside.accessToken !== undefined && { at_hash: leftHalfHash(beside.accessToken) }),
    nbf: now,
  };
  return context.signing.sign(about.tenant, about.issuer.signingKeyContainer, payload);
}

/** Signs an access token for one API: protocol.md 6.4. */
export function signAccessToken(
  context: ServerContext,
  about: TokenSubject,
  now: number,
  resource: GrantedResource,
): Promise<string> {
  // `sub` may be the relying party's own; `auth_time` is a claim of id tokens unless the policy puts it out itself.
  const payload: Payload = {
    sub: about.subject,
    ...policyClaims(about),
    ...(about.nonce !== undefined && { nonce: about.nonce }),
    ...(resource.names.length > 0 && { scp: resource.names.join(" ") }),
    azp: about.clientId,
    ver: "1.0",
    iat: now,
    aud: resource.clientId,
    exp: now + about.issuer.accessTokenLifetime,
    iss: issuerUri(about.origin, about.tenant, about.policyId, about.issuer.issuanceClaimPattern),
    nbf: now,
  };
  return context.signing.sign(about.tenant, about.issuer.signingKeyContainer, payload);
}

/** `client_info`: the account key of Microsoft's clients. protocol.md 3.3 */
export function clientInfo(tenant: Tenant, policyId: string, objectId: string): string {
  return encodeJson({ uid: `${objectId}-${policyId.toLowerCase()}`, utid: tenant.id });
}

/** `profile_info`, where no `client_info` was asked for: protocol.md 4.2. */
export function profileInfo(tenant: Tenant, claims: Readonly<Record<string, unknown>>): string {
  return encodeJson({
    ver: "1.0",
    tid: tenant.id,
    sub: null,
    name: claims.name ?? null,
    preferred_username: null,
    idp: claims.idp ?? null,
  });
}

/** The policy's claims, without those that only the issuer sets, and with what names the policy. */
function policyClaims(about: TokenSubject): Payload {
  const own = Object.fromEntries(
    Object.entries(about.claims).filter(
      ([name, value]) =>
        !reservedTokenClaims.has(name) &&
        value !== null &&
        value !== undefined &&
        !(name === "sub" && value === ""),
    ),
  );
  return {
    ...(about.issuer.acr && { acr: about.policyId.toLowerCase() }),
    // Microsoft.Identity.Web cannot tell the tenant from an issuer that holds a policy: protocol.md 12.4
    ...(about.issuer.issuanceClaimPattern === "AuthorityWithTfp" && { tid: about.tenant.id }),
    ...own,
  };
}

/** OpenID Connect Core 3.1.3.6 and 3.3.2.11, for RS256. */
function leftHalfHash(text: string): string {
  return hash("sha256", text, "buffer").subarray(0, 16).toString("base64url");
}

function encodeJson(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
