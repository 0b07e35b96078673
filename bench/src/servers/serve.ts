import type { Ready } from "../child.ts";

export interface Started extends Ready {
  /** Milliseconds of each connector call, newest first. */
  calls?(): Promise<readonly number[]>;
  close(): Promise<void>;
}

/** The other end of `startServerProcess`: starts when told to, answers questions about memory, ends when told to. */
export function serve<Options>(start: (options: Options) => Promise<Started>): void {
  let running: Promise<Started> | undefined;
  process.on("message", (message: unknown) => {
    if (typeof message !== "object" || message === null) return;
    if ("start" in message) {
      running = start(message.start as Options);
      running
        .then(({ url, details }) => process.send?.({ ready: { url, details } }))
        .catch((error: unknown) => {
          console.error(error);
          process.exit(1);
        });
    } else if ("memory" in message) process.send?.({ memory: process.memoryUsage.rss() });
    else if ("processor" in message) {
      const { user, system } = process.cpuUsage();
      process.send?.({ processor: (user + system) / 1000 });
    } else if ("calls" in message) {
      void running?.then(async ({ calls }) => process.send?.({ calls: (await calls?.()) ?? [] }));
    } else if ("stop" in message) void running?.then(({ close }) => close()).finally(() => process.exit(0));
  });
  // Whoever measures may be stopped: nothing is left running.
  process.on("disconnect", () => process.exit(0));
}
