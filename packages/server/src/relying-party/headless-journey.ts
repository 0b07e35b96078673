import {
  type Advance,
  advance,
  type IssuedOutcome,
  type JourneyState,
  newJourney,
  type Presented,
  type RelyingPartyRequest,
} from "@vestibule/engine";
import type { ServerContext } from "../context.ts";
import { journeySummary } from "../journey-summary.ts";
import type { Application, Tenant, TenantPolicy } from "../tenant/tenant.ts";
import { chooseCulture } from "./culture.ts";
import { ProtocolError } from "./errors.ts";
import type { Parameters } from "./parameters.ts";

/** A request of a program that a journey answers. */
export interface ProgramRequest {
  readonly tenant: Tenant;
  readonly policy: TenantPolicy;
  readonly correlationId: string;
}

/**
 * Runs a journey that has no browser from its beginning to its end. It is not stored: one that wants a page is over.
 *
 * @throws ProtocolError AADB2C90085 where it wants a person
 */
export async function runHeadless(
  context: ServerContext,
  { tenant, policy, correlationId }: ProgramRequest,
  journey: {
    readonly entry: Exclude<JourneyState["entry"], "authorize">;
    readonly request: RelyingPartyRequest;
    /** Preferred languages, as `ui_locales` writes them. */
    readonly culture: string | undefined;
    readonly grant?: JourneyState["grant"];
    readonly presented?: Presented;
  },
): Promise<Advance> {
  const { program } = policy;
  const { request, entry, grant, presented } = journey;
  const state = newJourney(program, {
    id: correlationId,
    tenantId: tenant.id,
    request,
    culture: chooseCulture(journey.culture, undefined, program.policy.localization),
    now: context.now(),
    entry,
    ...(grant && { grant }),
  });
  const started = { kind: "started", ...(presented && { presented }) } as const;
  const advanced = await advance(program, state, started, context.ports(tenant));
  await record(context, tenant, advanced);
  return advanced;
}

/** What the journey issued. Its own refusals keep their code and sentence; `error` replaces its OAuth error. */
export function issuedBy({ outcome }: Advance, error?: string): IssuedOutcome {
  switch (outcome.kind) {
    case "issued":
      if (outcome.subject === "") throw new ProtocolError("AADB2C90037");
      return outcome;
    case "relyingPartyError":
      throw new JourneyRefusal(error ?? outcome.error, outcome.code, outcome.message);
    case "errorPage":
      throw new JourneyRefusal(error ?? "server_error", outcome.code, outcome.message);
    default:
      // A page cannot be shown to a program. journeys.md 12.6
      throw new ProtocolError("AADB2C90085");
  }
}

/** The end of a journey, told to a program. */
export class JourneyRefusal extends ProtocolError {
  override readonly error: string;
  override readonly code: string;
  override readonly message: string;
  override readonly status: number;

  constructor(error: string, code: string, message: string, status = code === "AADB2C90244" ? 429 : 400) {
    super("AADB2C90085");
    this.error = error;
    this.code = code;
    this.message = message;
    this.status = status;
  }
}

/** Parameters of a program's request that no journey may read. */
const credentials: ReadonlySet<string> = new Set([
  "client_secret",
  "client_assertion",
  "code_verifier",
  "refresh_token",
  "username",
  "password",
]);

/** The request of a program in a journey's terms; its credentials stay outside. */
export function programRequest(
  application: Application,
  parameters: Parameters | undefined,
  at: Pick<RelyingPartyRequest, "origin" | "tenantSegment" | "ipAddress">,
  more: Partial<RelyingPartyRequest> = {},
): RelyingPartyRequest {
  const given = Object.entries(parameters?.toRecord() ?? {}).filter(([name]) => !credentials.has(name));
  return {
    protocol: "openid-connect",
    clientId: application.clientId,
    clientDisplayName: application.displayName,
    redirectUri: "",
    redirectUriType: "native",
    responseType: ["code"],
    responseMode: "query",
    scope: [],
    clientInfo: parameters?.get("client_info") === "1",
    parameters: Object.fromEntries(given),
    ...at,
    ...more,
  };
}

/** For the operator, in development mode, as the journeys of browsers are recorded. It never spoils the answer. */
async function record(context: ServerContext, tenant: Tenant, { state, trace }: Advance): Promise<void> {
  const last = trace.at(-1);
  if (!last || context.mode !== "development") return;
  const summary = journeySummary(state, last, context.now());
  try {
    await context.store.observations.addTrace(tenant.id, summary, trace);
  } catch (error) {
    context.log.error({ err: error, correlationId: state.id }, "trace entries lost");
  }
}
