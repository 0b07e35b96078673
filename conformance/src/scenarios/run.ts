import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { formatDiagnostic } from "@vestibule/policy";
import { Laboratory, type PolicyFile, tenantDomain } from "../lab/laboratory.ts";
import type { Mismatch, Report } from "../report.ts";
import { skipped, verdict } from "../report.ts";
import { runScenario, type ScenarioEnd } from "./scenario.ts";
import { readScenarios, type Scenario } from "./scenario-file.ts";
import { StubKeys } from "./stubs.ts";

export interface ScenarioOptions {
  readonly files: readonly string[];
  /** Folder below which the scenarios' policies lie. */
  readonly policies: string;
  /** Folder of the starter packs. */
  readonly starterPack: string;
  /** Only scenarios whose id fits. */
  readonly only?: RegExp;
}

/** What a runner with this browser cannot do. Anything else that a scenario needs must work. */
const cannot: Readonly<Record<string, string>> = {
  "saml-sp-stub": "this runner plays no SAML service provider",
};

/** Runs scenarios of real people against policies, each in an empty directory. */
export async function runScenarios(options: ScenarioOptions, report: Report): Promise<void> {
  const all: Scenario[] = [];
  for (const file of options.files) all.push(...(await readScenarios(file)));
  const laboratory = await Laboratory.open();
  try {
    await new ScenarioRun(laboratory, options, all).run(report);
  } finally {
    await laboratory.close();
  }
}

class ScenarioRun {
  readonly #laboratory: Laboratory;
  readonly #options: ScenarioOptions;
  readonly #all: readonly Scenario[];
  readonly #keys = new StubKeys();
  readonly #bases = new Map<string, Promise<readonly PolicyFile[]>>();
  /** Scenario id → how it ended; others may be compared with it. */
  readonly #ends = new Map<string, Promise<ScenarioEnd>>();

  constructor(laboratory: Laboratory, options: ScenarioOptions, all: readonly Scenario[]) {
    this.#laboratory = laboratory;
    this.#options = options;
    this.#all = all;
  }

  async run(report: Report): Promise<void> {
    const { only } = this.#options;
    for (const scenario of this.#all) {
      if (only && !only.test(scenario.id)) continue;
      const missing = (scenario.needs ?? []).find((need) => Object.hasOwn(cannot, need));
      await report.run(
        scenario.id,
        async () => {
          if (missing !== undefined) return skipped(cannot[missing] ?? missing);
          const end = await this.#end(scenario);
          return verdict([...end.mismatches, ...(await this.#related(scenario, end))]);
        },
        { isGuess: scenario.certainty === "guess" },
      );
    }
  }

  #end(scenario: Scenario): Promise<ScenarioEnd> {
    let end = this.#ends.get(scenario.id);
    if (!end) {
      end = this.#runOne(scenario);
      this.#ends.set(scenario.id, end);
    }
    return end;
  }

  async #runOne(scenario: Scenario): Promise<ScenarioEnd> {
    const policy = await this.#policyFile(scenario.policy);
    const id = /\bPolicyId\s*=\s*["']([^"']+)["']/.exec(policy.text)?.[1] ?? "";
    const base = await this.#base(scenario.base);
    const diagnostics = await this.#laboratory.serve([...base, policy]);
    if (!this.#laboratory.policies().some((each) => each.toLowerCase() === id.toLowerCase())) {
      const errors = diagnostics.filter(({ severity }) => severity === "error").map(formatDiagnostic);
      return { mismatches: [{ what: "policy", expected: "served", got: errors.slice(0, 5) }], tokens: [] };
    }
    await this.#makeKeys(scenario, base);
    return runScenario(scenario, id, this.#laboratory, this.#keys);
  }

  /** The base policies' keys are always there; the scenario says which others are. */
  async #makeKeys(scenario: Scenario, base: readonly PolicyFile[]): Promise<void> {
    for (const { text } of base)
      for (const [, name = ""] of text.matchAll(/StorageReferenceId\s*=\s*["']([^"']+)["']/g))
        if (!/token(signing|encryption)keycontainer/i.test(name)) await this.#makeKey(name, undefined);
    for (const need of scenario.needs ?? []) {
      const match = /^key:([^=]+)(?:=(.*))?$/s.exec(need);
      if (match?.[1] !== undefined) await this.#makeKey(match[1], match[2]);
    }
  }

  async #makeKey(name: string, value: string | undefined): Promise<void> {
    if (value !== undefined) await this.#laboratory.setSecret(name, value);
    else if (this.#laboratory.secret(name) === undefined)
      await this.#laboratory.setSecret(name, `secret-of-${name}-0123456789`);
  }

  async #related(scenario: Scenario, end: ScenarioEnd): Promise<Mismatch[]> {
    const found: Mismatch[] = [];
    for (const { claim, equals, differs } of scenario.expect.relations ?? []) {
      const id = equals ?? differs ?? "";
      const other = this.#all.find((each) => each.id === id);
      const theirs = other && (await this.#end(other)).tokens[0]?.[claim];
      const same = isDeepStrictEqual(theirs, end.tokens[0]?.[claim]);
      if (theirs === undefined || same !== (equals !== undefined))
        found.push({
          what: claim,
          expected: { [equals === undefined ? "differs" : "equals"]: theirs, of: id },
          got: end.tokens[0]?.[claim],
        });
    }
    return found;
  }

  #base(name: string): Promise<readonly PolicyFile[]> {
    let files = this.#bases.get(name);
    if (!files) {
      files = readBase(join(this.#options.starterPack, name));
      this.#bases.set(name, files);
    }
    return files;
  }

  async #policyFile(path: string): Promise<PolicyFile> {
    return { name: "scenario.xml", text: await readPolicy(join(this.#options.policies, path)) };
  }
}

/** The policies of a starter pack that others build on: those without a relying party. */
async function readBase(folder: string): Promise<readonly PolicyFile[]> {
  const found: PolicyFile[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (!/\.xml$/i.test(name)) continue;
    const text = await readPolicy(join(folder, name));
    if (!/<RelyingParty[\s>]/.test(text)) found.push({ name, text });
  }
  return found;
}

async function readPolicy(path: string): Promise<string> {
  return (await readFile(path, "utf8")).replaceAll("yourtenant.onmicrosoft.com", tenantDomain);
}
