import type { FastifyRequest } from "fastify";
import { ProtocolError } from "./errors.ts";

/**
 * `https://host:port` that the browser used: issuers and every absolute address repeat it (protocol.md 1). Fastify reads
 * `X-Forwarded-…` only from the proxies that it was told to trust, and the server refuses host names that it was not
 * told to serve; here only the form is checked, so that nothing but a host can stand in an issuer.
 *
 * @throws ProtocolError AADB2C90122
 */
export function requestOrigin(request: FastifyRequest): string {
  const host = request.host.toLowerCase();
  if (!/^(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/.test(host)) {
    throw new ProtocolError("AADB2C90122", ["Host"]);
  }
  const scheme = request.protocol === "https" ? "https" : "http";
  return `${scheme}://${host.replace(scheme === "https" ? /:443$/ : /:80$/, "")}`;
}
