import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Handler, ServerContext } from "../context.ts";
import { type Form, queryOf } from "../interaction/form.ts";
import type { FormToken } from "./access.ts";
import { recordPages, replayAction } from "./record-routes.tsx";
import { Replays } from "./replay.ts";
import { finishRun, runPages } from "./run-routes.tsx";

export interface ConsoleParts {
  readonly app: FastifyInstance;
  readonly context: ServerContext;
  readonly token: FormToken;
  readonly replays: Replays;
}

export type Page = readonly [path: string, handler: Handler];

/** What a form does; it runs only after the form's token was found right. */
export type Action = (request: FastifyRequest, reply: Parameters<Handler>[1], form: Form) => Promise<unknown>;

/** Every address of the console, and what answers there. */
export function consoleRoutes(
  app: FastifyInstance,
  context: ServerContext,
  token: FormToken,
): {
  readonly pages: readonly Page[];
  readonly actions: readonly (readonly [path: string, action: Action])[];
} {
  const parts: ConsoleParts = { app, context, token, replays: new Replays() };
  return {
    pages: [...runPages(parts), ...recordPages(parts)],
    actions: [
      ["/dev/run/answer", finishRun(parts)],
      ["/dev/calls/:id/replay", replayAction(parts)],
    ],
  };
}

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
