import { randomUUID } from "node:crypto";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from "fastify";
import type { Handler, PublicError } from "../context.ts";
import { logSerializers, pathOf } from "./log.ts";

export interface ApplicationOptions {
  /** Absent = JSON lines on standard output. */
  readonly log?: FastifyBaseLogger;
  /** Used where `log` is absent. */
  readonly logLevel: string;
  readonly trustedProxies: readonly string[];
  /** False = 400: the host name is not one that this server answers for. */
  readonly servesHost: (request: FastifyRequest) => boolean;
  readonly sendError: (...args: [...Parameters<Handler>, PublicError]) => Promise<unknown>;
}

/** Sign-up pages hold at most some dozen short answers; photographs and documents never come here. */
const bodyLimit = 256 * 1024;

/**
 * The HTTP application before any room is mounted: identifiers, limits, headers and errors that every answer shares.
 * The errors are sentences with a correlation id; the cause stands in the log under that id.
 */
export function createHttpApplication(options: ApplicationOptions): FastifyInstance {
  const settings = {
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    bodyLimit,
    genReqId: () => randomUUID(),
    routerOptions: {
      // protocol.md 1: paths match without regard to case; double and trailing slashes are tolerated.
      caseSensitive: false,
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: 500,
    },
  };
  const app: FastifyInstance = options.log
    ? Fastify({ ...settings, loggerInstance: options.log })
    : Fastify({ ...settings, logger: { level: options.logLevel, serializers: logSerializers } });

  let warned = false;
  // Every request comes through here: no promise where there is nothing to wait for.
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("X-Content-Type-Options", "nosniff");
    reply.header("Referrer-Policy", "strict-origin-when-cross-origin");
    if (request.protocol === "https" && !isLocal(request.hostname)) {
      reply.header("Strict-Transport-Security", "max-age=31536000");
    }
    if (!warned && request.headers["x-forwarded-for"] !== undefined && !isTrusted(request)) {
      warned = true;
      request.log.warn(
        "Requests carry X-Forwarded-For, but come from no trusted proxy: visitors are not told apart. Name it with --trusted-proxy.",
      );
    }
    if (options.servesHost(request) || request.routeOptions.url === "/healthz") {
      done();
      return;
    }
    const refusal = {
      code: "AADB2C90022",
      message: "This server does not answer for the address that was asked for.",
      status: 400,
      correlationId: request.id,
    };
    options.sendError(request, reply, refusal).catch(done);
  });

  app.addHook("onResponse", (request, reply, done) => {
    request.log.info(
      {
        correlationId: request.id,
        method: request.method,
        path: pathOf(request.url),
        status: reply.statusCode,
        duration: Math.round(reply.elapsedTime),
      },
      "answered",
    );
    done();
  });

  app.setNotFoundHandler(async (request, reply) =>
    options.sendError(request, reply, {
      code: "404",
      message: "There is nothing at this address. Check the spelling of the tenant and the policy.",
      status: 404,
      correlationId: request.id,
    }),
  );

  app.setErrorHandler(
    async (error: Error & { readonly statusCode?: number; readonly code?: string }, request, reply) => {
      const status = error.statusCode ?? 500;
      if (status >= 500) {
        request.log.error(
          { err: error, correlationId: request.id, path: pathOf(request.url) },
          "request failed",
        );
      }
      return options.sendError(request, reply, { ...publicError(status), correlationId: request.id });
    },
  );
  return app;
}

function publicError(status: number): Omit<PublicError, "correlationId"> {
  if (status === 413)
    return { code: "413", message: "What was sent is larger than this server accepts.", status };
  if (status === 415)
    return { code: "415", message: "What was sent is in a form that is not understood here.", status };
  if (status < 500) return { code: String(status), message: "This request could not be understood.", status };
  return {
    code: "AADB2C90085",
    message: "Something went wrong on our side. Try again; if it happens again, tell us the correlation id.",
    status: status === 503 ? 503 : 500,
  };
}

/** Fastify gives the forwarded address where it trusts who forwarded it. */
function isTrusted(request: FastifyRequest): boolean {
  return request.ip !== request.socket.remoteAddress;
}

function isLocal(hostname: string): boolean {
  return hostname === "localhost" || hostname === "127.0.0.1" || hostname === "::1" || hostname === "[::1]";
}
