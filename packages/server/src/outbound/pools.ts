import { createHash } from "node:crypto";
import type { LookupFunction } from "node:net";
import type { ClientCertificate } from "@vestibule/engine";
import { Pool } from "undici";
import type { AddressGuard } from "./address-guard.ts";
import { guardedConnector, type SocketOpener } from "./guarded-connector.ts";

export interface PoolOptions {
  readonly guard: AddressGuard;
  readonly certificateAuthorities?: readonly string[];
  readonly lookup?: LookupFunction;
  /** Absent = the guarded connector. */
  readonly openSocket?: SocketOpener;
}

const mostPools = 512;
/** Open connections to one endpoint; more calls than that wait, under their own time-out. */
const mostConnections = 256;
const maximumHeaderBytes = 16 * 1024;

/** Keep-alive connections, one pool for each origin and credential: no connection serves two identities. */
export class Pools {
  readonly #options: PoolOptions;
  readonly #pools = new Map<string, Pool>();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get(origin: string, timeout: number, clientCertificate: ClientCertificate | undefined): Pool {
    const key = `${origin} ${timeout} ${clientCertificate ? fingerprint(clientCertificate) : ""}`;
    const known = this.#pools.get(key);
    if (known) {
      this.#pools.delete(key);
      this.#pools.set(key, known);
      return known;
    }
    const pool = new Pool(origin, {
      // The try's own clock ends it first; this one only cleans up sockets that never came to be.
      connect:
        this.#options.openSocket ??
        guardedConnector({
          ...this.#options,
          timeout: timeout + 1000,
          ...(clientCertificate && { clientCertificate }),
        }),
      connections: mostConnections,
      pipelining: 1,
      allowH2: false,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: maximumHeaderBytes,
    });
    this.#pools.set(key, pool);
    for (const [oldest, evicted] of this.#pools) {
      if (this.#pools.size <= mostPools) break;
      this.#pools.delete(oldest);
      void evicted.close();
    }
    return pool;
  }

  async close(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(pools.map((pool) => pool.destroy()));
  }
}

function fingerprint({ certificate, privateKey }: ClientCertificate): string {
  return createHash("sha256").update(certificate).update("\0").update(privateKey).digest("base64");
}
