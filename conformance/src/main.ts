import { parseArgs } from "node:util";
import { runConnectorCases } from "./connectors/run.ts";
import { crawl } from "./crawl/run.ts";
import { runMutations } from "./mutations/run.ts";
import { Report } from "./report.ts";
import { runScenarios } from "./scenarios/run.ts";
import { runTransformationCases } from "./transformations/run.ts";

interface Arguments {
  readonly paths: readonly string[];
  readonly policies?: string;
  readonly starterpack?: string;
  readonly json?: string;
  readonly only?: string;
  readonly runs?: string;
  readonly seed?: string;
}

/** Runs a suite; false where the arguments do not say enough. */
type Suite = (given: Arguments, report: Report) => Promise<boolean>;

const ofFiles =
  (run: (path: string, report: Report) => Promise<void>): Suite =>
  async ({ paths }, report) => {
    for (const path of paths) await run(path, report);
    return true;
  };

const suites: Readonly<Record<string, { readonly usage: string; readonly run: Suite }>> = {
  connectors: { usage: "FILE…", run: ofFiles(runConnectorCases) },
  transformations: { usage: "FILE…", run: ofFiles(runTransformationCases) },
  scenarios: {
    usage: "FILE… --policies DIR --starterpack DIR [--only REGEX]",
    async run({ paths, policies, starterpack, only }, report) {
      if (policies === undefined || starterpack === undefined) return false;
      const options = { files: paths, policies, starterPack: starterpack };
      await runScenarios({ ...options, ...selection(only) }, report);
      return true;
    },
  },
  crawl: {
    usage: "DIR… --starterpack DIR [--json OUT] [--only REGEX]",
    async run({ paths, starterpack, json, only }, report) {
      if (starterpack === undefined) return false;
      const out = json === undefined ? {} : { json };
      await crawl({ folders: paths, starterPack: starterpack, ...out, ...selection(only) }, report);
      return true;
    },
  },
  mutations: {
    usage: "DIR… [--runs=10000] [--seed=N]",
    async run({ paths, runs, seed }, report) {
      const options = { runs: Number(runs ?? 10_000), seed: Number(seed ?? Date.now() % 1_000_000) };
      console.log(`seed ${options.seed}`);
      await runMutations({ folders: paths, ...options }, report);
      return true;
    },
  },
};

function selection(only: string | undefined): { only?: RegExp } {
  return only === undefined ? {} : { only: new RegExp(only, "i") };
}

function readArguments(words: readonly string[]): Arguments | undefined {
  const text = { type: "string" } as const;
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { policies: text, starterpack: text, json: text, only: text, runs: text, seed: text },
    });
    return { ...values, paths: positionals };
  } catch {
    return undefined;
  }
}

const [name = "", ...words] = process.argv.slice(2);
const suite = Object.hasOwn(suites, name) ? suites[name] : undefined;
const given = readArguments(words);
const report = new Report((line) => console.log(line));
const ran = suite && given && given.paths.length > 0 && (await suite.run(given, report));
if (ran) {
  report.summary();
  process.exitCode = report.failed > 0 ? 1 : 0;
} else {
  for (const [each, { usage }] of Object.entries(suites))
    console.error(`Usage: npm run -s conformance -- ${each} ${usage}`);
  process.exitCode = 2;
}
