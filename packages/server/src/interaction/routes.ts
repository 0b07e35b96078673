import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Handler } from "../context.ts";
import { wantsPage } from "../hosting/plain-error.ts";
import { largestForm } from "./form.ts";
import { refusedReply } from "./form-reply.ts";
import { navigate, navigationActions, reportError } from "./navigation.ts";
import { phoneVerify } from "./phone-factor.ts";
import { providerReturn } from "./provider-return.ts";
import { publicError } from "./public-errors.ts";
import type { Room } from "./room.ts";
import { controlAction, selfAsserted } from "./self-asserted.ts";

type Route = readonly [method: "GET" | "POST", path: string, handler: Handler];

/** Every endpoint between `authorize` and the final answer, with its number in pages.md 1.2. */
function interactionRoutes(room: Room): readonly Route[] {
  const nothingHere: Handler = async (_request, reply) => reply.status(400).send();
  return [
    ["POST", "/:tenant/:policy/SelfAsserted", selfAsserted(room)], // E2
    ["POST", "/:tenant/:policy/:api/DisplayControlAction/vbeta/:control/:action", controlAction(room)], // E3
    ["POST", "/:tenant/:policy/api/:api/DisplayControlAction/vbeta/:control/:action", controlAction(room)],
    // E4: no page has a captcha, so none is on the current page (1.8).
    ["GET", "/:tenant/:policy/:control/GetChallenge", nothingHere],
    ["GET", "/:tenant/:policy/SelfAsserted/DisplayControlAction/vbeta/:control/GetChallenge", nothingHere],
    ["POST", "/:tenant/:policy/Phonefactor/verify", phoneVerify(room)], // E5
    ...navigationActions.map(
      (action): Route => ["GET", `/:tenant/:policy/api/:api/${action}`, navigate(room, action)],
    ), // E6 to E9
    ["GET", "/:tenant/:policy/api/:api/error", reportError(room)], // E10
    ["POST", "/:tenant/:policy/client/perftrace", acknowledge(200, '{"status":"200"}')], // E11
    ["POST", "/:tenant/:policy/client/cspreport", acknowledge(204)], // E12
    ["GET", "/:tenant/oauth2/authresp", providerReturn(room)], // E13
    ["POST", "/:tenant/oauth2/authresp", providerReturn(room)],
    ["GET", "/:tenant/:policy/oauth2/authresp", providerReturn(room)],
    ["POST", "/:tenant/:policy/oauth2/authresp", providerReturn(room)],
  ];
}

export async function mountInteraction(app: FastifyInstance, room: Room): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // R9: any content type and none; the bytes are read as a form by `form.ts`.
    scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    scope.setErrorHandler(async (error: { statusCode?: number }, request, reply) => {
      const correlationId = randomUUID();
      const status = error.statusCode ?? 500;
      // What could not even be read (413, 415) is answered as everywhere.
      if (status >= 400 && status < 500) throw error;
      room.context.log.error({ err: error, correlationId }, "a request of a journey failed");
      const healthy = await room.context.store.healthy().catch(() => false);
      if (request.method === "POST") return reply.status(healthy ? 500 : 503).send();
      const code = healthy ? "AADB2C90048" : "AADB2C90035";
      return room.responses.error(reply, undefined, publicError(code, correlationId));
    });
    scope.addHook("onRequest", (request, reply, done) => {
      const seconds = request.method === "POST" ? room.context.limits.take("post", request.ip) : 0;
      if (seconds === 0) done();
      else answerLater(room, request, reply, seconds).catch(done);
    });
    for (const [method, path, handler] of interactionRoutes(room))
      for (const prefix of ["", "/tfp", "/te"])
        scope.route({
          method,
          url: `${prefix}${path}`,
          bodyLimit: largestForm,
          // A HEAD request must not move a journey.
          exposeHeadRoute: false,
          handler,
        });
  });
}

/** A guesser of passwords and a sender of mails are slowed down before anything of theirs is read. */
async function answerLater(
  room: Room,
  request: FastifyRequest,
  reply: FastifyReply,
  seconds: number,
): Promise<unknown> {
  reply.header("Retry-After", String(seconds));
  const problem = publicError("AADB2C90244", randomUUID());
  if (wantsPage(request)) return room.responses.error(reply, undefined, problem);
  // journeys.md 13.2: the page says the sentence, which it does for an answer of status 200 alone.
  const body = refusedReply({ errorCode: problem.code, message: problem.message });
  return reply.status(200).header("Content-Type", "text/json; charset=utf-8").send(body);
}

function acknowledge(status: 200 | 204, body?: string): Handler {
  return async (_request, reply) =>
    body === undefined
      ? reply.status(status).send()
      : reply.status(status).header("Content-Type", "text/json; charset=utf-8").send(body);
}
