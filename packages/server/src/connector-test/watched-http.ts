import type { HttpCall, HttpPort } from "@vestibule/engine";
import { createOutboundHttp } from "../outbound/index.ts";
import type { Alteration, Visited } from "./case.ts";
import { withoutNearSecrets } from "./near-secrets.ts";

/** The server's own client, with a look at what goes out and what comes back. */
export interface WatchedHttp {
  readonly port: HttpPort;
  /** From here on a new case is run. */
  begin(alter: Alteration | undefined): void;
  exchange(): Visited["exchange"];
  close(): Promise<void>;
}

export function watchedHttp(options: {
  readonly url: string;
  readonly certificateAuthorities: readonly string[];
  /** Calls beside the one that is tested: to a token endpoint. */
  readonly isOther?: (call: HttpCall) => boolean;
}): WatchedHttp {
  const { url, certificateAuthorities, isOther = () => false } = options;
  const http = createOutboundHttp({
    development: isLocal(url),
    // Whoever types an address at a command line may call it, in their own network too.
    addresses: { private: true },
    certificateAuthorities,
    // Cases fail on purpose; none may keep the next from being sent.
    breaker: false,
  });
  let alter: Alteration | undefined;
  let exchange: Visited["exchange"];
  return {
    port: {
      ...(isLocal(url) && { development: true }),
      send: async (own) => {
        if (isOther(own)) return http.send(own);
        const call = alter?.(own) ?? own;
        const result = await http.send(call);
        exchange = { call, result };
        return call === own ? result : withoutNearSecrets(result, call, own);
      },
    },
    begin(next) {
      alter = next;
      exchange = undefined;
    },
    exchange: () => exchange,
    close: () => http.close(),
  };
}

/** Plain http and calls to this machine are for development; every other address is called as in production. */
export function isLocal(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname.startsWith("127.") || hostname === "[::1]";
}
