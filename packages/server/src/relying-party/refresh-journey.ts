import {
  type Advance,
  advance,
  type IssuedOutcome,
  type JourneyState,
  newJourney,
  type RelyingPartyRequest,
} from "@vestibule/engine";
import type { ServerContext } from "../context.ts";
import { journeySummary } from "../journey-summary.ts";
import type { Grant } from "../store/store.ts";
import type { TenantPolicy } from "../tenant/tenant.ts";
import { chooseCulture } from "./culture.ts";
import { ProtocolError } from "./errors.ts";
import { tokenIssuerOf } from "./grants.ts";
import type { TokenRequest } from "./token-endpoint.ts";
import { refreshJourneyId } from "./token-issuer.ts";

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
  const model = policy.program.policy;
  const journey = refreshJourneyId(model, tokenIssuerOf(grant).technicalProfile);
  if (!journey) return copied(policy, grant);
  if (!model.userJourneys.has(journey.id)) {
    throw new ProtocolError("AADB2C90288", [journey.id, journey.namedBy, tenant.defaultDomain, policy.id]);
  }
  const outcome = await run(context, request, grant, journey.id);
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

async function run(
  context: ServerContext,
  request: TokenRequest,
  grant: Grant,
  journeyId: string,
): Promise<IssuedOutcome> {
  const { program } = request.policy;
  const begun = newJourney(program, {
    id: request.correlationId,
    tenantId: request.tenant.id,
    request: relyingPartyRequest(request, grant),
    culture: chooseCulture(grant.culture, undefined, program.policy.localization),
    now: context.now(),
    entry: "refresh",
    grant: {
      // Stored from a claims bag by `grantOf`, as JSON.
      claims: grant.grantClaims as NonNullable<JourneyState["grant"]>["claims"],
      issuedOn: grant.familyIssued,
      authTime: grant.authTime,
      ...(grant.objectId !== undefined && { objectId: grant.objectId }),
    },
  });
  const state: JourneyState = { ...begun, frames: [{ journeyId, kind: "journey", index: 0 }] };
  const advanced = await advance(program, state, { kind: "started" }, context.ports(request.tenant));
  await record(context, request, advanced);
  const { outcome } = advanced;
  if (outcome.kind === "issued" && outcome.subject !== "") return outcome;
  // A page cannot be shown to a program. journeys.md 12.6
  if (outcome.kind !== "relyingPartyError" && outcome.kind !== "errorPage")
    throw new ProtocolError("AADB2C90085");
  throw new JourneyRefusal(outcome.code, outcome.message);
}

/** The journey's own code and sentence, as `invalid_grant`. */
class JourneyRefusal extends ProtocolError {
  override readonly code: string;
  override readonly message: string;

  constructor(code: string, message: string) {
    super("AADB2C90085");
    this.code = code;
    this.message = message;
  }
}

/** For the operator, in development mode, as the journeys of browsers are recorded. It never spoils the answer. */
async function record(
  context: ServerContext,
  request: TokenRequest,
  { state, trace }: Advance,
): Promise<void> {
  const last = trace.at(-1);
  if (!last || context.mode !== "development") return;
  const summary = journeySummary(state, last, context.now());
  try {
    await context.store.observations.addTrace(request.tenant.id, summary, trace);
  } catch (error) {
    context.log.error({ err: error, correlationId: state.id }, "trace entries lost");
  }
}

/** The request of the token endpoint in the journey's terms; its credentials stay outside. */
function relyingPartyRequest(request: TokenRequest, grant: Grant): RelyingPartyRequest {
  const { application } = request.client;
  const credentials = new Set(["client_secret", "refresh_token", "client_assertion", "code_verifier"]);
  const parameters = Object.entries(request.parameters.toRecord()).filter(([name]) => !credentials.has(name));
  return {
    protocol: "openid-connect",
    clientId: application.clientId,
    clientDisplayName: application.displayName,
    redirectUri: grant.redirectUri,
    redirectUriType: grant.redirectUriType,
    responseType: ["code"],
    responseMode: "query",
    scope: grant.scope,
    ...(grant.nonce !== undefined && { nonce: grant.nonce }),
    clientInfo: grant.clientInfo,
    parameters: Object.fromEntries(parameters),
    origin: request.origin,
    tenantSegment: request.address.tenantSegment,
    ipAddress: request.ipAddress,
  };
}
