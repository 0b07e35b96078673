import type {
  Culture,
  IssuedOutcome,
  JourneyState,
  RelyingPartyError,
  RelyingPartyRequest,
} from "@vestibule/engine";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ApplicationAnswer, PublicError } from "../context.ts";
import type { Tenant, TenantPolicy } from "../tenant/tenant.ts";

/** Turns the end of a journey into the answer for the application; mints code and tokens. Offered to `interaction/`. */
export interface ApplicationAnswers {
  issued(
    tenant: Tenant,
    policy: TenantPolicy,
    state: JourneyState,
    outcome: IssuedOutcome,
  ): Promise<ApplicationAnswer>;
  failed(state: Pick<JourneyState, "id" | "request">, error: RelyingPartyError): ApplicationAnswer;
}

/** The part of `interaction/` that the authorize and logout endpoints call. */
export interface Interaction {
  /** Starts a journey for a validated request and answers the browser: a page, a redirect, or the final answer. */
  begin(request: FastifyRequest, reply: FastifyReply, start: JourneyStart): Promise<unknown>;
  /** Sends an answer to the application where no journey began (for example a bad `scope`). */
  sendAnswer(reply: FastifyReply, answer: ApplicationAnswer): Promise<unknown>;
  /** The error page. */
  sendError(reply: FastifyReply, tenant: Tenant | undefined, error: PublicError): Promise<unknown>;
  /** Ends the browser's sessions that this policy and client can see; returns what they held. */
  endSession(
    request: FastifyRequest,
    reply: FastifyReply,
    tenant: Tenant,
    policy: TenantPolicy,
    clientId: string | undefined,
  ): Promise<EndedSessions>;
}

export interface JourneyStart {
  readonly tenant: Tenant;
  readonly policy: TenantPolicy;
  readonly rpRequest: RelyingPartyRequest;
  readonly culture: Culture;
}

export interface EndedSessions {
  readonly relyingParties: readonly { readonly clientId: string; readonly policyId: string }[];
  readonly identityProviders: readonly {
    readonly technicalProfile: string;
    readonly endSessionEndpoint?: string;
  }[];
}
