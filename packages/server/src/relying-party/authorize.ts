import type { RelyingPartyRequest } from "@vestibule/engine";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ServerContext } from "../context.ts";
import type { Application, Tenant } from "../tenant/tenant.ts";
import type { Address } from "./address.ts";
import { type AddressedPolicy, findPolicy } from "./addressed-policy.ts";
import { errorAnswer } from "./answers.ts";
import type { Interaction } from "./contract.ts";
import { correlationId } from "./correlation.ts";
import { chooseCulture } from "./culture.ts";
import { ProtocolError } from "./errors.ts";
import { requestOrigin } from "./origin.ts";
import { type Parameters, queryAndFormParameters } from "./parameters.ts";
import { readCodeChallenge } from "./pkce.ts";
import { findRedirectUri, type RegisteredRedirectUri } from "./redirect-uri.ts";
import {
  checkImplicitPermission,
  checkScope,
  readMaxAge,
  readNonce,
  readPrompt,
  readResponseMode,
  readResponseType,
  safeResponseMode,
} from "./request-checks.ts";
import { authoriseScope, readScope, splitScope } from "./scope.ts";

/** Parameters that may stand in a request only once. */
const protocolParameters: ReadonlySet<string> = new Set([
  "client_id",
  "response_type",
  "redirect_uri",
  "scope",
  "response_mode",
  "state",
  "nonce",
  "prompt",
  "max_age",
  "login_hint",
  "domain_hint",
  "id_token_hint",
  "acr_values",
  "ui_locales",
  "claims",
  "resource",
  "code_challenge",
  "code_challenge_method",
  "client_info",
  "p",
  "request",
  "request_uri",
  "registration",
]);

/**
 * `GET` and `POST …/oauth2/v2.0/authorize`: protocol.md 3. Until the redirect URI is found registered, errors are shown
 * to the person; afterwards they go to the application. `request` and `request_uri` are kept and never fetched.
 */
export async function authorize(
  context: ServerContext,
  interaction: Interaction,
  address: Address,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const at = findPolicy(context, address);
  const parameters = queryAndFormParameters(request);
  parameters.refuseRepeated(protocolParameters);
  parameters.refuseMarkup();
  refuseLongState(parameters);
  const application = requireApplication(at.tenant, parameters);
  const redirectUri = requireRedirectUri(application, parameters);
  const origin = requestOrigin(request);

  let rpRequest: RelyingPartyRequest;
  try {
    rpRequest = readRequest(at, application, redirectUri, parameters, origin, request.ip);
  } catch (error) {
    // The policy may want the person to see them (journeys.md 13.1).
    if (!(error instanceof ProtocolError) || shownHere(at)) throw error;
    const answer = errorAnswer(
      {
        redirectUri: redirectUri.uri,
        responseMode: safeResponseMode(parameters),
        state: parameters.get("state"),
      },
      { error: error.error, code: error.code, message: error.message, correlationId: correlationId(request) },
      context.now(),
    );
    return interaction.sendAnswer(reply, answer);
  }
  const { localization } = at.policy.program.policy;
  const culture = chooseCulture(
    parameters.get("ui_locales"),
    request.headers["accept-language"],
    localization,
  );
  return interaction.begin(request, reply, { tenant: at.tenant, policy: at.policy, rpRequest, culture });
}

function shownHere({ policy }: AddressedPolicy): boolean {
  return policy.program.policy.relyingParty.behaviors.onErrorMode === "DisplayInService";
}

/** The checks whose errors the application hears, in the order of protocol.md 3.2. */
function readRequest(
  { tenant, address }: AddressedPolicy,
  application: Application,
  redirectUri: RegisteredRedirectUri,
  parameters: Parameters,
  origin: string,
  ipAddress: string,
): RelyingPartyRequest {
  const responseMode = readResponseMode(parameters);
  const responseType = readResponseType(parameters);
  checkImplicitPermission(application, responseType);
  const scope = splitScope(parameters.get("scope"));
  const requested = readScope(tenant, application, scope);
  checkScope(responseType, requested, tenant.settings.alwaysIssueAccessToken);
  const nonce = readNonce(parameters, responseType);
  const codeChallenge = responseType.includes("code")
    ? readCodeChallenge(parameters, redirectUri.type, tenant.settings.allowPlainPkce)
    : undefined;
  const prompt = readPrompt(parameters);
  const maxAge = readMaxAge(parameters);
  authoriseScope(tenant, application, requested);

  const state = parameters.get("state");
  const loginHint = parameters.get("login_hint");
  const domainHint = parameters.get("domain_hint");
  return {
    protocol: "openid-connect",
    clientId: application.clientId,
    clientDisplayName: application.displayName,
    redirectUri: redirectUri.uri,
    redirectUriType: redirectUri.type,
    responseType,
    responseMode,
    scope,
    ...(state !== undefined && { state }),
    ...(nonce !== undefined && { nonce }),
    ...(codeChallenge && { codeChallenge }),
    ...(prompt !== undefined && { prompt }),
    ...(maxAge !== undefined && { maxAge }),
    ...(loginHint !== undefined && { loginHint }),
    ...(domainHint !== undefined && { domainHint }),
    clientInfo: parameters.get("client_info") === "1",
    parameters: parameters.toRecord(),
    origin,
    tenantSegment: address.tenantSegment,
    ipAddress,
    ...(isVersionless(address) && { versionless: true }),
  };
}

/** `/oauth2/authorize` and the like: grants do not pass between the two families (protocol.md 1). */
export function isVersionless(address: Address): boolean {
  return !address.rest.includes("v2.0");
}

/** It comes back in a header, and proxies cut long ones. protocol.md 3.1 */
function refuseLongState(parameters: Parameters): void {
  const state = parameters.get("state") ?? "";
  if (Buffer.byteLength(state) > 8192) throw new ProtocolError("AADB2C90122", ["state"]);
}

/** @throws ProtocolError AADB2C90008, 90018, 90092: for the person's eyes */
function requireApplication(tenant: Tenant, parameters: Parameters): Application {
  const clientId = parameters.get("client_id");
  if (clientId === undefined) throw new ProtocolError("AADB2C90008");
  const application = findApplication(tenant, clientId);
  if (!application) throw new ProtocolError("AADB2C90018", [clientId, tenant.defaultDomain]);
  if (!application.enabled) throw new ProtocolError("AADB2C90092", [clientId, tenant.defaultDomain]);
  return application;
}

export function findApplication(tenant: Tenant, clientId: string): Application | undefined {
  const wanted = clientId.toLowerCase();
  return tenant.applications.find((application) => application.clientId.toLowerCase() === wanted);
}

/** @throws ProtocolError AADB2C90006, 90007, 90083: for the person's eyes */
function requireRedirectUri(application: Application, parameters: Parameters): RegisteredRedirectUri {
  const [only, ...others] = application.redirectUris;
  if (!only) throw new ProtocolError("AADB2C90007", [application.clientId]);
  const requested = parameters.get("redirect_uri") ?? (others.length === 0 ? only.uri : undefined);
  if (requested === undefined) throw new ProtocolError("AADB2C90083", ["redirect_uri"]);
  const redirectUri = findRedirectUri(application, requested);
  if (!redirectUri) throw new ProtocolError("AADB2C90006", [requested, application.clientId]);
  return redirectUri;
}
