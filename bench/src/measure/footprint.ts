import { drive } from "../load/drive.ts";
import type { Row } from "../report.ts";
import { cheapHash, inFlight } from "../scene.ts";
import { median } from "../statistics.ts";
import { type Side, startOurs, startPeer } from "./sign-ins.ts";

export interface FootprintOptions {
  readonly starts: number;
  readonly signIns: number;
  readonly say: (line: string) => void;
}

const mebibyte = 1_048_576;

/** Time from the start of the process to its first answer, memory when idle, and memory after many sign-ins. */
export async function measureFootprint(options: FootprintOptions): Promise<Row[]> {
  const ours: number[] = [];
  const peer: number[] = [];
  for (let turn = 0; turn < options.starts; turn++) {
    ours.push(await startTime(() => startOurs(cheapHash)));
    peer.push(await startTime(() => startPeer(cheapHash)));
    options.say(`start ${turn + 1}: ours ${ours.at(-1)?.toFixed(0)} ms, peer ${peer.at(-1)?.toFixed(0)} ms`);
  }
  const ourMemory = await memory(() => startOurs(cheapHash), options);
  const peerMemory = await memory(() => startPeer(cheapHash), options);
  return [
    { what: "start to first answer", unit: "ms", better: "less", ours: median(ours), other: median(peer) },
    { what: "memory when idle", unit: "MiB", better: "less", ours: ourMemory.idle, other: peerMemory.idle },
    {
      what: `memory after ${options.signIns} sign-ins`,
      unit: "MiB",
      better: "less",
      ours: ourMemory.after,
      other: peerMemory.after,
    },
  ];
}

async function startTime(start: () => Promise<Side>): Promise<number> {
  // `start` ends when discovery and keys were answered.
  const { process } = await start();
  const elapsed = performance.now() - process.startedAt;
  await process.stop();
  return elapsed;
}

async function memory(start: () => Promise<Side>, options: FootprintOptions) {
  const { process, issuer, signIn } = await start();
  try {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const idle = (await process.residentMemory()) / mebibyte;
    await drive(process.url, issuer, signIn, inFlight, (done) => done >= options.signIns);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const after = (await process.residentMemory()) / mebibyte;
    options.say(
      `memory: ${idle.toFixed(0)} MiB idle, ${after.toFixed(0)} MiB after ${options.signIns} sign-ins`,
    );
    return { idle, after };
  } finally {
    await process.stop();
  }
}
