import { randomUUID } from "node:crypto";
import { advance, newJourney } from "@vestibule/engine";
import type { FastifyInstance } from "fastify";
import type { ServerContext } from "../context.ts";
import type { PageRenderer } from "../pages/contract.ts";
import type { TemplateSource } from "../pages/template-source.ts";
import type { ApplicationAnswers, Interaction } from "../relying-party/contract.ts";
import { sendApplicationAnswer } from "./application-response.ts";
import { csrfTokens } from "./csrf.ts";
import type { JourneyEngine } from "./engine-binding.ts";
import { queryOf } from "./form.ts";
import { journeyRunner } from "./journey-runner.ts";
import { interactionKeys } from "./keys.ts";
import { type JourneyRecorder, observation } from "./observation.ts";
import { readTransactions } from "./open-transactions.ts";
import { pageResponses } from "./page-response.ts";
import { programVersions } from "./program-versions.ts";
import { answerBrowser, type Room } from "./room.ts";
import { mountInteraction } from "./routes.ts";
import { browserSessions } from "./sessions.ts";

export interface InteractionDependencies {
  readonly context: ServerContext;
  readonly pages: PageRenderer;
  readonly answers: ApplicationAnswers;
  readonly templates: TemplateSource;
  /** At least 32 random bytes, the same on every node of an installation and after a restart. */
  readonly secret: Uint8Array;
  /** Absent = the engine's own; tests hand in a scripted one. */
  readonly engine?: JourneyEngine;
  readonly recorder?: JourneyRecorder;
}

/** The interaction room: what the relying-party side calls, and the endpoints that the browser calls. */
export interface InteractionRoom extends Interaction {
  /** Mounts E2 to E13 of pages.md 1.2 on an application that `hosting/application.ts` made. */
  mount(app: FastifyInstance): Promise<void>;
}

export function createInteraction(deps: InteractionDependencies): InteractionRoom {
  const { context, pages, answers, templates, engine = { newJourney, advance } } = deps;
  const now = () => context.now();
  const keys = interactionKeys(deps.secret);
  const csrf = csrfTokens(keys);
  const room: Room = {
    context,
    keys,
    csrf,
    runner: journeyRunner({
      context,
      engine,
      answers,
      versions: programVersions(context.log),
      observe: observation(context, deps.recorder),
    }),
    sessions: browserSessions(context.store.sessions, now),
    responses: pageResponses({ pages, templates, csrf, log: context.log, now }),
  };

  return {
    async begin(request, reply, start) {
      const { tenant, policy, rpRequest } = start;
      const session = await room.sessions.atStart(request, reply, tenant, policy, rpRequest.clientId);
      const result = await room.runner.begin(start, randomUUID(), session);
      const visit = {
        request,
        reply,
        tenant,
        policy,
        query: queryOf(request),
        browser: readTransactions(request, tenant, keys),
        arrivedAt: now(),
      };
      return answerBrowser(room, visit, result);
    },

    sendAnswer: (reply, answer) => sendApplicationAnswer(reply, answer),
    sendError: (reply, tenant, error) => room.responses.error(reply, tenant, error),
    endSession: (request, reply, tenant, policy, clientId) =>
      room.sessions.end(request, reply, tenant, policy, clientId),
    mount: (app) => mountInteraction(app, room),
  };
}

export async function registerInteraction(app: FastifyInstance, interaction: InteractionRoom): Promise<void> {
  await interaction.mount(app);
}
