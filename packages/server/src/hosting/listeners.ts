import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";

export interface ListenerOptions {
  readonly handle: RequestListener;
  /** Absent = both loopback addresses, so that `localhost` works whichever the browser tries first. */
  readonly host?: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly tls?: TlsMaterial;
  /**
   * Other threads of this program listen at the same port. `alone` = not yet: whoever listens there now is a stranger,
   * and the port is taken.
   */
  readonly shared?: { readonly alone: boolean };
}

/** PEM texts; `certificate` may hold the chain. */
export interface TlsMaterial {
  readonly certificate: string;
  readonly privateKey: string;
}

/** One port, on one or two addresses. */
export interface Listener {
  readonly port: number;
  /** `http://localhost:4480`. */
  readonly url: string;
  /** New connections from now on are greeted with this certificate. */
  replaceCertificate(tls: TlsMaterial): void;
  /** Stops accepting, lets requests under way finish, cuts what is left after `graceMilliseconds`. */
  close(graceMilliseconds: number): Promise<void>;
}

/** The port cannot be had; `message` says why in a sentence for the person who started the server. */
export class ListenError extends Error {
  readonly port: number;
  readonly busy: boolean;
  constructor(port: number, host: string, cause: NodeJS.ErrnoException) {
    super(sentence(port, host, cause), { cause });
    this.name = "ListenError";
    this.port = port;
    this.busy = cause.code === "EADDRINUSE";
  }
}

/** Opens the port, or throws `ListenError`. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const servers: Server[] = [];
  const first = createServer(options);
  servers.push(first);
  const port = await openShared(first, options, options.port, options.host ?? "127.0.0.1");
  if (options.host === undefined) {
    const second = createServer(options);
    try {
      await openShared(second, options, port, "::1");
      servers.push(second);
    } catch (error) {
      // A machine without IPv6 has no ::1; another program on ::1 would get half of the browser's requests.
      if (error instanceof ListenError && error.busy && options.port !== 0) {
        await closeServer(first, 0);
        throw error;
      }
    }
  }
  return {
    port,
    url: `${options.tls ? "https" : "http"}://${nameInUrl(options.host)}:${port}`,
    replaceCertificate(tls) {
      for (const server of servers) {
        if ("setSecureContext" in server && typeof server.setSecureContext === "function") {
          server.setSecureContext({ cert: tls.certificate, key: tls.privateKey });
        }
      }
    },
    async close(graceMilliseconds) {
      await Promise.all(servers.map((server) => closeServer(server, graceMilliseconds)));
    },
  };
}

function createServer(options: ListenerOptions): Server {
  // A browser with several sign-ins under way carries several transactions in its cookies: pages.md 1.4.
  const limits = { maxHeaderSize: 32 * 1024, requestTimeout: 30_000, headersTimeout: 20_000 };
  const server = options.tls
    ? createHttpsServer(
        {
          ...limits,
          cert: options.tls.certificate,
          key: options.tls.privateKey,
          minVersion: "TLSv1.2",
        },
        options.handle,
      )
    : createHttpServer(limits, options.handle);
  // Longer than the idle time of the usual load balancers (60 s), else they send requests into closing connections.
  server.keepAliveTimeout = 65_000;
  return server;
}

async function openShared(
  server: Server,
  { shared }: ListenerOptions,
  port: number,
  host: string,
): Promise<number> {
  if (shared?.alone) {
    // A shared port would be given to us although another program of this user shares it out too.
    const probe = createHttpServer();
    await open(probe, port, host, false);
    await closeServer(probe, 0);
  }
  return await open(server, port, host, shared !== undefined);
}

function open(server: Server, port: number, host: string, reusePort: boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(new ListenError(port, host, error)));
    server.listen({ port, host, reusePort }, () => {
      server.removeAllListeners("error");
      server.on("error", () => undefined);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function closeServer(server: Server, graceMilliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMilliseconds);
    // A connection whose request was under way falls idle when it is answered, and would stay open for its next one.
    const sweep = setInterval(() => server.closeIdleConnections(), 20);
    server.close(() => {
      clearTimeout(cut);
      clearInterval(sweep);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function nameInUrl(host: string | undefined): string {
  if (host === undefined || host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}

function sentence(port: number, host: string, cause: NodeJS.ErrnoException): string {
  switch (cause.code) {
    case "EADDRINUSE":
      return `Port ${port} on ${host} is in use by another program.`;
    case "EACCES":
      return `Port ${port} on ${host} needs more rights than this user has.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${host} is not an address of this machine.`;
    default:
      return `Port ${port} on ${host} could not be opened: ${cause.code ?? cause.message}.`;
  }
}
