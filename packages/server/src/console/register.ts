import type { FastifyInstance, FastifyReply } from "fastify";
import { Agent } from "undici";
import { Replays } from "../calls/replay.ts";
import type { ServerContext } from "../context.ts";
import { bodyOf } from "../interaction/form.ts";
import { type ConsoleReach, createFormToken, refusal } from "./access.ts";
import { consoleAssets } from "./assets.ts";
import { guardHeaders, sendPage } from "./page.tsx";
import { missing } from "./record-routes.tsx";
import { consoleRoutes } from "./routes.ts";

/** A call is edited in a form; a recorded body holds at most 32 KiB. */
const largestForm = 128 * 1024;

export interface ConsoleSurroundings {
  readonly reach: ConsoleReach;
  /** True where the sample application is served below `/app`. */
  readonly sampleApplication: boolean;
  /** PEM of the authority behind the https listener, where the system does not know it. */
  readonly authority?: string;
}

/**
 * Mounts the development console: `/dev` and everything below it, and `/` as the way there. Call it in development mode
 * only; it throws in any other, because it shows people's claims, codes and mails.
 */
export async function registerConsole(
  app: FastifyInstance,
  context: ServerContext,
  surroundings: ConsoleSurroundings,
): Promise<void> {
  if (context.mode !== "development") throw new Error("The console exists in development mode only.");
  const { reach, authority, sampleApplication } = surroundings;
  const token = createFormToken();
  const agent = new Agent({
    ...(authority !== undefined && { connect: { ca: authority, servername: "localhost" } }),
  });
  app.addHook("onClose", () => agent.close());
  app.get("/", (_request, reply) => reply.header("Cache-Control", "no-store").redirect("/dev", 302));

  await app.register(async (room) => {
    room.addHook("onRequest", async (request, reply) => {
      guardHeaders(reply);
      const reason = refusal(request, reach);
      if (reason !== undefined) return plain(reply, 403, reason);
    });
    room.removeAllContentTypeParsers();
    room.addContentTypeParser(
      "application/x-www-form-urlencoded",
      { parseAs: "buffer", bodyLimit: largestForm },
      (_request, body, done) => done(null, body),
    );

    const { style, script } = consoleAssets();
    for (const asset of [style, script]) {
      // The address changes with the file, so it may be kept; it holds nothing about anybody.
      room.get(asset.path, (_request, reply) =>
        reply.header("Cache-Control", "private, max-age=86400").type(asset.type).send(asset.body),
      );
    }
    const routes = consoleRoutes({ agent, context, token, sampleApplication, replays: new Replays() });
    for (const [path, handler] of routes.pages) room.get(path, handler);
    for (const [path, action] of routes.actions) {
      room.post(path, async (request, reply) => {
        const form = await bodyOf(request);
        return form && token.accepts(request, form.get("token"))
          ? action(request, reply, form)
          : plain(
              reply,
              403,
              "This form comes from another place, or from before the server was started. Load the page again.",
            );
      });
    }
    room.get("/dev/*", (_request, reply) => sendPage(reply, missing("/dev", "There is no such page.")));
  });
}

function plain(reply: FastifyReply, status: number, sentence: string): FastifyReply {
  return reply.code(status).type("text/plain; charset=utf-8").send(`${sentence}\n`);
}
