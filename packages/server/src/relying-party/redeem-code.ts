import type { ServerContext } from "../context.ts";
import type { CodeRedemption, Grant } from "../store/store.ts";
import { refuseDisabledAccount } from "./account-state.ts";
import { authenticateClient } from "./client-authentication.ts";
import { ProtocolError } from "./errors.ts";
import { verifyCodeVerifier } from "./pkce.ts";
import { authoriseScope, readScope, splitScope } from "./scope.ts";
import type { TokenRequest } from "./token-endpoint.ts";
import { issueTokens, type TokenResponse } from "./token-response.ts";

/** Handles are 43 characters; nothing longer is looked up. protocol.md 3.6 */
const handleLimit = 128;

/**
 * `grant_type=authorization_code`: protocol.md 3.6 and 4.1. What binds the code is checked before it is used up, so that
 * a stranger who saw it cannot spoil it; a wrong verifier does use it up.
 */
export async function redeemAuthorizationCode(
  context: ServerContext,
  request: TokenRequest,
): Promise<TokenResponse> {
  const { tenant, parameters, client } = request;
  const code = parameters.require("code");
  const redirectUri = parameters.require("redirect_uri");
  const known = code.length <= handleLimit ? await context.store.grants.peekCode(tenant.id, code) : undefined;
  if (known) checkBinding(known, request, redirectUri);
  await authenticateClient(context, tenant, client, kindOfGrant(known, client.secret));

  const redeemed = await redeem(context, request, code, known);
  checkBinding(redeemed.grant, request, redirectUri);
  verifyCodeVerifier(parameters.get("code_verifier"), redeemed.grant.codeChallenge);
  await refuseDisabledAccount(context, tenant, redeemed.grant.objectId, "AADB2C90128");

  // A scope first asked for here is honoured like one of the authorization request. protocol.md 5
  const scope = [...new Set([...redeemed.grant.scope, ...splitScope(parameters.get("scope"))])];
  const granted = authoriseScope(tenant, client.application, readScope(tenant, client.application, scope));
  return issueTokens(context, tenant, { ...redeemed.grant, scope }, redeemed.family, {
    scope: granted,
    origin: request.origin,
    now: request.now,
    clientInfo: parameters.get("client_info") === "1",
  });
}

/**
 * Checks that a grant belongs to the client and the address that redeem it.
 *
 * @throws ProtocolError AADB2C90087, 90088, 90279
 */
export function checkOwner(grant: Grant, request: TokenRequest): void {
  const { application } = request.client;
  if (grant.clientId.toLowerCase() !== application.clientId.toLowerCase()) {
    throw new ProtocolError("AADB2C90279", [application.clientId]);
  }
  if (grant.policyId.toLowerCase() !== request.policy.id.toLowerCase()) {
    throw new ProtocolError("AADB2C90088", [request.policy.id, grant.policyId]);
  }
  if ((grant.versionless ?? false) !== request.versionless) throw new ProtocolError("AADB2C90087");
}

/** The kind decides about the secret. An unknown grant is what the caller makes it: its secret must be right if sent. */
export function kindOfGrant(grant: Grant | undefined, secret: string | undefined): "confidential" | "public" {
  if (grant) return grant.redirectUriType === "web" ? "confidential" : "public";
  return secret === undefined ? "public" : "confidential";
}

function checkBinding(grant: Grant, request: TokenRequest, redirectUri: string): void {
  checkOwner(grant, request);
  if (grant.redirectUri !== redirectUri) throw new ProtocolError("AADB2C90006/redeem", [redirectUri]);
}

async function redeem(
  context: ServerContext,
  { tenant, now }: TokenRequest,
  code: string,
  known: Grant | undefined,
): Promise<Extract<CodeRedemption, { readonly kind: "redeemed" }>> {
  if (code.length > handleLimit) throw new ProtocolError("AADB2C90088/unknown");
  const redemption = await context.store.grants.redeemCode(tenant.id, code, now, known);
  switch (redemption.kind) {
    case "redeemed":
      return redemption;
    case "replayed":
      throw new ProtocolError("AADB2C90080/replayed", [String(now)]);
    case "expired":
      throw new ProtocolError("AADB2C90080", [now, redemption.issued, redemption.expires].map(String));
    case "unknown":
      throw new ProtocolError("AADB2C90088/unknown");
  }
}
