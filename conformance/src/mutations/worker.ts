import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { compile } from "@vestibule/engine";
import { type LoadedPolicies, PolicySet } from "@vestibule/policy";
import { mutated, randomOf } from "./mutate.ts";

/** The cases of one thread: every `step`th from `first` on. */
export interface Shift {
  readonly seed: number;
  readonly first: number;
  readonly step: number;
  readonly runs: number;
  /** Files that belong together, with the bases that they need. */
  readonly folders: readonly (readonly string[])[];
}

/** Said before each case, and after one that failed. */
export type Said = { readonly begins: number; readonly file: string } | { readonly fault: string };

/** Milliseconds that reading, merging, checking and compiling of one file may take. */
const longest = 5000;
const { seed, first, step, runs, folders } = workerData as Shift;
const say = (said: Said) => parentPort?.postMessage(said);

/** A folder as it stands, read once: a mutated file is laid over it and taken off again. */
const known = new Map<
  readonly string[],
  { readonly texts: ReadonlyMap<string, string>; readonly set: PolicySet }
>();

function open(folder: readonly string[]) {
  const before = known.get(folder);
  if (before) return before;
  const set = new PolicySet();
  const texts = new Map<string, string>();
  for (const file of folder) {
    const bytes = readFileSync(file);
    texts.set(file, bytes.toString());
    set.update(file, bytes);
  }
  set.load();
  const opened = { texts, set };
  known.set(folder, opened);
  return opened;
}

function fault(file: string, set: PolicySet, bytes: Uint8Array): string | undefined {
  const started = performance.now();
  const found = set.update(file, bytes);
  const misplaced = found.find(
    ({ code, at }) => !/^PL\d{3}$/.test(code) || !at || at.line < 1 || at.column < 1,
  );
  if (misplaced) return `a diagnostic without code or place: ${misplaced.code} ${misplaced.message}`;
  const loaded: LoadedPolicies = set.load();
  for (const policy of loaded.policies.values()) if (policy.relyingParty.at?.file === file) compile(policy);
  const taken = performance.now() - started;
  return taken > longest ? `it took ${Math.round(taken)} ms` : undefined;
}

for (let index = first; index < runs; index += step) {
  const random = randomOf(seed * 1_000_003 + index);
  const folder = folders[Math.floor(random() * folders.length)] ?? [];
  const { texts, set } = open(folder);
  const file = folder[Math.floor(random() * folder.length)] ?? "";
  say({ begins: index, file });
  const text = texts.get(file) ?? "";
  let problem: string | undefined;
  try {
    problem = fault(file, set, mutated(text, random));
  } catch (error) {
    problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  say({ fault: problem ?? "" });
  set.update(file, Buffer.from(text));
}
