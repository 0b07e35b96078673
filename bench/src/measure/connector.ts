import type { Pool } from "undici";
import { createPool, openBrowser } from "../load/browser.ts";
import { beginSignUp, submitSignUp } from "../load/our-sign-up.ts";
import { discover, type Issuer } from "../load/tokens.ts";
import type { Row } from "../report.ts";
import { quantile } from "../statistics.ts";
import { startWithApi } from "./start-with-api.ts";

export interface ConnectorOptions {
  readonly calls: number;
  readonly say: (line: string) => void;
}

/** Turns that do not count: a server that has run for a while is what is measured. */
const warmUp = 300;
/** What the sign-ups' ids end with. */
const kinds = [
  "_connector",
  "_bare",
  "_idleEverything",
  "_idleBare",
  "_membersEverything",
  "_membersBare",
  "",
];

/**
 * How long a connector call inside a sign-up takes, against a bare POST of the same body to the same API at the same
 * place of another sign-up; all over connections that stay open. The kinds of sign-up alternate, one at a time. A call
 * with everything switched on goes over TLS, and so does its bare counterpart, both with a client certificate; it has a
 * signature with two keys, further headers, breaker, places and a deadline. The last row says what a connector costs the
 * whole form post, records included.
 */
export async function measureConnector(options: ConnectorOptions): Promise<Row[]> {
  const { api, ours } = await startWithApi();
  const pool = createPool(ours.url, 1);
  const posts: Readonly<Record<string, number[]>> = Object.fromEntries(kinds.map((kind) => [kind, []]));
  try {
    const flows = await Promise.all(
      kinds.map((kind) =>
        discover(`${ours.details.base}/B2C_1_signup${kind}/v2.0/.well-known/openid-configuration`),
      ),
    );
    for (let turn = 0; turn < options.calls + warmUp; turn++) {
      for (const [position] of kinds.entries()) {
        const place = (turn + position) % kinds.length;
        const flow = flows[place];
        if (!flow) continue;
        const duration = await signUp(pool, flow, `${place}-${turn}@benchmark.example`);
        if (turn >= warmUp) posts[kinds[place] ?? ""]?.push(duration);
      }
    }
    const recorded = async (name: string) => {
      const values = (await ours.ask<number[]>(name)).slice(warmUp);
      if (values.length !== options.calls) throw new Error(`${values.length} calls of ${name} were recorded`);
      return values;
    };
    const calls = await recorded("calls");
    const bare = await recorded("bare");
    const idle = { everything: await recorded("idleEverything"), bare: await recorded("idleBare") };
    const members = { everything: await recorded("membersEverything"), bare: await recorded("membersBare") };
    options.say(`connector: ${calls.length} calls`);
    const row = (what: string, share: number, values: number[], other: number[], goal?: number): Row => ({
      what,
      unit: "ms",
      better: "less",
      ours: quantile(values, share),
      other: quantile(other, share),
      ...(goal !== undefined && { goal }),
    });
    return [
      row("connector call against a bare POST, p50", 0.5, calls, bare, 1.3),
      row("connector call against a bare POST, p95", 0.95, calls, bare),
      row(
        "call with everything on, API with a database, against a bare POST, p50",
        0.5,
        members.everything,
        members.bare,
        1.15,
      ),
      row("– p95", 0.95, members.everything, members.bare),
      row("– API that does nothing, p50", 0.5, idle.everything, idle.bare),
      {
        what: "what everything adds to a bare POST, p50",
        unit: "ms",
        better: "less",
        ours: quantile(idle.everything, 0.5) - quantile(idle.bare, 0.5),
        other: undefined,
        most: 1,
      },
      row("form post with a connector, without one, p50", 0.5, posts._connector ?? [], posts[""] ?? []),
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
