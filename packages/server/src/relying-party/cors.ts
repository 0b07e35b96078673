import type { FastifyReply, FastifyRequest } from "fastify";
import type { Application, Tenant } from "../tenant/tenant.ts";
import { singlePageOrigins } from "./redirect-uri.ts";

/**
 * Lets scripts of single-page applications read the answer, errors included: protocol.md 4.4. As long as the client is
 * not known, every single-page application of the tenant counts.
 */
export function allowSinglePageOrigin(
  request: FastifyRequest,
  reply: FastifyReply,
  tenant: Tenant,
  application: Application | undefined,
): void {
  reply.header("Vary", "Origin");
  const { origin } = request.headers;
  const applications = application ? [application] : tenant.applications;
  if (origin !== undefined && applications.some((one) => singlePageOrigins(one).includes(origin))) {
    reply.header("Access-Control-Allow-Origin", origin);
  } else {
    reply.removeHeader("Access-Control-Allow-Origin");
  }
}

/** Answers a preflight, which cannot name its client. */
export function answerPreflight(request: FastifyRequest, reply: FastifyReply, tenant: Tenant): FastifyReply {
  allowSinglePageOrigin(request, reply, tenant, undefined);
  if (reply.hasHeader("Access-Control-Allow-Origin")) {
    reply.header("Access-Control-Allow-Methods", "POST");
    const headers = request.headers["access-control-request-headers"];
    if (headers !== undefined && /^[a-z0-9-]+(?: *, *[a-z0-9-]+)*$/i.test(headers)) {
      reply.header("Access-Control-Allow-Headers", headers);
    }
    reply.header("Access-Control-Max-Age", "3600");
  }
  return reply.status(204).send();
}
