import type { FastifyReply, FastifyRequest } from "fastify";
import type { ServerContext } from "../context.ts";
import type { Tenant, TenantPolicy } from "../tenant/tenant.ts";
import type { Address } from "./address.ts";
import { findPolicy } from "./addressed-policy.ts";
import { auditExchange } from "./audit.ts";
import { isVersionless } from "./authorize.ts";
import { type PresentedClient, readClient } from "./client-authentication.ts";
import { correlationId } from "./correlation.ts";
import { allowSinglePageOrigin, answerPreflight } from "./cors.ts";
import { describeError, ProtocolError } from "./errors.ts";
import { requestOrigin } from "./origin.ts";
import { formParameters, type Parameters } from "./parameters.ts";
import { redeemClientCredentials } from "./redeem-client-credentials.ts";
import { redeemAuthorizationCode } from "./redeem-code.ts";
import { redeemPassword } from "./redeem-password.ts";
import { redeemRefreshToken } from "./redeem-refresh-token.ts";
import type { TokenResponse } from "./token-response.ts";

/** What a grant type works with: a request whose client is known, though not yet proved. */
export interface TokenRequest {
  readonly tenant: Tenant;
  readonly policy: TenantPolicy;
  readonly address: Address;
  readonly versionless: boolean;
  readonly parameters: Parameters;
  readonly client: PresentedClient;
  readonly origin: string;
  readonly ipAddress: string;
  readonly correlationId: string;
  /** Unix seconds. */
  readonly now: number;
}

type GrantType = (context: ServerContext, request: TokenRequest) => Promise<TokenResponse>;

const grantTypes: ReadonlyMap<string, GrantType> = new Map([
  ["authorization_code", redeemAuthorizationCode],
  ["refresh_token", redeemRefreshToken],
  ["password", redeemPassword],
  ["client_credentials", redeemClientCredentials],
]);

/** `POST …/oauth2/v2.0/token`, and what else comes to that address: protocol.md 4. */
export async function token(
  context: ServerContext,
  address: Address,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  reply.header("Cache-Control", "no-store").header("Pragma", "no-cache").header("Vary", "Origin");
  const byHeader = request.headers.authorization !== undefined;
  try {
    const { tenant, policy } = findPolicy(context, address);
    if (request.method === "OPTIONS") return answerPreflight(request, reply, tenant);
    allowSinglePageOrigin(request, reply, tenant, undefined);
    if (request.method !== "POST") throw new ProtocolError("AADB2C90226");
    const parameters = readForm(request);
    const grantType = readGrantType(parameters);
    const client = readClient(tenant, request, parameters);
    allowSinglePageOrigin(request, reply, tenant, client.application);
    return await audited(context, grantType, {
      tenant,
      policy,
      address,
      versionless: isVersionless(address),
      parameters,
      client,
      origin: requestOrigin(request),
      ipAddress: request.ip,
      correlationId: correlationId(request),
      now: Math.floor(context.now() / 1000),
    });
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    context.limits.take("refusedToken", request.ip);
    if (error.status === 405) reply.header("Allow", "POST, OPTIONS");
    // RFC 6749 5.2
    if (error.status === 401 && byHeader)
      reply.header("WWW-Authenticate", 'Basic realm="token", charset="UTF-8"');
    return sendJsonError(reply, error, correlationId(request), context.now());
  }
}

/** Leaves a row for the operator, whatever came of it; directory-and-graph.md 8. */
async function audited(
  context: ServerContext,
  grantType: GrantType,
  request: TokenRequest,
): Promise<TokenResponse> {
  try {
    const response = await grantType(context, request);
    await auditExchange(context, request, undefined);
    return response;
  } catch (error) {
    await auditExchange(context, request, error instanceof ProtocolError ? error.code : "AADB2C90037");
    throw error;
  }
}

/** The JSON form of an error: protocol.md 4.3. */
export function sendJsonError(
  reply: FastifyReply,
  error: ProtocolError,
  correlationId: string,
  now: number,
): FastifyReply {
  return reply
    .status(error.status)
    .type("application/json; charset=utf-8")
    .send(
      JSON.stringify({
        error: error.error,
        error_description: describeError(error.code, error.message, correlationId, now),
      }),
    );
}

/** Parameters of the body alone; what stands in the query is tracing at best. protocol.md 4.1 */
function readForm(request: FastifyRequest): Parameters {
  const parameters = formParameters(request);
  if (!parameters) throw new ProtocolError("AADB2C90083", ["grant_type"]);
  parameters.refuseRepeated(protocolParameters);
  return parameters;
}

const protocolParameters: ReadonlySet<string> = new Set([
  "grant_type",
  "client_id",
  "client_secret",
  "client_assertion",
  "client_assertion_type",
  "code",
  "code_verifier",
  "redirect_uri",
  "refresh_token",
  "scope",
  "client_info",
  "username",
  "password",
  "resource",
  "response_type",
]);

function readGrantType(parameters: Parameters): GrantType {
  const name = parameters.require("grant_type");
  const grantType = grantTypes.get(name);
  if (!grantType) throw new ProtocolError("AADB2C90086", [name.slice(0, 100)]);
  return grantType;
}
