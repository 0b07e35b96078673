import { createServer as createHttp, type RequestListener, type Server } from "node:http";
import type { ServerOptions } from "node:https";
import { createServer as createHttps } from "node:https";
import { type AddressInfo, createServer as createTcp, type LookupFunction, type Socket } from "node:net";
import type { TestAuthority } from "../../../packages/server/src/outbound/fault-server.fixture.ts";
import {
  type AnswerFault,
  answerFaults,
  type Fault,
  uselessBodies,
  type WireFault,
  wireFaults,
} from "./wire-faults.ts";

/** A fault of TLS: how the server is set up while it lasts. */
interface TlsFault extends Fault {
  readonly met: "tls" | "timeout" | "reset";
  tls(authority: TestAuthority): ServerOptions | "plain" | "silent" | "closing";
  /** The client presents a certificate of an authority that the API does not trust. */
  readonly wrongClient?: true;
}

/** A fault of names: what the resolver answers while it lasts. */
interface NameFault extends Fault {
  readonly name: string;
  readonly answers: readonly string[] | NodeJS.ErrnoException["code"];
}

interface PortFault extends Fault {
  readonly refuses: true;
}

const day = 86_400_000;
const own = ["localhost", "127.0.0.1", "api.example"];
const past = { notBefore: new Date(Date.now() - 9 * day), notAfter: new Date(Date.now() - day) };
const future = { notBefore: new Date(Date.now() + day), notAfter: new Date(Date.now() + 9 * day) };

const tlsFaults = (stranger: () => TestAuthority): readonly TlsFault[] => [
  {
    name: "has an expired certificate",
    met: "tls",
    tls: (authority) => authority.issue({ names: own, ...past }),
  },
  {
    name: "has a certificate of tomorrow",
    met: "tls",
    tls: (authority) => authority.issue({ names: own, ...future }),
  },
  {
    name: "has a certificate for another name",
    met: "tls",
    tls: (authority) => authority.issue({ names: ["other.example"] }),
  },
  { name: "has a certificate of a stranger", met: "tls", tls: () => stranger().issue({ names: own }) },
  {
    name: "speaks TLS 1.1 at most",
    met: "tls",
    tls: (authority) => ({
      ...authority.issue({ names: own }),
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "ALL:@SECLEVEL=0",
    }),
  },
  {
    name: "speaks TLS 1.2 without forward secrecy",
    met: "tls",
    tls: (authority) => ({
      ...authority.issue({ names: own }),
      maxVersion: "TLSv1.2",
      ciphers: "AES128-SHA:AES256-SHA",
    }),
  },
  { name: "speaks no TLS at all", met: "tls", tls: () => "plain" },
  { name: "closes inside the handshake", met: "reset", tls: () => "closing" },
  { name: "never ends the handshake", met: "timeout", stalls: true, tls: () => "silent" },
  // The handshake ends well for the client; the API closes when it has looked at the certificate.
  {
    name: "trusts another client certificate",
    met: "reset",
    wrongClient: true,
    tls: (authority) => ({
      ...authority.issue({ names: own }),
      maxVersion: "TLSv1.2",
      ca: stranger().certificate,
      requestCert: true,
      rejectUnauthorized: true,
    }),
  },
];

const nameFaults: readonly NameFault[] = [
  { name: "has a name that does not exist", met: "dns", answers: "ENOTFOUND" },
  { name: "has a name that cannot be resolved now", met: "dns", answers: "EAI_AGAIN" },
  { name: "has a name without addresses", met: "dns", answers: "ENODATA" },
  {
    name: "has a name that points to a metadata service",
    met: "refusedAddress",
    answers: ["169.254.169.254"],
  },
  { name: "has a name that points to a link-local address", met: "refusedAddress", answers: ["fe80::1"] },
  { name: "has a name that points nowhere", met: "refusedAddress", answers: ["0.0.0.0"] },
  {
    name: "has a name that points to a metadata service inside IPv6",
    met: "refusedAddress",
    answers: ["::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"],
  },
];

const portFault: PortFault = { name: "refuses connections", met: "connect", refuses: true };

