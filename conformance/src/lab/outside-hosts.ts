import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import type { SocketOpener } from "@vestibule/server";

/** A request that the server sent to another machine. */
export interface OutsideRequest {
  readonly method: string;
  /** Without query. */
  readonly url: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface OutsideAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export type OutsideHandler = (request: OutsideRequest) => Promise<OutsideAnswer> | OutsideAnswer;

/**
 * Every host outside of this machine: whatever name a policy calls, the connection ends here, and the handler answers.
 * TLS is left out, which the other side cannot notice; nothing reaches the network.
 */
export class OutsideHosts {
  handler: OutsideHandler = () => ({ status: 404, body: "" });
  readonly #servers: Readonly<Record<string, Server>>;
  readonly #sockets = new Set<Socket>();

  private constructor(servers: Readonly<Record<string, Server>>) {
    this.#servers = servers;
  }

  static async start(): Promise<OutsideHosts> {
    // One listener a scheme: a request does not say which one it came by.
    const hosts = new OutsideHosts({ "http:": createServer(), "https:": createServer() });
    for (const [scheme, server] of Object.entries(hosts.#servers)) {
      server.on("request", (request, response) => void hosts.#answer(scheme, request, response));
      server.on("connection", (socket) => {
        hosts.#sockets.add(socket);
        socket.on("close", () => hosts.#sockets.delete(socket));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    }
    return hosts;
  }

  readonly openSocket: SocketOpener = (target, callback) => {
    const address = this.#servers[target.protocol]?.address();
    if (typeof address !== "object" || address === null)
      return callback(new Error(`nobody listens for ${target.protocol}`), null);
    const socket = connect(address.port, "127.0.0.1");
    socket.once("connect", () => callback(null, socket));
    socket.once("error", (error) => callback(error, null));
  };

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(
      Object.values(this.#servers).map((server) => new Promise((resolve) => server.close(resolve))),
    );
  }

  async #answer(scheme: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", `${scheme}//${request.headers.host ?? "nowhere.invalid"}`);
    const body = await buffer(request);
    try {
      const answer = await this.handler({
        method: request.method ?? "GET",
        url: url.origin + url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: body.toString("utf8"),
      });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    } catch {
      response.writeHead(500).end();
    }
  }
}
