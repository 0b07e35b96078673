import type { CallRecord } from "@vestibule/engine";
import type { FastifyBaseLogger } from "fastify";
import type { Tenant } from "../tenant/tenant.ts";

/**
 * One line for each call that failed, whatever became of the journey: an operator who keeps no calls finds the cause
 * under the correlation id that a person reads out. No body, no value, no query string.
 */
export function logFailedCall(log: Pick<FastifyBaseLogger, "warn">, tenant: Tenant, call: CallRecord): void {
  const { failure, request, response, attempts } = call;
  if (!failure) return;
  log.warn(
    {
      correlationId: call.correlationId,
      tenant: tenant.defaultDomain,
      policyId: call.policyId,
      step: call.step,
      technicalProfile: call.technicalProfile,
      ...(call.connectorId !== undefined && { connectorId: call.connectorId }),
      url: request.template ?? request.url,
      failure: failure.kind,
      detail: failure.detail,
      ...(response && { status: response.status }),
      tries: attempts.length,
      duration: call.duration,
      decision: call.decision,
      ...(call.warnings.includes("tries-exhausted") && { code: "AADB2C90162" }),
    },
    "a REST API failed",
  );
}
