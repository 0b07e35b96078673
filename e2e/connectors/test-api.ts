import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer, type ServerOptions } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";

/** One request as it arrived. */
export interface Received {
  readonly method: string;
  /** Path with its query string. */
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Common name of the client certificate. */
  readonly certificate?: string;
}

/** A status with a body; a text is sent as it is. */
export interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Behaviour = Answer | ((request: Received, raw: ServerResponse) => Answer | "handled");

export const goOn = (claims: Readonly<Record<string, unknown>> = {}): Answer => ({
  body: { version: "1.0.0", action: "Continue", ...claims },
});
export const block = (userMessage: string): Answer => ({
  body: { version: "1.0.0", action: "ShowBlockPage", userMessage },
});
export const validationError = (userMessage: string): Answer => ({
  status: 400,
  body: { version: "1.0.0", status: 400, action: "ValidationError", userMessage },
});
/** The connection breaks before any answer. */
export const reset: Behaviour = (_request, raw) => {
  raw.socket?.resetAndDestroy();
  return "handled";
};
/** The request is taken, and no answer ever comes. */
export const silence: Behaviour = () => "handled";

/** A real REST API whose behaviour a test sets by path; everything else continues. */
export class TestApi {
  readonly received: Received[] = [];
  /** Path without query → behaviours of the next requests; the last one stays. */
  readonly #behaviours = new Map<string, Behaviour[]>();
  readonly #sockets = new Set<Socket>();
  readonly #close: () => Promise<void>;
  readonly url: string;

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url;
    this.#close = close;
  }

  static async start(tls?: ServerOptions): Promise<TestApi> {
    let api: TestApi | undefined;
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      void api?.answer(request, response);
    };
    const server = tls ? createSecureServer(tls, listener) : createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    api = new TestApi(`${tls ? "https" : "http"}://localhost:${port}`, async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      for (const socket of api?.sockets() ?? []) socket.destroy();
      await closed;
    });
    server.on("connection", (socket: Socket) => {
      api?.keep(socket);
      socket.on("error", () => undefined);
    });
    return api;
  }

  keep(socket: Socket): void {
    this.#sockets.add(socket);
  }

  sockets(): Iterable<Socket> {
    return this.#sockets;
  }

  /** What the path does from now on. */
  on(path: string, ...behaviours: Behaviour[]): void {
    this.#behaviours.set(path, behaviours);
  }

  /** Forgets everything. */
  reset(): void {
    this.received.length = 0;
    this.#behaviours.clear();
  }

  to(path: string): readonly Received[] {
    return this.received.filter(({ url }) => url.split("?", 1)[0] === path);
  }

  /** The only request to the path. */
  only(path: string): Received {
    const [request, ...more] = this.to(path);
    if (request === undefined || more.length > 0)
      throw new Error(`${path} got ${more.length + (request ? 1 : 0)} requests`);
    return request;
  }

  close(): Promise<void> {
    return this.#close();
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("utf8");
    const peer =
      "getPeerCertificate" in request.socket ? (request.socket as TLSSocket).getPeerCertificate() : undefined;
    const certificate = peer?.subject?.CN;
    const received: Received = {
      method: request.method ?? "",
      url: request.url ?? "",
      headers: request.headers,
      text,
      body: text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {},
      ...(typeof certificate === "string" && { certificate }),
    };
    this.received.push(received);
    const queue = this.#behaviours.get(received.url.split("?", 1)[0] ?? "") ?? [goOn()];
    const behaviour = (queue.length > 1 ? queue.shift() : queue[0]) ?? goOn();
    const answer = typeof behaviour === "function" ? behaviour(received, response) : behaviour;
    if (answer === "handled") return;
    const isText = answer.text !== undefined;
    response
      .writeHead(answer.status ?? 200, {
        "content-type": isText ? "text/html" : "application/json",
        ...answer.headers,
      })
      .end(answer.text ?? (answer.body === undefined ? "" : JSON.stringify(answer.body)));
  }
}
