import type { ServerContext } from "../context.ts";
import type { Application, Tenant } from "../tenant/tenant.ts";
import { findApplication } from "./authorize.ts";
import { ProtocolError } from "./errors.ts";

/** protocol.md 14, S5. Characters. */
const sizeLimit = 16 * 1024;
/** Applications sign out with the token of yesterday: protocol.md 8. Seconds. */
const expiryTolerance = 86_400;
/** Seconds. */
const clockSkew = 300;

/**
 * Finds the application that an id token of this tenant was issued to.
 *
 * @param now Unix seconds
 * @throws ProtocolError AADB2C90208, 90209, 90210, 90232, 90233, 90234
 */
export async function readIdTokenHint(
  context: ServerContext,
  tenant: Tenant,
  hint: string,
  now: number,
): Promise<Application> {
  if (hint.length > sizeLimit) throw new ProtocolError("AADB2C90210");
  const claims = await context.signing.verify(tenant, hint);
  if (!claims) throw new ProtocolError("AADB2C90233");
  const { iss, aud, exp, nbf } = claims;
  if (typeof iss !== "string" || !isOwnIssuer(tenant, iss)) throw new ProtocolError("AADB2C90232");
  // Access tokens name the caller; no id token of ours does, and no policy can put `azp` out.
  if (claims.azp !== undefined || claims.scp !== undefined) throw new ProtocolError("AADB2C90210");
  const application = typeof aud === "string" ? findApplication(tenant, aud) : undefined;
  if (!application) throw new ProtocolError("AADB2C90209");
  if (typeof exp !== "number" || typeof nbf !== "number") throw new ProtocolError("AADB2C90210");
  if (exp + expiryTolerance < now) throw new ProtocolError("AADB2C90208");
  if (nbf > now + clockSkew) throw new ProtocolError("AADB2C90234");
  return application;
}

/** Either form of protocol.md 6.2, on any host of ours: the signature says that it was ours. */
export function isOwnIssuer(tenant: Tenant, issuer: string): boolean {
  const path = /^https?:\/\/[^/?#]+(\/[^?#]*)$/i.exec(issuer)?.[1]?.toLowerCase();
  if (path === undefined) return false;
  const id = tenant.id.toLowerCase();
  if (path === `/${id}/v2.0/`) return true;
  const policy = path.startsWith(`/tfp/${id}/`)
    ? /^\/tfp\/[^/]+\/([^/]+)\/v2\.0\/$/.exec(path)?.[1]
    : undefined;
  return policy !== undefined && tenant.policies.has(policy);
}
