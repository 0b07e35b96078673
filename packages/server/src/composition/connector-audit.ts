import { randomUUID } from "node:crypto";
import type { CallRecord } from "@vestibule/engine";
import type { AuditEntry } from "../store/store.ts";
import type { Tenant } from "../tenant/tenant.ts";

/**
 * The audit row of one connector call, retries included (api-connectors.md A9): who was asked and what came of it, never
 * a body or a credential. Undefined for RESTful profiles of custom policies, which leave none.
 */
export function connectorAudit(tenant: Tenant, call: CallRecord): AuditEntry | undefined {
  if (call.connectorStep === undefined) return undefined;
  const connector = tenant.connectors.find(({ id }) => id === call.connectorId);
  const failed = call.decision === "fail";
  const { failure, response } = call;
  return {
    id: randomUUID(),
    at: call.at,
    correlationId: call.correlationId,
    category: "Authentication",
    activity: "An API was called as part of a user flow",
    result: failed ? "failure" : "success",
    ...(failed && { reason: reasonOf(call) }),
    policyId: call.policyId,
    details: {
      TenantId: tenant.defaultDomain,
      PolicyId: call.policyId,
      step: call.connectorStep,
      ...(call.connectorId !== undefined && { connectorId: call.connectorId }),
      ...(connector && { connectorDisplayName: connector.displayName }),
      targetHost: hostOf(call.request.url),
      ...(response && { httpStatus: response.status }),
      ...(failure && { failure: failure.kind }),
      durationInMilliseconds: call.duration,
      action: call.decision,
      numberOfAttempts: call.attempts.length,
      ...(call.warnings.length > 0 && { warnings: call.warnings.join(", ") }),
    },
  };
}

function reasonOf({ failure, response }: CallRecord): string {
  if (failure?.kind === "answer" && response && (response.status < 200 || response.status >= 300)) {
    return `HTTP ${response.status}`;
  }
  return failure?.kind ?? "unknown";
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "";
}
