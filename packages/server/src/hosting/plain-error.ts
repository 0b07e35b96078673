import type { FastifyReply, FastifyRequest } from "fastify";
import type { PublicError } from "../context.ts";

/**
 * An error as text that depends on nothing else: for programs that ask for JSON, and for the moment when even the error
 * page cannot be drawn.
 */
export async function sendPlainError(reply: FastifyReply, error: PublicError, now: number): Promise<unknown> {
  return reply
    .code(error.status)
    .header("Cache-Control", "no-store")
    .type("application/json; charset=utf-8")
    .send({
      error: error.status >= 500 ? "server_error" : "invalid_request",
      // protocol.md 4.3: the form of B2C's descriptions.
      error_description: `${error.code}: ${error.message}\r\nCorrelation ID: ${error.correlationId}\r\nTimestamp: ${timestamp(now)}\r\n`,
    });
}

/** True for a browser that follows a link or posts a form; false for programs and scripts. */
export function wantsPage(request: FastifyRequest): boolean {
  return (request.headers.accept ?? "").includes("text/html");
}

/** `2026-11-22 09:44:31Z`, as B2C writes it. */
function timestamp(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19).replace("T", " ")}Z`;
}
