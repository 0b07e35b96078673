import type { FastifyBaseLogger } from "fastify";
import type { Store } from "../store/store.ts";

/** Removes what has expired, now and every minute. Returns a function that stops it and waits for a sweep under way. */
export function sweepRegularly(
  store: Pick<Store, "sweep">,
  now: () => number,
  log: FastifyBaseLogger,
): () => Promise<void> {
  let running: Promise<void> | undefined;
  const sweep = () => {
    running ??= store
      .sweep(now())
      .catch((error) => log.error({ err: error }, "expired rows could not be removed"))
      .finally(() => {
        running = undefined;
      });
  };
  const timer = setInterval(sweep, 60_000);
  timer.unref();
  sweep();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
