import { createPool, openBrowser } from "../load/browser.ts";
import { drive } from "../load/drive.ts";
import { signInAtOurs } from "../load/our-sign-in.ts";
import { beginSignUp, submitSignUp } from "../load/our-sign-up.ts";
import { discover, type Issuer } from "../load/tokens.ts";
import type { Row } from "../report.ts";
import { quantile } from "../statistics.ts";
import { startWithApi } from "./start-with-api.ts";

export interface HangingOptions {
  readonly rounds: number;
  /** Of one round. */
  readonly seconds: number;
  readonly say: (line: string) => void;
}

/** Sign-ups that wait for the API that never answers: all of a connector's places, and half of its queue. */
const waiting = 96;
/** Sign-ins under way at once: few, so that what is measured is a sign-in and not the queue for the processor. */
const signIns = 4;

/**
 * What people notice of an API that hangs when they sign in without it: the time of whole sign-ins while many sign-ups wait
 * for that API, against the time while none does. Both kinds of rounds alternate on one server.
 */
export async function measureHanging(options: HangingOptions): Promise<Row[]> {
  const { api, ours } = await startWithApi();
  const flow = (id: string) => discover(`${ours.details.base}/${id}/v2.0/.well-known/openid-configuration`);
  const tallies = { calm: [] as number[], hanging: [] as number[] };
  try {
    const [signIn, hanging] = [await flow("B2C_1_signin"), await flow("B2C_1_signup_hanging")];
    for (let round = 0; round <= options.rounds; round++) {
      const order = round % 2 === 0 ? (["calm", "hanging"] as const) : (["hanging", "calm"] as const);
      for (const kind of order) {
        const crowd = kind === "hanging" ? await startCrowd(ours.url, hanging, api.url) : undefined;
        const { latencies } = await drive(
          ours.url,
          signIn,
          signInAtOurs,
          signIns,
          (_done, ms) => ms > options.seconds * 1000,
        );
        const hung = (await crowd?.stop()) ?? 0;
        options.say(
          `${kind}, round ${round}: p50 ${quantile(latencies, 0.5).toFixed(1)} ms, p99 ${quantile(latencies, 0.99).toFixed(1)} ms, ${hung} sign-ups hung`,
        );
        if (round > 0) tallies[kind].push(...latencies);
      }
    }
  } finally {
    await Promise.all([ours.stop(), api.stop()]);
  }
  const row = (share: number, goal?: number): Row => ({
    what: `time of a sign-in while a connector hangs, and while none does, p${share * 100}`,
    unit: "ms",
    better: "less",
    // Of all rounds together: another program's burst falls on both kinds alike.
    ours: quantile(tallies.hanging, share),
    other: quantile(tallies.calm, share),
    ...(goal !== undefined && { goal }),
  });
  return [row(0.5), row(0.99, 1.1)];
}

/** Lets sign-ups wait for the API, and resolves when all of them do; `stop` lets go of them. */
async function startCrowd(url: string, issuer: Issuer, api: string): Promise<{ stop(): Promise<number> }> {
  const pool = createPool(url, waiting);
  const posts: Promise<void>[] = [];
  for (let person = 0; person < waiting; person++) {
    const browser = openBrowser(pool);
    const page = await beginSignUp(browser, issuer);
    // The answer is a sentence about the connection, once the API lets go.
    posts.push(submitSignUp(browser, page, `hanging-${person}@benchmark.example`).catch(() => undefined));
  }
  let answered = 0;
  for (const post of posts) void post.then(() => answered++);
  return {
    async stop() {
      if (answered > 0) throw new Error(`${answered} sign-ups did not wait`);
      await release(api);
      await Promise.all(posts);
      await pool.destroy();
      return posts.length;
    },
  };
}

/** Those that wait for a place reach the API only when others are gone. */
async function release(api: string): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await (await fetch(`${api}/release`)).text();
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
