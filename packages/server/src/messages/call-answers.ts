import type { FastifyInstance } from "fastify";
import type { ServerContext } from "../context.ts";
import { bodyOf, queryOf } from "../interaction/form.ts";

const largestAnswer = 4_096;
const states = ["confirmed", "failed"] as const;

/**
 * `POST /{T}/calls?token=…`: whoever made a call says what became of it, `status=confirmed` (the person pressed `#`) or
 * `status=failed`, as JSON or as a form. The token is the only credential: it is 256 bits long, given to the webhook
 * alone, and serves once. 204, or 404 where no call waits for that answer.
 */
export function registerCallAnswers(app: FastifyInstance, context: ServerContext): void {
  app.register(async (room) => {
    room.removeAllContentTypeParsers();
    room.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: largestAnswer }, (_request, body, done) =>
      done(null, body),
    );
    room.post("/:tenant/calls", { bodyLimit: largestAnswer }, async (request, reply) => {
      const { tenant: segment = "" } = request.params as Readonly<Record<string, string>>;
      const token = queryOf(request).get("token") ?? "";
      reply.header("Cache-Control", "no-store").header("Referrer-Policy", "no-referrer");
      const written = isJson(request.headers["content-type"])
        ? statusOfJson(request.body)
        : (await bodyOf(request))?.get("status");
      const state = states.find((one) => one === written);
      if (state === undefined) return reply.code(400).send();
      const tenant = context.tenants.find(segment);
      const settled = tenant !== undefined && (await context.store.settleCall(tenant.id, token, state));
      return reply.code(settled ? 204 : 404).send();
    });
  });
}

const isJson = (type: string | undefined) => /^application\/json\b/i.test(type ?? "");

function statusOfJson(body: unknown): unknown {
  if (!Buffer.isBuffer(body)) return undefined;
  try {
    const parsed: unknown = JSON.parse(body.toString("utf8"));
    return typeof parsed === "object" && parsed !== null && "status" in parsed ? parsed.status : undefined;
  } catch {
    return undefined;
  }
}
