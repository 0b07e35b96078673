import type { FastifyInstance } from "fastify";
import type { ConsoleReach } from "../console/access.ts";
import type { Handler, PublicError, ServerContext } from "../context.ts";
import { sendPlainError, wantsPage } from "../hosting/plain-error.ts";
import { createInteraction, registerInteraction } from "../interaction/interaction.ts";
import { registerCallAnswers } from "../messages/call-answers.ts";
import { createPageRenderer } from "../pages/renderer.tsx";
import { registerStatic } from "../pages/static.ts";
import type { TemplateSource } from "../pages/template-source.ts";
import { createApplicationAnswers, registerRelyingParty } from "../relying-party/index.ts";

export interface Rooms {
  /** Path of the sample application, where it is served. */
  readonly samplePath?: string;
  /** The error page for a browser, JSON for anybody else. */
  sendError(...args: [...Parameters<Handler>, PublicError]): Promise<unknown>;
}

/** Mounts every room of the server on the application. */
export async function mountRooms(
  app: FastifyInstance,
  context: ServerContext,
  parts: {
    readonly templates: TemplateSource;
    readonly interactionSecret: Uint8Array;
    /** PEM of the authority behind the https listener, where the system does not know it. */
    readonly authority?: string;
    /** For whom the development console is. */
    readonly reach: ConsoleReach;
  },
): Promise<Rooms> {
  const pages = createPageRenderer({ now: context.now });
  const interaction = createInteraction({
    context,
    pages,
    answers: createApplicationAnswers(context),
    templates: parts.templates,
    secret: parts.interactionSecret,
  });
  registerStatic(app, context);
  registerRelyingParty(app, context, interaction, pages);
  await registerInteraction(app, interaction);
  registerCallAnswers(app, context);

  const sample = context.mode === "development" && (await mountDevelopmentRooms(app, context, parts));

  return {
    ...(sample && { samplePath: "/app" }),
    sendError: (request, reply, error) =>
      wantsPage(request)
        ? interaction.sendError(reply, undefined, error)
        : sendPlainError(reply, error, context.now()),
  };
}

/** Loaded here and not with the rest: production has none of it. Says whether there is a sample application. */
async function mountDevelopmentRooms(
  app: FastifyInstance,
  context: ServerContext,
  { reach, authority }: { readonly reach: ConsoleReach; readonly authority?: string },
): Promise<boolean> {
  const [{ registerConsole }, { registerSampleApplication, sampleApplicationFolder }] = await Promise.all([
    import("../console/register.ts"),
    import("../development/sample-application.ts"),
  ]);
  const sample = sampleApplicationFolder();
  if (sample !== undefined) registerSampleApplication(app, context, sample, authority);
  await registerConsole(app, context, {
    reach,
    sampleApplication: sample !== undefined,
    ...(authority !== undefined && { authority }),
  });
  return sample !== undefined;
}
