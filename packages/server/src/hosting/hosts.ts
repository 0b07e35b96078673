import type { FastifyRequest } from "fastify";

/**
 * Says whether a request's host name may be served. Issuers and links carry the host of the request (protocol.md 1), so
 * a name that nobody configured must not get as far as a page: protocol.md C09. The rule also keeps web sites that
 * point their own name at 127.0.0.1 away from the development console.
 */
export function hostRule(options: {
  /** Host names that the operator named, without port. */
  readonly configured: readonly string[];
  /** Host names of the tenants, asked anew for each request since tenants reload. */
  readonly ofTenants: () => Iterable<string>;
}): (request: FastifyRequest) => boolean {
  const configured = new Set(options.configured.map((name) => name.toLowerCase()));
  return (request) => {
    const name = request.hostname.toLowerCase();
    if (isLoopbackName(name) || configured.has(name)) return true;
    for (const domain of options.ofTenants()) if (domain.toLowerCase() === name) return true;
    return false;
  };
}

function isLoopbackName(name: string): boolean {
  return name === "localhost" || name === "127.0.0.1" || name === "::1" || name === "[::1]";
}
