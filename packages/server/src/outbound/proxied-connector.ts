import type { LookupAddress } from "node:dns";
import { once } from "node:events";
import { connect as connectTcp, isIPv6, type LookupFunction, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { buildConnector } from "undici";

export const proxyFailureCode = "VESTIBULE_PROXY";

const longestAnswer = 16 * 1024;

/** `http://user:password@host:port`, or `https:` for a proxy that is spoken to by TLS. */
export function readProxy(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isPlain = url.pathname === "/" && url.search === "" && url.hash === "";
  return /^https?:$/.test(url.protocol) && url.hostname !== "" && isPlain ? url : undefined;
}

/**
 * A tunnel through an HTTP proxy (RFC 9110 section 9.3.6) to an address that was resolved and checked here: a proxy that
 * resolved the name itself would dial what nobody checked.
 */
export async function tunnel(proxy: URL, address: string, port: number, timeout: number): Promise<Socket> {
  const socket = dial(proxy);
  const timer = setTimeout(() => socket.destroy(failure("did not answer in time")), timeout);
  try {
    await once(socket, proxy.protocol === "https:" ? "secureConnect" : "connect");
    const target = `${isIPv6(address) ? `[${address}]` : address}:${port}`;
    const credentials =
      proxy.username === ""
        ? ""
        : `Proxy-Authorization: Basic ${Buffer.from(`${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`).toString("base64")}\r\n`;
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${credentials}\r\n`);
    const status = await readAnswer(socket);
    if (status !== 200) throw failure(`answered ${status || "what is no HTTP"}`);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function dial(proxy: URL): Socket {
  const host = proxy.hostname.replace(/^\[|\]$/g, "");
  const port = Number(proxy.port) || (proxy.protocol === "https:" ? 443 : 80);
  if (proxy.protocol === "http:") return connectTcp({ host, port });
  return connectTls({ host, port, servername: host, minVersion: "TLSv1.2", ALPNProtocols: ["http/1.1"] });
}

/** Reads the head of the proxy's answer, and not a byte of what comes after it. */
async function readAnswer(socket: Socket): Promise<number> {
  let head = Buffer.alloc(0);
  for (;;) {
    const chunk: Buffer | null = socket.read();
    if (chunk) {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf("\r\n\r\n");
      if (end >= 0) {
        const rest = head.subarray(end + 4);
        if (rest.length > 0) socket.unshift(rest);
        return Number(/^HTTP\/1\.[01] (\d{3})/.exec(head.toString("latin1"))?.[1] ?? 0);
      }
      if (head.length > longestAnswer) throw failure("gave no answer that ends");
      continue;
    }
    if (socket.readableEnded || socket.destroyed) throw failure("closed the connection");
    await Promise.race([once(socket, "readable"), once(socket, "end"), once(socket, "close")]);
  }
}

function failure(what: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`The proxy ${what}.`), { code: proxyFailureCode });
}

/** The port that a connection's target names, or its scheme's own. */
export function portOf({ port, protocol }: buildConnector.Options): number {
  return Number(port) || (protocol === "https:" ? 443 : 80);
}

/** `lookup` as a promise of every address. */
export function lookupAll(lookup: LookupFunction, hostname: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookup(hostname, { all: true }, (error, found) => {
      if (error) reject(error);
      else resolve(typeof found === "string" ? [{ address: found, family: isIPv6(found) ? 6 : 4 }] : found);
    });
  });
}
