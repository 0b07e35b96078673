import { createHash } from "node:crypto";
import type { LookupFunction } from "node:net";
import type { ClientCertificate } from "@vestibule/engine";
import { Pool } from "undici";
import type { AddressGuard } from "./address-guard.ts";
import { type ConnectionTimings, timingsOf } from "./connection-clock.ts";
import { guardedConnector, type SocketOpener } from "./guarded-connector.ts";

export interface PoolOptions {
  readonly guard: AddressGuard;
  readonly certificateAuthorities?: readonly string[];
  readonly lookup?: LookupFunction;
  readonly proxy?: URL;
  /** Absent = the guarded connector. */
  readonly openSocket?: SocketOpener;
}

const mostPools = 512;
/** Open connections to one endpoint; more calls than that wait, under their own time-out. */
const mostConnections = 256;
const maximumHeaderBytes = 16 * 1024;

/** A pool, and how long its newest connection took, for the request that asked for it. */
export interface EndpointPool {
  readonly pool: Pool;
  /** Of a connection that was opened and has carried no request yet. */
  takeConnection(): ConnectionTimings | undefined;
}

/** Keep-alive connections, one pool for each origin and credential: no connection serves two identities. */
export class Pools {
  readonly #options: PoolOptions;
  readonly #pools = new Map<string, EndpointPool>();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get(origin: string, timeout: number, clientCertificate: ClientCertificate | undefined): EndpointPool {
    const key = `${origin} ${timeout} ${clientCertificate ? fingerprint(clientCertificate) : ""}`;
    const known = this.#pools.get(key);
    if (known) {
      // As long as there is room, who was asked for last does not matter.
      if (this.#pools.size > mostPools / 2) {
        this.#pools.delete(key);
        this.#pools.set(key, known);
      }
      return known;
    }
    const open =
      this.#options.openSocket ??
      guardedConnector({
        ...this.#options,
        // The try's own clock ends it first; this one only cleans up sockets that never came to be.
        timeout: timeout + 1000,
        ...(clientCertificate && { clientCertificate }),
      });
    let newest: ConnectionTimings | undefined;
    const pool = new Pool(origin, {
      // A connection carries the request that waits for it as soon as it is handed over.
      connect: (target, callback) =>
        open(target, (...result) => {
          const [, socket] = result;
          newest = socket ? timingsOf(socket) : undefined;
          callback(...result);
        }),
      connections: mostConnections,
      pipelining: 1,
      allowH2: false,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: maximumHeaderBytes,
    });
    const entry: EndpointPool = {
      pool,
      takeConnection() {
        const taken = newest;
        newest = undefined;
        return taken;
      },
    };
    this.#pools.set(key, entry);
    for (const [oldest, evicted] of this.#pools) {
      if (this.#pools.size <= mostPools) break;
      this.#pools.delete(oldest);
      void evicted.pool.close();
    }
    return entry;
  }

  async close(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(pools.map(({ pool }) => pool.destroy()));
  }
}

/** A certificate stays the same object while its key is kept in memory. */
const fingerprints = new WeakMap<ClientCertificate, string>();

function fingerprint(client: ClientCertificate): string {
  let known = fingerprints.get(client);
  if (known === undefined) {
    const { certificate, privateKey } = client;
    known = createHash("sha256").update(certificate).update("\0").update(privateKey).digest("base64");
    fingerprints.set(client, known);
  }
  return known;
}
