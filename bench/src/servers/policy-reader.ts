import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { compile, type Program } from "@vestibule/engine";
import { PolicySet } from "@vestibule/policy";
import { SaxesParser } from "saxes";
import type { PolicyText } from "../policies/chain.ts";
import { stepTimes } from "../policies/step-times.ts";
import { median } from "../statistics.ts";
import { type Started, serve } from "./serve.ts";

export interface PolicyReaderOptions {
  /** The base first, the relying party last. */
  readonly files: readonly PolicyText[];
}

const turns = 60;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Reads a chain of policies: the first time when it starts, again and beside the bare parser when it is asked. */
serve(async ({ files }: PolicyReaderOptions): Promise<Started> => {
  const encoded = files.map(({ file, text }) => ({ file, bytes: Buffer.from(text) }));
  // What the loading of modules left behind is not counted.
  collect();
  const cold = duration(() => compileAll(readAll(encoded)));
  return {
    url: "",
    details: { cold: String(cold) },
    questions: {
      warm: async () => warm(encoded, files),
      memory: async () => memory(encoded, files),
      steps: async () => {
        const one = readAll(encoded);
        const thousand = derive(files, readAll(encoded), 1000);
        return stepTimes([compileAll(one), compileAll(thousand)]);
      },
    },
    close: async () => {},
  };
});

type Encoded = readonly { readonly file: string; readonly bytes: Uint8Array }[];

function readAll(files: Encoded): PolicySet {
  const set = new PolicySet({ maximumPolicies: 2000 });
  for (const { file, bytes } of files) set.update(file, bytes);
  return set;
}

function compileAll(set: PolicySet): Program[] {
  const { policies, diagnostics } = set.load();
  const programs = [...policies.values()].flatMap((policy) => compile(policy).program ?? []);
  if (programs.length === 0) throw new Error(JSON.stringify(diagnostics, null, 2));
  return programs;
}

/** Milliseconds of reading, merging, checking and compiling, and of the bare parser on the same texts, in turns. */
function warm(encoded: Encoded, files: readonly PolicyText[]): { ours: number; parser: number } {
  const ours: number[] = [];
  const parser: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    parser.push(
      duration(() => {
        for (const { text } of files) new SaxesParser({ xmlns: false, position: true }).write(text).close();
      }),
    );
    ours.push(duration(() => compileAll(readAll(encoded))));
  }
  const later = (values: readonly number[]) => median(values.slice(turns / 3));
  return { ours: later(ours), parser: later(parser) };
}

/** Bytes of one more policy over the same base, compiled: from the 50th to the 100th. */
function memory(encoded: Encoded, files: readonly PolicyText[]): number {
  const used = () => {
    collect();
    collect();
    return process.memoryUsage().heapUsed;
  };
  const set = derive(files, readAll(encoded), 50);
  const kept = new Map(compileAll(set).map((program) => [program.policy.policyId, program]));
  const before = used();
  derive(files, set, 100);
  for (const [id, policy] of set.load().policies) {
    if (kept.has(id)) continue;
    const { program } = compile(policy);
    if (program) kept.set(id, program);
  }
  const after = used();
  if (kept.size < 100) throw new Error(`only ${kept.size} policies were loaded`);
  return (after - before) / 50;
}

/** Adds relying parties like the last file, each under its own id, until there are `count`. */
function derive(files: readonly PolicyText[], set: PolicySet, count: number): PolicySet {
  const leaf = files.at(-1);
  if (!leaf) throw new Error("the chain is empty");
  for (let index = 1; index < count; index++) {
    const text = leaf.text.replace(/(\sPolicyId=")[^"]*/, `$1${leaf.policyId}_${index}`);
    set.update(`${index}-${leaf.file}`, Buffer.from(text));
  }
  return set;
}

/** Milliseconds of this thread's processor time: what the work takes on a quiet machine, however busy this one is. */
function duration(work: () => void): number {
  const { user, system } = process.threadCpuUsage();
  work();
  const after = process.threadCpuUsage();
  return (after.user + after.system - user - system) / 1000;
}
