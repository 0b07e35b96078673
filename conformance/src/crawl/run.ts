import { writeFile } from "node:fs/promises";
import { relative } from "node:path";
import { type Diagnostic, formatDiagnostic } from "@vestibule/policy";
import { Laboratory } from "../lab/laboratory.ts";
import { type CaseResult, type Report, skipped } from "../report.ts";
import { type Attempt, attempt } from "./attempt.ts";
import { chainOf, type StarterPack, starterPacks } from "./base-chain.ts";
import { OutsideWorld } from "./outside-world.ts";
import { fillPlaceholders } from "./placeholders.ts";
import { type PolicyFacts, policyFacts } from "./policy-facts.ts";
import { contentName, type FoundPolicy, findPolicies } from "./policy-file.ts";
import type { Goal } from "./robot.ts";

export interface CrawlOptions {
  readonly folders: readonly string[];
  readonly starterPack: string;
  /** File for the results as JSON. */
  readonly json?: string;
  /** Only policies whose path or id fits. */
  readonly only?: RegExp;
}

interface Crawled {
  readonly path: string;
  readonly policyId: string;
  readonly outcome: "token" | "outcome" | "error" | "page" | "outside" | "refused" | "left out" | "crash";
  readonly reason: string;
  readonly starterPack?: string;
  readonly attempts: readonly Attempt[];
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

/** Without the folder that the policy was laid into. */
function plainDiagnostic(diagnostic: Diagnostic): string {
  return formatDiagnostic(diagnostic).replaceAll(/\/\S*\/policies\//g, "");
}

type Result = Omit<Crawled, "path" | "milliseconds">;

function verdictOf({ outcome, reason }: Result): CaseResult {
  if (outcome === "left out") return skipped(reason);
  if (outcome === "token" || outcome === "outcome") return { kind: "passed", how: reason };
  return { kind: "failed", mismatches: [{ what: outcome, expected: "a token", got: reason }] };
}

class Crawler {
  readonly #laboratory: Laboratory;
  readonly #packs: readonly StarterPack[];
  readonly #outside: OutsideWorld;

  constructor(laboratory: Laboratory, packs: readonly StarterPack[]) {
    this.#laboratory = laboratory;
    this.#packs = packs;
    this.#outside = new OutsideWorld(() => laboratory.clock.now());
    laboratory.outside.handler = (request) => this.#outside.answer(request);
  }

  async crawl(policy: FoundPolicy, all: readonly FoundPolicy[]): Promise<Result> {
    const about = { policyId: policy.id, attempts: [] as Attempt[] };
    const served = await this.#serve(policy, all);
    if ("refusals" in served) {
      const reason = served.refusals.slice(0, 3).map(plainDiagnostic).join(" | ");
      return { ...about, outcome: "refused", reason };
    }
    const { facts, id, pack, diagnostics } = served;
    const more = { ...about, policyId: id, starterPack: pack };
    if (facts.isSaml) return { ...more, outcome: "left out", reason: "its relying party speaks SAML" };
    await this.#makeKeys(facts);
    for (const truth of facts.services.some(({ hasTruthValues }) => hasTruthValues)
      ? [true, false]
      : [true]) {
      this.#outside.facts = facts;
      this.#outside.truth = truth;
      for (const goal of ["sign up", "sign in", "provider"] satisfies Goal[]) {
        const tried = await attempt(goal, id, facts, this.#laboratory, this.#outside);
        about.attempts.push(tried);
        if (tried.kind === "token" || tried.kind === "outcome")
          return { ...more, outcome: tried.kind, reason: `${goal}: ${tried.reason}` };
      }
    }
    const best = furthest(about.attempts);
    const unsupported = unsupportedPart(about.attempts, diagnostics);
    if (unsupported !== undefined) return { ...more, outcome: "left out", reason: unsupported };
    return { ...more, outcome: best?.kind ?? "error", reason: `${best?.goal}: ${best?.reason}` };
  }

  /** The first starter pack under which the policy can be invoked; else what the best one says. */
  async #serve(
    policy: FoundPolicy,
    all: readonly FoundPolicy[],
  ): Promise<
    | {
        readonly facts: PolicyFacts;
        readonly id: string;
        readonly pack: string;
        readonly diagnostics: readonly Diagnostic[];
      }
    | { readonly refusals: readonly Diagnostic[] }
  > {
    let fewest: readonly Diagnostic[] | undefined;
    for (const pack of this.#packs) {
      const chain = chainOf(policy, all, pack);
      const files = chain.map(({ path, text }) => {
        const filled = fillPlaceholders(text);
        return { name: contentName(path, filled), text: filled };
      });
      const diagnostics = await this.#laboratory.serve(files);
      const [id] = this.#laboratory.policies();
      const model = id === undefined ? undefined : this.#laboratory.policy(id);
      if (id !== undefined && model) return { facts: policyFacts(model), id, pack: pack.name, diagnostics };
      const errors = diagnostics.filter(({ severity }) => severity === "error");
      if (!fewest || errors.length < fewest.length) fewest = errors;
      // Another starter pack changes nothing where none was needed.
      if (!chain.some((each) => pack.policies.includes(each))) break;
    }
    return { refusals: fewest ?? [] };
  }

  async #makeKeys({ keys }: PolicyFacts): Promise<void> {
    for (const name of keys)
      if (this.#laboratory.secret(name) === undefined)
        await this.#laboratory.setSecret(
          name,
          Buffer.from(`secret of ${name}, long enough to sign`).toString("base64"),
        );
  }
}

/** The walk that says most: the one that saw most pages, and of equals the one of a known person. */
function furthest(attempts: readonly Attempt[]): Attempt | undefined {
  const weight = ({ path, goal }: Attempt) => path.length + (goal === "sign in" ? 0.5 : 0);
  return attempts.toSorted((a, b) => weight(b) - weight(a))[0];
}

const unsupported = /SAML2|OAuth1|ConditionalAccess/i;

/** A profile that this server does not have on purpose, where the walk ended at it. */
function unsupportedPart(
  attempts: readonly Attempt[],
  diagnostics: readonly Diagnostic[],
): string | undefined {
  for (const { reason } of attempts) {
    const profile = /AADB2C90037: Technical profile '([^']+)'/.exec(reason)?.[1];
    const said = diagnostics.find(
      ({ code, message }) => code === "VB101" && profile !== undefined && message.includes(`'${profile}'`),
    );
    const part = said && unsupported.exec(said.message)?.[0];
    if (part !== undefined) return `it needs ${part} (${profile})`;
  }
  return undefined;
}
