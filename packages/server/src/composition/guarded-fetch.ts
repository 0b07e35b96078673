import { Agent, fetch } from "undici";
import type { FetchLike } from "../federation/bounded-fetch.ts";
import { addressGuard } from "../outbound/address-guard.ts";
import { guardedConnector, type SocketOpener } from "../outbound/guarded-connector.ts";

export interface GuardedFetch {
  readonly fetch: FetchLike;
  close(): Promise<void>;
}

/**
 * `fetch` for identity providers: through the address guard, to private addresses only of the hosts that the operator
 * listed (protocol.md S9), to this machine only in development mode.
 */
export function createGuardedFetch(options: {
  readonly development: boolean;
  readonly privateHosts: readonly string[];
  /** HTTP proxy for public addresses. */
  readonly proxy?: URL;
  /** Absent = the guarded connector. */
  readonly openSocket?: SocketOpener;
}): GuardedFetch {
  const agentFor = (privateAddresses: boolean) =>
    new Agent({
      connect:
        options.openSocket ??
        guardedConnector({
          guard: addressGuard({ loopback: options.development, private: privateAddresses }),
          timeout: 5_000,
          ...(options.proxy && { proxy: options.proxy }),
        }),
    });
  const agents = { public: agentFor(false), listed: agentFor(true) };
  const listed = new Set(options.privateHosts.map((name) => name.toLowerCase()));
  return {
    fetch: async (url, init) => {
      const dispatcher = listed.has(new URL(url).hostname) ? agents.listed : agents.public;
      const answer = await fetch(url, { ...init, dispatcher });
      // The library's Response is the platform's in all but its type.
      return answer as unknown as Response;
    },
    async close() {
      await Promise.all([agents.public.close(), agents.listed.close()]);
    },
  };
}
