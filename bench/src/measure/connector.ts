import type { Pool } from "undici";
import { startServerProcess } from "../child.ts";
import { createPool, openBrowser } from "../load/browser.ts";
import { beginSignUp, submitSignUp } from "../load/our-sign-up.ts";
import { discover, type Issuer } from "../load/tokens.ts";
import type { Row } from "../report.ts";
import { cheapHash } from "../scene.ts";
import { quantile } from "../statistics.ts";

export interface ConnectorOptions {
  readonly calls: number;
  readonly say: (line: string) => void;
}

const warmUp = 50;

/**
 * How long a connector call inside a sign-up takes, against a bare POST of the same body to the same API at the same
 * place of another sign-up; all over connections that stay open. The kinds of sign-up alternate, one at a time. A call with everything
 * switched on has credentials, a signature with two keys, further headers, breaker, places and a deadline. The last row says
 * what a connector costs the whole form post, records included.
 */
export async function measureConnector(options: ConnectorOptions): Promise<Row[]> {
  const api = await startServerProcess("connector-api", {});
  const ours = await startServerProcess("ours", {
    passwordHashing: cheapHash,
    connectorUrl: `${api.url}/connector`,
  });
  const pool = createPool(ours.url, 1);
  const posts = {
    with: [] as number[],
    everything: [] as number[],
    bare: [] as number[],
    without: [] as number[],
  };
  try {
    const flow = (id: string) => discover(`${ours.details.base}/${id}/v2.0/.well-known/openid-configuration`);
    const flows = {
      with: await flow("B2C_1_signup_connector"),
      everything: await flow("B2C_1_signup_everything"),
      bare: await flow("B2C_1_signup_bare"),
      without: await flow("B2C_1_signup"),
    };
    const kinds = ["with", "everything", "bare", "without"] as const;
    for (let turn = 0; turn < options.calls + warmUp; turn++) {
      for (const [position] of kinds.entries()) {
        const kind = kinds[(turn + position) % kinds.length] ?? "with";
        const duration = await signUp(pool, flows[kind], `${kind}-${turn}@benchmark.example`);
        if (turn >= warmUp) posts[kind].push(duration);
      }
    }
    const calls = (await ours.ask<number[]>("calls")).slice(warmUp);
    const everything = (await ours.ask<number[]>("everything")).slice(warmUp);
    const bare = (await ours.ask<number[]>("bare")).slice(warmUp);
    for (const { length } of [calls, everything, bare])
      if (length !== options.calls) throw new Error(`${length} connector calls were recorded`);
    options.say(`connector: ${calls.length} calls`);
    const row = (what: string, share: number, goal?: number, values = calls): Row => ({
      what,
      unit: "ms",
      better: "less",
      ours: quantile(values, share),
      other: quantile(bare, share),
      ...(goal !== undefined && { goal }),
    });
    return [
      row("connector call against a bare POST, p50", 0.5, 1.3),
      row("connector call against a bare POST, p95", 0.95),
      row("call with everything switched on against a bare POST, p50", 0.5, 1.15, everything),
      row("call with everything switched on against a bare POST, p95", 0.95, undefined, everything),
      {
        what: "what everything adds to a bare POST, p50",
        unit: "ms",
        better: "less",
        ours: quantile(everything, 0.5) - quantile(bare, 0.5),
        other: undefined,
        most: 1,
      },
      {
        what: "form post with a connector, without one, p50",
        unit: "ms",
        better: "less",
        ours: quantile(posts.with, 0.5),
        other: quantile(posts.without, 0.5),
      },
    ];
  } finally {
    await pool.destroy();
    await Promise.all([ours.stop(), api.stop()]);
  }
}

/** Milliseconds of the form post that creates the account. */
async function signUp(pool: Pool, issuer: Issuer, email: string): Promise<number> {
  const browser = openBrowser(pool);
  const page = await beginSignUp(browser, issuer);
  const started = performance.now();
  await submitSignUp(browser, page, email);
  return performance.now() - started;
}
