import { randomUUID } from "node:crypto";
import type { Advance } from "@vestibule/engine";
import { reservedTokenClaims } from "@vestibule/policy";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ServerContext } from "../context.ts";
import type { Application, Tenant, TenantPolicy } from "../tenant/tenant.ts";
import { refuseDisabledAccount } from "./account-state.ts";
import type { Address } from "./address.ts";
import { type AddressedPolicy, findPolicy } from "./addressed-policy.ts";
import { ProtocolError } from "./errors.ts";
import { JourneyRefusal, programRequest, runHeadless } from "./headless-journey.ts";
import { isOwnIssuer } from "./id-token-hint.ts";
import { requestOrigin } from "./origin.ts";
import { sendJsonError } from "./token-endpoint.ts";

/**
 * `GET …/openid/v2.0/userinfo`: the policy's own journey reads the bearer token and makes the answer (protocol.md 9,
 * journeys.md 12.8). A policy without one has no such address.
 */
export async function userInfo(
  context: ServerContext,
  address: Address,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  reply
    .header("Access-Control-Allow-Origin", "*")
    .header("Cache-Control", "no-store")
    .header("Pragma", "no-cache");
  const correlationId = randomUUID();
  try {
    const at = findPolicy(context, address);
    if (!offersUserInfo(at.tenant, at.policy))
      throw new ProtocolError("AADB2C90022", [at.policy.id, address.tenantSegment]);
    if (request.method === "OPTIONS") return preflight(reply);
    if (request.method !== "GET") throw new ProtocolError("AADB2C90226/userInfo");
    const body = await answer(context, at, request, correlationId);
    return reply.type("application/json; charset=utf-8").send(JSON.stringify(body));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    if (error.status === 405) reply.header("Allow", "GET, OPTIONS");
    if (error.status === 401 || error.status === 403) reply.header("WWW-Authenticate", challenge(error));
    return sendJsonError(reply, error, correlationId, context.now());
  }
}

async function answer(
  context: ServerContext,
  { tenant, policy, address }: AddressedPolicy,
  request: FastifyRequest,
  correlationId: string,
): Promise<unknown> {
  const bearerToken = /^Bearer +([\w.~+/-]+=*) *$/i.exec(request.headers.authorization ?? "")?.[1];
  if (bearerToken === undefined) throw new ProtocolError("AADB2C90240");
  const claims = await context.signing.verify(tenant, bearerToken);
  const application = claims && applicationOf(tenant.applications, claims);
  if (!application) throw new ProtocolError("AADB2C90239");
  if (policy.program.entry.userInfo === undefined) return toldByToken(context, tenant, claims);
  // A journey's authorization says more; one that has none is no reason to take any token.
  refuseStaleToken(context, tenant, claims);
  const asked = {
    origin: requestOrigin(request),
    tenantSegment: address.tenantSegment,
    ipAddress: request.ip,
  };
  const advanced = await runHeadless(
    context,
    { tenant, policy, correlationId },
    {
      entry: "userInfo",
      request: programRequest(application, undefined, asked),
      culture: undefined,
      presented: { bearerToken },
    },
  );
  const { outcome, state } = advanced;
  if (outcome.kind !== "document") throw refusal(advanced);
  // A token outlives its account's last day; what it opens must not (protocol.md 9).
  await refuseDisabledAccount(context, tenant, state.bag.objectId, "AADB2C90128/bearer");
  return outcome.body;
}

/** True where the policy has a journey for it, or the tenant's switch offers it for every policy (protocol.md 13). */
export function offersUserInfo(tenant: Tenant, policy: TenantPolicy): boolean {
  return policy.program.entry.userInfo !== undefined || tenant.settings.advertiseUserInfo;
}

/** Clocks of several nodes differ a little. Seconds. */
const skew = 300;

/** The policy's claims as they stand in the token, `sub` first of all; what only the issuer says is left out. */
async function toldByToken(
  context: ServerContext,
  tenant: Tenant,
  claims: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const { sub, oid } = claims;
  refuseStaleToken(context, tenant, claims);
  await refuseDisabledAccount(context, tenant, oid ?? sub, "AADB2C90128/bearer");
  const told = Object.entries(claims).filter(
    ([name]) => !reservedTokenClaims.has(name) && name !== "acr" && name !== "auth_time",
  );
  return Object.fromEntries(told);
}

/** @throws ProtocolError AADB2C90235, 90238 */
function refuseStaleToken(
  context: ServerContext,
  tenant: Tenant,
  { iss, exp }: Readonly<Record<string, unknown>>,
): void {
  if (typeof iss !== "string" || !isOwnIssuer(tenant, iss)) throw new ProtocolError("AADB2C90238");
  if (typeof exp !== "number" || exp + skew <= context.now() / 1000) throw new ProtocolError("AADB2C90235");
}

/** The caller in an access token, the audience of an id token; a disabled application's tokens open nothing. */
function applicationOf(
  applications: readonly Application[],
  claims: Readonly<Record<string, unknown>>,
): Application | undefined {
  const named = [claims.azp, claims.aud].find((one) => typeof one === "string");
  const application =
    typeof named === "string"
      ? applications.find(({ clientId }) => clientId.toLowerCase() === named.toLowerCase())
      : undefined;
  return application?.enabled ? application : undefined;
}

/** RFC 6750 3.1: 401 for a token that does not count, 403 for one that may not do this. */
function refusal({ outcome }: Advance): ProtocolError {
  if (outcome.kind !== "relyingPartyError") return new ProtocolError("AADB2C90085");
  const { error, code, message } = outcome;
  if (error === "invalid_token") return new JourneyRefusal(error, code, message, 401);
  if (error === "access_denied") return new JourneyRefusal("insufficient_scope", code, message, 403);
  return new JourneyRefusal(error, code, message);
}

function challenge(error: ProtocolError): string {
  return `Bearer error="${error.error}", error_description="${error.code}"`;
}

function preflight(reply: FastifyReply): FastifyReply {
  return reply
    .status(204)
    .header("Access-Control-Allow-Methods", "GET")
    .header("Access-Control-Allow-Headers", "Authorization")
    .header("Access-Control-Max-Age", "3600")
    .send();
}
