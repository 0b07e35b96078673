import type { FastifyInstance } from "fastify";
import type { ServerContext } from "../context.ts";
import { queryOf } from "../interaction/form.ts";
import { type ConsoleReach, refusal } from "./access.ts";
import { outboxJson, readOutbox } from "./outbox.tsx";
import { guardHeaders } from "./page.tsx";

/**
 * Mounts the development console: `/dev` and everything below it, and `/` as the way there. Call it in development mode
 * only; it throws in any other, because it shows people's claims, codes and mails.
 */
export async function registerConsole(
  app: FastifyInstance,
  context: ServerContext,
  reach: ConsoleReach,
): Promise<void> {
  if (context.mode !== "development") throw new Error("The console exists in development mode only.");
  app.get("/", (_request, reply) => reply.header("Cache-Control", "no-store").redirect("/dev", 302));

  await app.register(async (room) => {
    room.addHook("onRequest", async (request, reply) => {
      guardHeaders(reply);
      const reason = refusal(request, reach);
      if (reason !== undefined) return reply.code(403).type("text/plain; charset=utf-8").send(`${reason}\n`);
    });

    room.get("/dev/outbox.json", async (request) =>
      outboxJson(context, await readOutbox(context, queryOf(request).get("to"))),
    );
  });
}
