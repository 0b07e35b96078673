import type { Connector } from "../connector.ts";
import { headerOf, peerOf, settle } from "./settle.ts";

/** The part of a Fastify request that is read. */
interface FastifyRequestShape {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
  readonly raw: { readonly socket: object };
}

interface FastifyReplyShape {
  code(status: number): FastifyReplyShape;
  headers(headers: Record<string, string>): FastifyReplyShape;
  send(body: string): unknown;
}

/** The part of a Fastify instance that is used. */
interface FastifyShape {
  removeAllContentTypeParsers(): unknown;
  addContentTypeParser(
    contentType: string,
    options: { parseAs: "buffer"; bodyLimit: number },
    parser: (request: never, body: Uint8Array, done: (error: null, body: Uint8Array) => void) => void,
  ): unknown;
  post(
    path: string,
    handler: (request: FastifyRequestShape, reply: FastifyReplyShape) => Promise<unknown>,
  ): unknown;
}

/**
 * A plugin for Fastify 4 and 5. Its body parser keeps the bytes and counts for its own route only.
 *
 * @example
 * app.register(toFastify(api), { prefix: "/sign-up" });
 */
export function toFastify(connector: Connector): (fastify: object) => Promise<void> {
  return async (fastify) => {
    const instance = fastify as FastifyShape;
    instance.removeAllContentTypeParsers();
    const options = { parseAs: "buffer", bodyLimit: connector.maxBodyBytes } as const;
    instance.addContentTypeParser("*", options, (_request, body, done) => done(null, body));
    instance.post("/", async (request, reply) => {
      const { status, headers, body } = await settle(connector, () => ({
        method: request.method,
        url: request.url,
        header: (name) => headerOf(request.headers, name),
        ...peerOf(request.raw.socket),
        body: request.body instanceof Uint8Array ? request.body : new Uint8Array(),
      }));
      return reply
        .code(status)
        .headers({ ...headers })
        .send(body);
    });
  };
}
