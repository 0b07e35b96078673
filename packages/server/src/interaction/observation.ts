import { randomUUID } from "node:crypto";
import type { JourneyState, TraceEntry } from "@vestibule/engine";
import type { ServerContext } from "../context.ts";
import { journeySummary } from "../journey-summary.ts";
import type { AuditEntry, JourneySummary } from "../store/store.ts";
import type { Tenant } from "../tenant/tenant.ts";

/** Somebody who wants to see each run as it happens, for example a page that shows a journey live. */
export interface JourneyRecorder {
  record(tenant: Tenant, summary: JourneySummary, entries: readonly TraceEntry[]): void;
}

/**
 * What a journey leaves for the operator: audit rows always (directory-and-graph.md 8), its trace in development mode.
 * A row that cannot be written is logged; the person's journey goes on.
 */
export interface Observation {
  trace(tenant: Tenant, state: JourneyState, entries: readonly TraceEntry[]): Promise<void>;
  started(tenant: Tenant, state: JourneyState): Promise<void>;
  issued(tenant: Tenant, state: JourneyState, objectId: string | undefined): Promise<void>;
  failed(tenant: Tenant, state: JourneyState, code: string): Promise<void>;
}

export function observation(context: ServerContext, recorder?: JourneyRecorder): Observation {
  const { observations } = context.store;

  async function audit(
    tenant: Tenant,
    state: JourneyState,
    row: Pick<AuditEntry, "category" | "activity" | "result"> &
      Partial<Pick<AuditEntry, "reason" | "objectId">>,
  ): Promise<void> {
    const entry: AuditEntry = {
      id: randomUUID(),
      at: context.now(),
      correlationId: state.id,
      policyId: state.policyId,
      clientId: state.request.clientId,
      details: {
        TenantId: tenant.defaultDomain,
        PolicyId: state.policyId,
        ApplicationId: state.request.clientId,
        ClientIpAddress: state.request.ipAddress,
      },
      ...row,
    };
    try {
      await observations.addAudit(tenant.id, entry);
    } catch (error) {
      context.log.error({ err: error, correlationId: state.id, activity: row.activity }, "audit row lost");
    }
  }

  return {
    async trace(tenant, state, entries) {
      const last = entries.at(-1);
      if (last === undefined || (recorder === undefined && context.mode !== "development")) return;
      const summary = journeySummary(state, last, context.now());
      recorder?.record(tenant, summary, entries);
      if (context.mode !== "development") return;
      try {
        await observations.addTrace(tenant.id, summary, entries);
      } catch (error) {
        context.log.error({ err: error, correlationId: state.id }, "trace entries lost");
      }
    },

    started: (tenant, state) =>
      audit(tenant, state, { category: "Authentication", activity: "Start user journey", result: "success" }),

    issued(tenant, state, objectId) {
      const issued = {
        code: "an authorization code",
        id_token: "an id_token",
        token: "an access token",
      }[state.request.responseType[0] ?? "id_token"];
      return audit(tenant, state, {
        category: "Authorization",
        activity: `Issue ${issued} to the application`,
        result: "success",
        ...(objectId !== undefined && { objectId }),
      });
    },

    failed: (tenant, state, code) =>
      audit(tenant, state, {
        category: "Authentication",
        activity: "Validate user authentication",
        result: "failure",
        reason: code,
      }),
  };
}
