import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import formBody from "@fastify/formbody";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Agent, request as send } from "undici";
import type { ServerContext } from "../context.ts";
import type { Application, Tenant } from "../tenant/tenant.ts";

/** The sample application of this repository; absent where the package was installed by itself. */
export function sampleApplicationFolder(): string | undefined {
  const folder = fileURLToPath(new URL("../../../../examples/sample-app/public", import.meta.url));
  return existsSync(join(folder, "index.html")) ? folder : undefined;
}

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

const files = ["app.css", "main.js", "oauth.js", "claims.js", "page.js"] as const;

const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * Serves the sample application at `/app`, in development mode only: static files, the list of tenants and flows that it
 * offers, and the server's half of a confidential client.
 */
export function registerSampleApplication(
  app: FastifyInstance,
  context: ServerContext,
  folder: string,
  /** PEM of the authority behind the https listener: what the application's server trusts. */
  authority: string | undefined,
): void {
  const agent = new Agent({ ...(authority !== undefined && { connect: { ca: authority } }) });
  app.addHook("onClose", () => agent.close());
  for (const path of ["/app", "/app/login", "/app/callback"]) {
    app.get(path, (_request, reply) => sendFile(reply, folder, "index.html"));
  }
  for (const name of files) app.get(`/app/${name}`, (_request, reply) => sendFile(reply, folder, name));

  app.get("/app/config.json", async (request, reply) => {
    reply.header("Cache-Control", "no-store");
    return { tenants: context.tenants.all().map((tenant) => offered(tenant, callbackOf(request))) };
  });

  // response_mode=form_post: the page reads its answer from the fragment, which a POST cannot carry.
  app.register(async (room) => {
    await room.register(formBody);
    room.post("/app/callback", async (request, reply) =>
      reply.redirect(`/app/callback#${new URLSearchParams(textMembers(request.body))}`, 303),
    );
  });

  app.post("/app/redeem", (request, reply) => redeemWithSecret(agent, context, request, reply));
}

async function sendFile(reply: FastifyReply, folder: string, name: string): Promise<unknown> {
  return reply
    .type(contentTypes[extname(name)] ?? "application/octet-stream")
    .header("Content-Security-Policy", contentSecurityPolicy)
    .header("X-Frame-Options", "DENY")
    .header("Cache-Control", "no-cache")
    .send(await readFile(join(folder, name)));
}

/** What the application's start page offers of a tenant: the clients that may answer to this very address. */
function offered(tenant: Tenant, callback: string) {
  return {
    id: tenant.id,
    domain: tenant.defaultDomain,
    name: tenant.displayName,
    policies: [...tenant.policies.values()].map(({ id, description }) => ({ id, description })),
    clients: tenant.applications
      .filter((one) => one.enabled && one.redirectUris.some(({ uri }) => uri === callback))
      .map((one) => ({ id: one.clientId, name: one.displayName, confidential: isConfidential(one) })),
  };
}

function isConfidential(application: Application): boolean {
  return application.secrets.length > 0;
}

function callbackOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}/app/callback`;
}

/** The token request of a confidential client, sent as its own server would send it, to the listener that it came by. */
async function redeemWithSecret(
  agent: Agent,
  context: ServerContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  reply.header("Cache-Control", "no-store").type("application/json; charset=utf-8");
  const { tenant: segment, policy, ...fields } = textMembers(request.body);
  const tenant = context.tenants.find(segment ?? "");
  const client = tenant?.applications.find((one) => one.clientId === fields.client_id);
  const storageReference = client?.secrets[0]?.storageReference;
  if (!tenant || !policy || storageReference === undefined) {
    return reply.code(400).send({ error: "invalid_request", error_description: "There is no such client." });
  }
  const secret = await context.ports(tenant).keys.secret(storageReference);
  const path = `/${encodeURIComponent(tenant.defaultDomain)}/${encodeURIComponent(policy)}/oauth2/v2.0/token`;
  const answer = await send(`${request.protocol}://localhost:${request.socket.localPort}${path}`, {
    method: "POST",
    dispatcher: agent,
    // The issuer follows the host of the request: protocol.md 1.
    headers: { host: request.host, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ ...fields, client_secret: secret ?? "" }).toString(),
  });
  return reply.code(answer.statusCode).send(await answer.body.text());
}

function textMembers(body: unknown): Record<string, string> {
  const found: Record<string, string> = {};
  if (typeof body !== "object" || body === null) return found;
  for (const [name, value] of Object.entries(body)) if (typeof value === "string") found[name] = value;
  return found;
}
