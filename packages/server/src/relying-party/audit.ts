import { randomUUID } from "node:crypto";
import type { ServerContext } from "../context.ts";
import type { TokenRequest } from "./token-endpoint.ts";

/**
 * The audit row of one call of the token endpoint (directory-and-graph.md 8). A row that cannot be written is logged; the
 * application gets its answer.
 *
 * @param reason code of the error; undefined = success
 */
export async function auditExchange(
  context: ServerContext,
  { tenant, policy, client, parameters, ipAddress, correlationId }: TokenRequest,
  reason: string | undefined,
): Promise<void> {
  const { clientId } = client.application;
  try {
    await context.store.observations.addAudit(tenant.id, {
      id: randomUUID(),
      at: context.now(),
      correlationId,
      category: "Authorization",
      activity: "Exchange token",
      result: reason === undefined ? "success" : "failure",
      ...(reason !== undefined && { reason }),
      policyId: policy.id,
      clientId,
      details: {
        TenantId: tenant.defaultDomain,
        PolicyId: policy.id,
        ApplicationId: clientId,
        ClientIpAddress: ipAddress,
        // One of the names in the table of grant types, never what the caller made up.
        GrantType: parameters.get("grant_type") ?? "",
      },
    });
  } catch (error) {
    context.log.error({ err: error, correlationId }, "audit row lost");
  }
}