let stranger: TestAuthority | undefined;
/** Set before the cases run: making an authority takes a while. */
export function useStranger(authority: TestAuthority): void {
  stranger = authority;
}
const theStranger = () => {
  if (!stranger) throw new Error("no stranger");
  return stranger;
};

export type AnyFault = WireFault | AnswerFault | TlsFault | NameFault | PortFault;

export const faults: readonly AnyFault[] = [
  portFault,
  ...wireFaults,
  ...nameFaults,
  ...tlsFaults(theStranger),
  ...answerFaults,
  ...uselessBodies,
];

export interface FaultyApi {
  readonly url: string;
  /** When each try arrived, in milliseconds of the test's clock; empty where none can. */
  readonly arrivals: number[];
  readonly client: {
    readonly lookup?: LookupFunction;
    readonly certificate?: { readonly certificate: string; readonly privateKey: string };
  };
  /** From now on the API answers as it should. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

const healthy: RequestListener = (_request, response) =>
  void response
    .writeHead(200, { "content-type": "application/json", connection: "close" })
    .end('{"version":"1.0.0","action":"Continue"}');

export async function startFaultyApi(fault: AnyFault, authority: TestAuthority): Promise<FaultyApi> {
  const arrivals: number[] = [];
  const sockets = new Set<Socket>();
  const arrived = () => void arrivals.push(Date.now());
  let server = serverOf(fault, authority, arrived);
  const listen = (port: number) =>
    new Promise<number>((resolve) => {
      server.on("connection", (socket: Socket) => {
        sockets.add(socket);
        socket.on("error", () => undefined);
        socket.on("close", () => sockets.delete(socket));
      });
      server.on("tlsClientError", () => undefined);
      server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
    });
  const stop = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const port = await listen(0);
  if ("refuses" in fault) await stop();
  const scheme = "tls" in fault ? "https" : "http";
  let names = "answers" in fault ? fault.answers : undefined;
  const lookup: LookupFunction = (_hostname, _options, callback) => {
    if (typeof names === "string") {
      return callback(Object.assign(new Error(`queryA ${names}`), { code: names }), []);
    }
    callback(
      null,
      (names ?? ["127.0.0.1"]).map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };
  const withClient = "wrongClient" in fault && fault.wrongClient === true;
  const pair = withClient ? authority.issue({ names: ["client.example"] }) : undefined;
  return {
    url: `${scheme}://${"answers" in fault ? "api.example" : "127.0.0.1"}:${port}/sign-up`,
    arrivals,
    client: {
      ...("answers" in fault && { lookup }),
      ...(pair && { certificate: { certificate: pair.cert, privateKey: pair.key } }),
    },
    async heal() {
      names = ["127.0.0.1"];
      if (!("refuses" in fault)) await stop();
      server =
        scheme === "https"
          ? createHttps(
              {
                ...authority.issue({ names: own }),
                ...(withClient && { ca: authority.certificate, requestCert: true, rejectUnauthorized: true }),
              },
              healthy,
            )
          : createHttp(healthy);
      await listen(port);
    },
    async close() {
      await stop();
    },
  };
}

function serverOf(fault: AnyFault, authority: TestAuthority, arrived: () => void): Server {
  if ("answer" in fault) {
    return createHttp((request, response) => {
      arrived();
      response.setHeader("connection", "close");
      fault.answer(request, response);
    });
  }
  if ("tls" in fault) {
    const tls = fault.tls(authority);
    if (tls === "plain") return createHttp(healthy);
    if (typeof tls === "object") return createHttps(tls, healthy);
    return createTcp((socket) => {
      arrived();
      socket.on("data", () => {
        if (tls === "closing") socket.end();
      });
    }) as Server;
  }
  if ("answers" in fault || "refuses" in fault) return createHttp(healthy);
  return createTcp((socket) => {
    socket.on("error", () => undefined);
    if (fault.onConnect) {
      arrived();
      fault.onConnect(socket);
      return;
    }
    let head = "";
    socket.on("data", (chunk) => {
      const before = head.includes("\r\n\r\n");
      head += chunk.toString("latin1");
      if (before || !head.includes("\r\n\r\n")) return;
      arrived();
      fault.onHead?.(socket);
    });
  }) as Server;
}
