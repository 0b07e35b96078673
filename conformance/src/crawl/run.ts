import { writeFile } from "node:fs/promises";
import { relative } from "node:path";
import { Laboratory } from "../lab/laboratory.ts";
import { type CaseResult, type Report, skipped } from "../report.ts";
import { starterPacks } from "./base-chain.ts";
import { type Crawl, Crawler } from "./crawler.ts";
import { findPolicies } from "./policy-file.ts";

export interface CrawlOptions {
  readonly folders: readonly string[];
  readonly starterPack: string;
  /** File for the results as JSON. */
  readonly json?: string;
  /** Only policies whose path or id fits. */
  readonly only?: RegExp;
}

interface Crawled extends Crawl {
  readonly path: string;
  readonly milliseconds: number;
}

/** Loads every relying-party policy below the folders over its base chain and walks it. */
export async function crawl(options: CrawlOptions, report: Report): Promise<void> {
  const packs = starterPacks(await findPolicies(options.starterPack), options.starterPack);
  if (packs.length === 0) throw new Error(`${options.starterPack} holds no starter pack`);
  const laboratory = await Laboratory.open();
  const results: Crawled[] = [];
  try {
    const crawler = new Crawler(laboratory, packs);
    for (const folder of options.folders) {
      const found = await findPolicies(folder);
      for (const policy of found.filter(({ isRelyingParty }) => isRelyingParty)) {
        const path = relative(folder, policy.path) || policy.path;
        const name = `${path} ${policy.id}`;
        if (options.only && !options.only.test(name)) continue;
        await report.run(name, async () => {
          const started = performance.now();
          const result = await crawler.crawl(policy, found);
          results.push({ ...result, path, milliseconds: Math.round(performance.now() - started) });
          return verdictOf(result);
        });
      }
    }
  } finally {
    await laboratory.close();
    if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(results, null, 2)}\n`);
  }
}

function verdictOf({ outcome, reason }: Crawl): CaseResult {
  if (outcome === "left out") return skipped(reason);
  if (outcome === "token" || outcome === "outcome" || outcome === "message")
    return { kind: "passed", how: reason };
  return { kind: "failed", mismatches: [{ what: outcome, expected: "a token", got: reason }] };
}
