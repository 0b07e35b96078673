import { startServerProcess } from "../child.ts";
import { largestChain, size } from "../policies/chain.ts";
import type { Row } from "../report.ts";
import { median } from "../statistics.ts";

export interface PolicyOptions {
  /** How often a process is started for the first reading. */
  readonly starts: number;
  readonly say: (line: string) => void;
}

/** What a chain of policies costs to load, to save, to keep and to run. */
export async function measurePolicies(options: PolicyOptions): Promise<Row[]> {
  const chain = largestChain();
  options.say(`policies: ${chain.name}, ${chain.files.length} files, ${size(chain)} bytes`);
  const cold: number[] = [];
  for (let turn = 0; turn < options.starts; turn++) {
    const reader = await startServerProcess("policy-reader", chain);
    cold.push(Number(reader.details.cold));
    await reader.stop();
  }
  const reader = await startServerProcess("policy-reader", chain);
  const { ours, parser } = await reader.ask<{ ours: number; parser: number }>("warm");
  const memory = await reader.ask<number>("memory");
  await reader.stop();
  const runner = await startServerProcess("policy-reader", chain);
  const [one = Number.NaN, thousand = Number.NaN] = await runner.ask<number[]>("steps");
  await runner.stop();
  const saver = await startServerProcess("saved-policies", chain);
  const saves = await saver.ask<Readonly<Record<string, number>>>("saves");
  await saver.stop();
  const row = (what: string, unit: string, value: number, most: number): Row => ({
    what,
    unit,
    better: "less",
    ours: value,
    other: undefined,
    most,
  });
  return [
    row("largest chain read, merged, checked, compiled: first time", "ms", median(cold), 60),
    row("– again", "ms", ours, 20),
    {
      ...row("– again, against saxes alone", "ms", ours, Number.NaN),
      other: parser,
      goal: 5,
      most: undefined,
    },
    ...Object.entries(saves).map(([what, value]) => row(`saved to served: ${what}`, "ms", value, 100)),
    row("memory of the 100th policy over one base", "KiB", memory / 1024, 100),
    row("engine's time of a step, 1 policy loaded, p50", "ms", one, 0.2),
    row("– 1,000 policies loaded", "ms", thousand, 0.2),
  ];
}
