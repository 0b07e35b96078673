import type { FastifyRequest } from "fastify";
import type { ServerContext } from "../context.ts";
import type { Application, Tenant } from "../tenant/tenant.ts";
import { findApplication } from "./authorize.ts";
import { equalSecrets } from "./equal-secrets.ts";
import { ProtocolError } from "./errors.ts";
import type { Parameters } from "./parameters.ts";

/** Who says to be the caller of the token endpoint. Nothing is proved yet. */
export interface PresentedClient {
  readonly application: Application;
  readonly secret?: string;
}

/**
 * Reads `client_secret_post` or `client_secret_basic`; both at once are refused (RFC 6749 2.3).
 *
 * @throws ProtocolError AADB2C90008, 90016, 90018, 90092, 90122
 */
export function readClient(tenant: Tenant, request: FastifyRequest, parameters: Parameters): PresentedClient {
  const assertion = parameters.get("client_assertion_type") ?? parameters.get("client_assertion");
  if (assertion !== undefined) throw new ProtocolError("AADB2C90016", [assertion.slice(0, 100)]);
  const basic = basicCredentials(request.headers.authorization);
  const posted = parameters.get("client_id");
  if (basic && posted !== undefined && posted.toLowerCase() !== basic.clientId.toLowerCase()) {
    throw new ProtocolError("AADB2C90122", ["client_id"]);
  }
  if (basic && parameters.get("client_secret") !== undefined) {
    throw new ProtocolError("AADB2C90122", ["client_secret"]);
  }
  const clientId = basic?.clientId ?? posted;
  if (clientId === undefined) throw new ProtocolError("AADB2C90008");
  const application = findApplication(tenant, clientId);
  if (!application) throw new ProtocolError("AADB2C90018", [clientId, tenant.defaultDomain]);
  if (!application.enabled) throw new ProtocolError("AADB2C90092", [clientId, tenant.defaultDomain]);
  const secret = basic ? basic.secret : parameters.get("client_secret");
  return { application, ...(secret !== undefined && secret !== "" && { secret }) };
}

/**
 * Checks that the client may redeem a grant of that kind: protocol.md 4.1. Grants of web redirect URIs are confidential;
 * those of single-page and native ones are public, and their clients have no secret to send.
 *
 * @throws ProtocolError AADB2C90079, 90081, 90084
 */
export async function authenticateClient(
  context: ServerContext,
  tenant: Tenant,
  { application, secret }: PresentedClient,
  grant: "confidential" | "public",
): Promise<void> {
  if (grant === "public") {
    if (secret !== undefined) throw new ProtocolError("AADB2C90084");
    return;
  }
  if (secret === undefined) throw new ProtocolError("AADB2C90079");
  const { keys } = context.ports(tenant);
  const now = context.now();
  let matches = false;
  for (const { storageReference, startsAt = -Infinity, endsAt = Infinity } of application.secrets) {
    const expected = await keys.secret(storageReference).catch((error: unknown) => {
      // Its container cannot be used; another one may still hold the right secret.
      context.log.error({ err: error, clientId: application.clientId }, "a client secret cannot be read");
      return undefined;
    });
    // All of them are compared, so that the time says nothing about which one it was.
    if (expected === undefined || expected === "" || !equalSecrets(secret, expected)) continue;
    if (startsAt <= now && now < endsAt) matches = true;
    else context.log.warn({ clientId: application.clientId }, "a client secret is not valid at this time");
  }
  if (!matches) throw new ProtocolError("AADB2C90081");
}

/** RFC 6749 2.3.1: both parts are form-encoded inside the Basic credentials. */
function basicCredentials(
  header: string | undefined,
): { readonly clientId: string; readonly secret: string } | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 0) return undefined;
  return { clientId: formDecode(text.slice(0, colon)), secret: formDecode(text.slice(colon + 1)) };
}

function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    // Many clients send the parts as they are; one with a stray percent sign is such a client.
    return text;
  }
}
