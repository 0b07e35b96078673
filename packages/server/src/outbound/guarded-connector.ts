import { lookup as systemLookup } from "node:dns";
import { isIP, type LookupFunction, Socket } from "node:net";
import { getCACertificates } from "node:tls";
import type { ClientCertificate } from "@vestibule/engine";
import { buildConnector } from "undici";
import { type AddressGuard, isPublicAddress } from "./address-guard.ts";
import { ConnectionClock } from "./connection-clock.ts";
import { lookupAll, portOf, tunnel } from "./proxied-connector.ts";

/** Opens a connection; the protocol of its target may be `https:`, and TLS is then its work, too. */
export type SocketOpener = buildConnector.connector;

export const refusedAddressCode = "VESTIBULE_REFUSED_ADDRESS";

export interface ConnectorOptions {
  readonly guard: AddressGuard;
  /** Milliseconds for connecting and the TLS handshake. */
  readonly timeout: number;
  readonly clientCertificate?: ClientCertificate;
  /** PEM texts of authorities that count beside the public ones. */
  readonly certificateAuthorities?: readonly string[];
  /** Resolves names; absent = the system's resolver. */
  readonly lookup?: LookupFunction;
  /** Public addresses are reached through it; private ones and this machine directly. */
  readonly proxy?: URL;
}

/** The published suites (https-cipher-tls-requirements.md; api-connectors.md A6), and those of TLS 1.3. */
const ciphers = [
  "TLS_AES_256_GCM_SHA384",
  "TLS_AES_128_GCM_SHA256",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-AES128-SHA256",
  "ECDHE-RSA-AES128-SHA256",
  "ECDHE-ECDSA-AES256-SHA384",
  "ECDHE-RSA-AES256-SHA384",
].join(":");

/**
 * Opens sockets to addresses that the guard lets through, and to no other: literal addresses are checked before
 * dialling, resolved ones inside the lookup, and the peer of the open socket once more.
 */
export function guardedConnector(options: ConnectorOptions): SocketOpener {
  const { guard, clientCertificate, certificateAuthorities = [] } = options;
  const lookup = guardedLookup(guard, options.lookup ?? (systemLookup as LookupFunction));
  const connect = buildConnector({
    timeout: options.timeout,
    allowH2: false,
    lookup,
    minVersion: "TLSv1.2",
    ciphers,
    rejectUnauthorized: true,
    ...(clientCertificate && { cert: clientCertificate.certificate, key: clientCertificate.privateKey }),
    ...(certificateAuthorities.length > 0 && {
      ca: [...getCACertificates("default"), ...certificateAuthorities],
    }),
  });
  return (target, callback) => {
    const literal = target.hostname.replace(/^\[|\]$/g, "");
    const refusal = isIP(literal) ? guard(literal) : undefined;
    if (refusal) return callback(refused(literal, refusal), null);
    if (options.proxy && !target.httpSocket) {
      void throughProxy(options.proxy, target, literal).then(
        (socket) => callback(null, socket),
        (error: unknown) => callback(error instanceof Error ? error : new Error("no socket"), null),
      );
      return;
    }
    direct(target, callback);
  };

  function direct(target: buildConnector.Options, callback: buildConnector.Callback): void {
    const literal = target.hostname.replace(/^\[|\]$/g, "");
    const clock = new ConnectionClock();
    // undici gives the opening socket back, which its types do not say.
    const opening: unknown = connect(target, (...[error, socket]) => {
      if (error || !socket) return callback(error ?? new Error("no socket"), null);
      clock.stop(socket);
      const reason = guard(socket.remoteAddress ?? "");
      if (!reason) return callback(null, socket);
      socket.destroy();
      callback(refused(socket.remoteAddress ?? literal, reason), null);
    });
    if (opening instanceof Socket) clock.watch(opening);
  }

  /** Names are resolved and checked here, so that the proxy dials no address that was not. */
  async function throughProxy(proxy: URL, target: buildConnector.Options, literal: string) {
    const addresses = isIP(literal)
      ? [{ address: literal, family: isIP(literal) }]
      : await lookupAll(lookup, literal);
    const outside = addresses.find(({ address }) => isPublicAddress(address));
    const opened = (open: (callback: buildConnector.Callback) => void) =>
      new Promise<Socket>((resolve, reject) => {
        open((...[error, socket]) => (socket ? resolve(socket) : reject(error ?? new Error("no socket"))));
      });
    if (!outside) return opened((callback) => direct(target, callback));
    const socket = await tunnel(proxy, outside.address, portOf(target), options.timeout);
    if (target.protocol !== "https:") return socket;
    // The connector speaks TLS inside the tunnel, with the name that was asked for.
    return opened((callback) => connect({ ...target, httpSocket: socket }, callback));
  }
}

function guardedLookup(guard: AddressGuard, lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, []);
      const addresses = typeof found === "string" ? [{ address: found, family: isIP(found) }] : found;
      const allowed = addresses.filter(({ address }) => guard(address) === undefined);
      const [first] = allowed;
      if (!first) {
        const address = addresses[0]?.address ?? "";
        return callback(refused(address, guard(address) ?? "it has no address"), []);
      }
      if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

function refused(address: string, reason: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`The address ${address} is refused: ${reason}.`), {
    code: refusedAddressCode,
  });
}
