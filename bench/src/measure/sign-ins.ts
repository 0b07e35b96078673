import { availableParallelism } from "node:os";
import { type ServerProcess, startServerProcess } from "../child.ts";
import { drive, type SignIn } from "../load/drive.ts";
import { signInAtOurs } from "../load/our-sign-in.ts";
import { signInAtPeer } from "../load/peer-sign-in.ts";
import { discover, type Issuer } from "../load/tokens.ts";
import type { Row } from "../report.ts";
import { type HashCost, inFlight } from "../scene.ts";
import { median, quantile } from "../statistics.ts";

export interface Side {
  readonly process: ServerProcess;
  readonly issuer: Issuer;
  readonly signIn: SignIn;
}

export interface SignInOptions {
  readonly cost: HashCost;
  readonly rounds: number;
  /** Of one round of one server. */
  readonly seconds: number;
  readonly say: (line: string) => void;
  /** The ratio of the rates that the project asks of itself. */
  readonly goal?: number;
}

export async function startOurs(cost: HashCost): Promise<Side> {
  const process = await startServerProcess("ours", {
    passwordHashing: cost,
    workers: availableParallelism(),
  });
  const issuer = await discover(`${process.details.base}/B2C_1_signin/v2.0/.well-known/openid-configuration`);
  return { process, issuer, signIn: signInAtOurs };
}

export async function startPeer(cost: HashCost): Promise<Side> {
  const process = await startServerProcess("peer", cost);
  const issuer = await discover(`${process.url}/.well-known/openid-configuration`);
  return { process, issuer, signIn: signInAtPeer };
}

/** Whole sign-ins per second of both servers, in alternating rounds; the median of each is what counts. */
export async function measureSignIns(title: string, options: SignInOptions): Promise<Row[]> {
  const ours = await startOurs(options.cost);
  const peer = await startPeer(options.cost);
  const results = { ours: new Tally(), peer: new Tally() };
  try {
    for (let round = 0; round <= options.rounds; round++) {
      // Who begins changes from round to round; round 0 warms up and does not count.
      const order = [["ours", ours] as const, ["peer", peer] as const];
      for (const [name, side] of round % 2 === 0 ? order : order.reverse()) {
        const rate = await runRound(side, options.seconds, round === 0 ? undefined : results[name]);
        options.say(`${title}, round ${round}, ${name}: ${rate.toFixed(1)} sign-ins/s`);
      }
    }
  } finally {
    await Promise.all([ours.process.stop(), peer.process.stop()]);
  }
  const row = (what: string, unit: string, better: Row["better"], value: (tally: Tally) => number): Row => ({
    what: `${title}: ${what}`,
    unit,
    better,
    ours: value(results.ours),
    other: value(results.peer),
  });
  return [
    {
      ...row("sign-ins", "1/s", "more", (tally) => median(tally.rates)),
      ...(options.goal !== undefined && { goal: options.goal }),
    },
    row("processor time of one", "ms", "less", (tally) => median(tally.processor)),
    row("time of one, p50", "ms", "less", (tally) => median(tally.p50s)),
    row("time of one, p95", "ms", "less", (tally) => median(tally.p95s)),
  ];
}

class Tally {
  readonly rates: number[] = [];
  readonly processor: number[] = [];
  readonly p50s: number[] = [];
  readonly p95s: number[] = [];
}

async function runRound(side: Side, seconds: number, tally: Tally | undefined): Promise<number> {
  const { process, issuer, signIn } = side;
  const before = await process.processorTime();
  const driven = await drive(process.url, issuer, signIn, inFlight, (_done, ms) => ms > seconds * 1000);
  const rate = (driven.signIns * 1000) / driven.duration;
  tally?.rates.push(rate);
  tally?.processor.push(((await process.processorTime()) - before) / driven.signIns);
  tally?.p50s.push(quantile(driven.latencies, 0.5));
  tally?.p95s.push(quantile(driven.latencies, 0.95));
  return rate;
}
