import { randomUUID } from "node:crypto";
import type { FastifyRequest } from "fastify";

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The id under which the log knows this request; a GUID, because clients parse it as one. */
export function correlationId(request: FastifyRequest): string {
  return guid.test(request.id) ? request.id : randomUUID();
}
