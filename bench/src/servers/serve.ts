import type { Ready } from "../child.ts";

export interface Started extends Ready {
  /** What this server alone can be asked, beside its memory and processor time. */
  readonly questions?: Readonly<Record<string, () => Promise<unknown>>>;
  close(): Promise<void>;
}

/** The other end of `startServerProcess`: starts when told to, answers questions, ends when told to. */
export function serve<Options>(start: (options: Options) => Promise<Started>): void {
  let running: Started | undefined;
  const common: Readonly<Record<string, () => Promise<unknown>>> = {
    // Bytes.
    memory: async () => process.memoryUsage.rss(),
    // Milliseconds of all threads.
    processor: async () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
  };

  async function handle(message: object): Promise<void> {
    if ("start" in message) {
      running = await start(message.start as Options);
      process.send?.({ ready: { url: running.url, details: running.details } });
    } else if ("ask" in message) {
      const name = String(message.ask);
      process.send?.({ answer: await (running?.questions?.[name] ?? common[name])?.() });
    } else if ("stop" in message) {
      await running?.close();
      process.exit(0);
    }
  }

  process.on("message", (message: unknown) => {
    if (typeof message !== "object" || message === null) return;
    handle(message).catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
  });
  // Whoever measures may be stopped: nothing is left running.
  process.on("disconnect", () => process.exit(0));
}
