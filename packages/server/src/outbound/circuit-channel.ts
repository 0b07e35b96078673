import { BroadcastChannel } from "node:worker_threads";
import type { CircuitNews } from "./circuit-breaker.ts";

export interface CircuitChannel {
  tell(news: CircuitNews): void;
  close(): void;
}

/**
 * Joins the circuits of the threads of this process that call in the same name: an API is left alone by all of them
 * after as many failures as its rules say, and one of them asks whether it lives again. Healthy APIs cause no message.
 */
export function openCircuitChannel(name: string, hear: (news: CircuitNews) => void): CircuitChannel {
  const channel = new BroadcastChannel(`vestibule-circuits ${name}`);
  channel.unref();
  channel.onmessage = (event) => hear((event as { readonly data: CircuitNews }).data);
  let closed = false;
  return {
    // A call may end after its client was closed.
    tell(news) {
      if (!closed) channel.postMessage(news);
    },
    close() {
      closed = true;
      channel.close();
    },
  };
}
