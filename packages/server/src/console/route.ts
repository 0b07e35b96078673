import type { FastifyRequest } from "fastify";
import type { Agent } from "undici";
import type { Replays } from "../calls/replay.ts";
import type { Handler, ServerContext } from "../context.ts";
import { type Form, queryOf } from "../interaction/form.ts";
import type { FormToken } from "./access.ts";

export interface ConsoleParts {
  /** Reaches this server's own listeners; trusts the development certificate. */
  readonly agent: Agent;
  readonly context: ServerContext;
  readonly token: FormToken;
  /** True where the sample application is served below `/app`. */
  readonly sampleApplication: boolean;
  readonly replays: Replays;
}

export type Page = readonly [path: string, handler: Handler];

/** What a form does; it runs only after the form's token was found right. */
export type Action = (request: FastifyRequest, reply: Parameters<Handler>[1], form: Form) => Promise<unknown>;

/** The last part of the path: an id. */
export function idOf(request: FastifyRequest): string {
  const { id } = request.params as { readonly id?: string };
  return id ?? "";
}

/** What was typed into the search field. */
export function searchOf(request: FastifyRequest): string {
  return queryOf(request).get("q")?.trim() ?? "";
}

/** `http://localhost:4480`, as the browser wrote it. */
export function originOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}
