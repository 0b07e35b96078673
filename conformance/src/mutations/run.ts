import { readdirSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Report } from "../report.ts";
import type { Said, Shift } from "./worker.ts";

export interface MutationOptions {
  readonly folders: readonly string[];
  readonly runs: number;
  /** The same seed makes the same files. */
  readonly seed: number;
}

/** Milliseconds after which a case that says nothing hangs. */
const patience = 30_000;

/**
 * Reads, merges, checks and compiles mutated policy files: each gives a diagnostic with its place, or loads; none
 * throws, hangs or takes long.
 */
export async function runMutations(options: MutationOptions, report: Report): Promise<void> {
  const folders = [...byFolder(options.folders).values()];
  if (folders.length === 0) throw new Error("there is no policy file");
  const threads = Math.min(4, availableParallelism());
  const shifts = Array.from(
    { length: threads },
    (_, first): Shift => ({
      ...{ seed: options.seed, runs: options.runs, folders },
      first,
      step: threads,
    }),
  );
  await Promise.all(shifts.map((shift) => work(shift, report)));
}

function byFolder(roots: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const root of roots) {
    if (!statSync(root).isDirectory()) throw new Error(`${root} is no folder`);
    for (const name of readdirSync(root, { recursive: true, encoding: "utf8" })) {
      if (!name.endsWith(".xml")) continue;
      const file = join(root, name);
      found.set(dirname(file), [...(found.get(dirname(file)) ?? []), file]);
    }
  }
  return found;
}

function work(shift: Shift, report: Report): Promise<void> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: shift });
    let now = "before the first case";
    const failed = (got: string) =>
      report.run(now, () => ({
        kind: "failed",
        mismatches: [{ what: "mutated file", expected: "an answer", got }],
      }));
    let timer: NodeJS.Timeout | undefined;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => void failed("it hangs").then(() => worker.terminate()), patience);
    };
    wait();
    worker.on("message", (said: Said) => {
      wait();
      if ("begins" in said) now = `seed ${shift.seed}, case ${said.begins}, ${said.file}`;
      else if (said.fault === "") report.passed++;
      else void failed(said.fault);
    });
    worker.on("error", (error) => void failed(error.stack ?? error.message));
    worker.on("exit", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
