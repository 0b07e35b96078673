import { randomBytes, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";

/** What the server was told about the addresses that it serves. */
export interface ConsoleReach {
  /** Address that the operator told the server to listen at; absent = this machine's own addresses only. */
  readonly host?: string;
  /** Host names that the operator named beside `localhost`. */
  readonly publicHosts: readonly string[];
}

/**
 * Why a request may not see the console, or undefined where it may. The console shows people's data, codes and claims:
 * it answers to this machine, unless the operator told the server to listen elsewhere. A foreign Host means that some
 * web site points its own name at this machine (DNS rebinding).
 */
export function refusal(request: FastifyRequest, reach: ConsoleReach): string | undefined {
  const name = request.hostname.toLowerCase();
  // Behind a proxy `hostname` may be what the sender forwarded; the header itself is what a browser believes.
  const asked = hostName(request.headers.host ?? "");
  const told = new Set([...reach.publicHosts, reach.host ?? "localhost"].map((one) => one.toLowerCase()));
  if ([name, asked].some((one) => !isLoopback(one) && !told.has(bare(one)))) {
    return "The console answers at localhost, and at the host names that the server was started with.";
  }
  if (reach.publicHosts.length === 0 && isForwarded(request)) {
    return "The console answers nobody behind a proxy or tunnel, unless the server was started with --public-host.";
  }
  if (reach.host === undefined && !isLoopback(request.socket.remoteAddress ?? "")) {
    return "The console answers only to this machine. Start the server with --host to open it to others.";
  }
  // Fetch Metadata: no other site embeds, scripts or frames the console; following a link to it is fine.
  const site = request.headers["sec-fetch-site"];
  if (site === "cross-site" && request.headers["sec-fetch-mode"] !== "navigate") {
    return "Another site asked for a part of the console.";
  }
  return undefined;
}

/** A tunnel ends on this machine and may name it in Host; what it says of the visitor gives it away. */
function isForwarded({ headers }: FastifyRequest): boolean {
  return Object.keys(headers).some(
    (name) => name === "forwarded" || name === "x-real-ip" || name.startsWith("x-forwarded-"),
  );
}

/** `localhost`, `127.0.0.0/8`, `::1`, also as `[::1]` and `::ffff:127.0.0.1`. */
function isLoopback(address: string): boolean {
  const name = bare(address);
  return name === "localhost" || name === "::1" || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(name);
}

/** The name of a Host header, without its port. */
function hostName(header: string): string {
  return header.toLowerCase().replace(/:\d+$/, "");
}

function bare(name: string): string {
  return name.replace(/^\[(.*)\]$/, "$1");
}

/** The console has no cookies; a form proves by a token that only the console's own pages hold where it came from. */
export interface FormToken {
  readonly value: string;
  /** True where the post comes from a page of this console in this run of the server. */
  accepts(request: FastifyRequest, posted: string | undefined): boolean;
}

export function createFormToken(): FormToken {
  const value = randomBytes(24).toString("base64url");
  return {
    value,
    accepts(request, posted) {
      const origin = request.headers.origin;
      const own = `${request.protocol}://${request.host}`;
      if (origin === undefined || origin.toLowerCase() !== own.toLowerCase()) return false;
      const given = Buffer.from(posted ?? "");
      const right = Buffer.from(value);
      return given.length === right.length && timingSafeEqual(given, right);
    },
  };
}
