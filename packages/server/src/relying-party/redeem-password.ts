import { randomUUID } from "node:crypto";
import type { ServerContext } from "../context.ts";
import type { Application } from "../tenant/tenant.ts";
import { ProtocolError } from "./errors.ts";
import { grantOf } from "./grants.ts";
import { issuedBy, programRequest, runHeadless } from "./headless-journey.ts";
import { authoriseScope, type GrantedScope, readScope, splitScope } from "./scope.ts";
import type { TokenRequest } from "./token-endpoint.ts";
import { issueTokens, type TokenResponse } from "./token-response.ts";

/**
 * `grant_type=password`: the policy's own headless journey checks name and password (journeys.md 12.5). The directory's
 * lockout counts as it does for pages.
 */
export async function redeemPassword(context: ServerContext, request: TokenRequest): Promise<TokenResponse> {
  const { tenant, policy, parameters, client, address, origin, ipAddress, now } = request;
  const { application } = client;
  checkPermission(application, policy.program.entry.password !== undefined);
  if (client.secret !== undefined) throw new ProtocolError("AADB2C90084");
  const username = parameters.require("username");
  const password = parameters.require("password");
  const scope = splitScope(parameters.get("scope"));
  const granted = authoriseScope(tenant, application, readScope(tenant, application, scope));
  const asked = restricted(granted, parameters.get("response_type"));

  const advanced = await runHeadless(context, request, {
    entry: "password",
    request: programRequest(
      application,
      parameters,
      { origin, ipAddress, tenantSegment: address.tenantSegment },
      { scope, ...(request.versionless && { versionless: true }) },
    ),
    culture: parameters.get("ui_locales"),
    presented: { username, password },
  });
  const outcome = issuedBy(advanced);
  const grant = grantOf(policy, advanced.state, outcome, now);
  return issueTokens(context, tenant, grant, randomUUID(), {
    scope: asked,
    origin,
    now,
    clientInfo: parameters.get("client_info") === "1",
  });
}

/** @throws ProtocolError AADB2C90057, 90224 (C163) */
function checkPermission(application: Application, policyAllows: boolean): void {
  if (!policyAllows || !application.allowPublicClient) throw new ProtocolError("AADB2C90224");
  if (!application.allowImplicit) throw new ProtocolError("AADB2C90057");
}

/** `response_type=token id_token` is what clients send; either word alone asks for that token only. */
function restricted(granted: GrantedScope, responseType: string | undefined): GrantedScope {
  if (responseType === undefined) return granted;
  const words = new Set(responseType.toLowerCase().split(" "));
  const { openid, offlineAccess, resource } = granted;
  if (![...words].every((word) => word === "token" || word === "id_token"))
    throw new ProtocolError("AADB2C90013", [responseType]);
  return {
    openid: openid && words.has("id_token"),
    offlineAccess,
    ...(resource && words.has("token") && { resource }),
  };
}
