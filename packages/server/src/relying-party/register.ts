import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from "fastify";
import type { Handler, ServerContext } from "../context.ts";
import type { LimitedWork, VisitorLimits } from "../hosting/visitor-limits.ts";
import type { PageRenderer } from "../pages/contract.ts";
import { type Address, parseAddress } from "./address.ts";
import { authorize } from "./authorize.ts";
import type { Interaction } from "./contract.ts";
import { correlationId } from "./correlation.ts";
import { discovery, keys } from "./discovery.ts";
import { ProtocolError } from "./errors.ts";
import { asProtocolError } from "./foreign-errors.ts";
import { logout } from "./logout.ts";
import { sendJsonError, token } from "./token-endpoint.ts";
import { userInfo } from "./user-info.ts";

type EndpointName = "discovery" | "keys" | "authorize" | "token" | "logout" | "userInfo";

/** What follows tenant and policy → endpoint: protocol.md 1. */
const endpointPaths: ReadonlyMap<string, EndpointName> = new Map([
  ["v2.0/.well-known/openid-configuration", "discovery"],
  [".well-known/openid-configuration", "discovery"],
  ["discovery/v2.0/keys", "keys"],
  ["discovery/keys", "keys"],
  ["oauth2/v2.0/authorize", "authorize"],
  ["oauth2/authorize", "authorize"],
  ["oauth2/v2.0/token", "token"],
  ["oauth2/token", "token"],
  ["oauth2/v2.0/logout", "logout"],
  ["oauth2/logout", "logout"],
  ["openid/v2.0/userinfo", "userInfo"],
  ["openid/userinfo", "userInfo"],
]);

/** Requests of this room hold a few short values, one of them an id token at most. Bytes. */
const bodyLimit = 64 * 1024;

/**
 * Mounts the endpoints that applications use. They are told from other addresses by a route constraint of their own, so
 * that `/*` stays free for the rooms whose addresses lie beside them.
 */
export function registerRelyingParty(
  app: FastifyInstance,
  context: ServerContext,
  interaction: Interaction,
  pages: PageRenderer,
): void {
  const showError = async (request: FastifyRequest, reply: FastifyReply, error: ProtocolError) => {
    const address = parseAddress(request.raw.url ?? "");
    return interaction.sendError(reply, address && context.tenants.find(address.tenantSegment), {
      code: error.code,
      message: error.message,
      // A person gets no challenge for credentials: 401 is for programs.
      status: error.status === 401 ? 400 : error.status,
      correlationId: correlationId(request),
    });
  };
  const endpoints: Readonly<Record<EndpointName, Endpoint>> = {
    discovery: {
      methods: ["GET", "HEAD"],
      audience: "program",
      handle: (...args) => discovery(context, ...args),
    },
    keys: { methods: ["GET", "HEAD"], audience: "program", handle: (...args) => keys(context, ...args) },
    authorize: {
      methods: ["GET", "POST"],
      audience: "person",
      limit: { by: "take", work: "authorize" },
      handle: (...args) => authorize(context, interaction, ...args),
    },
    token: {
      methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
      audience: "program",
      limit: { by: "ask", work: "refusedToken" },
      handle: (...args) => token(context, ...args),
    },
    logout: {
      methods: ["GET", "POST"],
      audience: "person",
      handle: (...args) => logout(context, interaction, pages, ...args),
    },
    userInfo: {
      methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
      audience: "program",
      handle: (...args) => userInfo(context, ...args),
    },
  };

  /** What the router already took apart. */
  const addresses = new WeakMap<object, Address>();
  app.addConstraintStrategy({
    name: "relyingParty",
    storage: () => {
      const routes = new Map<unknown, Handler>();
      return {
        get: (endpoint: unknown) => routes.get(endpoint) ?? null,
        set: (endpoint: unknown, handler: Handler) => void routes.set(endpoint, handler),
      } as never;
    },
    deriveConstraint: (request) => {
      const address = parseAddress(request.url ?? "");
      if (address) addresses.set(request, address);
      return address && endpointPaths.get(address.rest);
    },
  });

  app.register(async (room) => {
    room.removeAllContentTypeParsers();
    // Forms are read by this room itself, since repeated parameters matter to it; any other body is left unread.
    room.addContentTypeParser("*", { parseAs: "string", bodyLimit }, (_request, body, done) =>
      done(null, body),
    );
    for (const [name, { methods, audience, limit, handle }] of Object.entries(endpoints)) {
      room.route({
        method: [...methods],
        url: "/*",
        exposeHeadRoute: false,
        constraints: { relyingParty: name },
        handler: async (request, reply) => {
          const address = addresses.get(request.raw);
          if (!address) throw new ProtocolError("AADB2C90022");
          if (limit) waitFor(reply, context.limits[limit.by](limit.work, request.ip));
          return handle(address, request, reply);
        },
        errorHandler: async (error, request, reply) => {
          const known = publicError(error);
          if (known.status >= 500)
            request.log.error({ err: error, correlationId: correlationId(request) }, "failed");
          if (audience === "person") return showError(request, reply, known);
          reply.header("Cache-Control", "no-store");
          return sendJsonError(reply, known, correlationId(request), context.now());
        },
      });
    }
  });
}

interface Endpoint {
  readonly methods: readonly HTTPMethods[];
  /** Who reads its errors: a page for persons, JSON for programs. */
  readonly audience: "person" | "program";
  /** Asked before the work; what is only asked about is counted by the work itself. */
  readonly limit?: { readonly by: keyof VisitorLimits; readonly work: LimitedWork };
  handle(address: Address, request: FastifyRequest, reply: FastifyReply): Promise<unknown>;
}

/** @throws ProtocolError AADB2C90244 where there are seconds to wait */
function waitFor(reply: FastifyReply, seconds: number): void {
  if (seconds === 0) return;
  reply.header("Retry-After", String(seconds));
  throw new ProtocolError("AADB2C90244");
}

/** What may be said of an error that came out of a handler. */
function publicError(error: unknown): ProtocolError {
  const known = asProtocolError(error);
  if (known) return known;
  const { statusCode } = error instanceof Error ? (error as Partial<FailureDetails>) : {};
  if (statusCode === 413) return new OversizedRequest();
  if (statusCode !== undefined && statusCode < 500) return new ProtocolError("AADB2C90122", ["body"]);
  return new ProtocolError("AADB2C90037");
}

/** What errors of Fastify carry beside their message. */
interface FailureDetails {
  readonly statusCode: number;
}

class OversizedRequest extends ProtocolError {
  override readonly status = 413;

  constructor() {
    super("AADB2C90122", ["body"]);
  }
}
