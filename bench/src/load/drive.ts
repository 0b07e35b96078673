import { type Browser, createPool, openBrowser } from "./browser.ts";
import type { Issuer } from "./tokens.ts";

export type SignIn = (browser: Browser, issuer: Issuer) => Promise<void>;

export interface Driven {
  readonly signIns: number;
  /** Milliseconds. */
  readonly duration: number;
  /** Milliseconds of each sign-in, sorted. */
  readonly latencies: readonly number[];
}

/** Keeps `inFlight` sign-ins under way until `enough` says so; every one is a new browser. Any failure ends the run. */
export async function drive(
  url: string,
  issuer: Issuer,
  signIn: SignIn,
  inFlight: number,
  enough: (done: number, elapsed: number) => boolean,
): Promise<Driven> {
  const pool = createPool(url, inFlight);
  const latencies: number[] = [];
  const started = performance.now();
  let ended = false;
  async function worker(): Promise<void> {
    while (!ended && !enough(latencies.length, performance.now() - started)) {
      const began = performance.now();
      await signIn(openBrowser(pool), issuer);
      latencies.push(performance.now() - began);
    }
  }
  try {
    await Promise.all(
      Array.from({ length: inFlight }, () =>
        worker().catch((error: unknown) => {
          ended = true;
          throw error;
        }),
      ),
    );
    const duration = performance.now() - started;
    return { signIns: latencies.length, duration, latencies: latencies.sort((a, b) => a - b) };
  } finally {
    await pool.destroy();
  }
}
