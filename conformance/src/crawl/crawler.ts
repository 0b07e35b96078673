import { type Diagnostic, formatDiagnostic } from "@vestibule/policy";
import type { Laboratory } from "../lab/laboratory.ts";
import { type Attempt, attempt } from "./attempt.ts";
import { chainOf, type StarterPack } from "./base-chain.ts";
import { OutsideWorld } from "./outside-world.ts";
import { fillPlaceholders } from "./placeholders.ts";
import { type PolicyFacts, policyFacts } from "./policy-facts.ts";
import { contentName, type FoundPolicy } from "./policy-file.ts";
import type { Goal } from "./robot.ts";
import { missingProfiles, withStandIns } from "./stand-ins.ts";

/** What became of one relying-party policy. */
export interface Crawl {
  readonly policyId: string;
  /** `message`: the policy's own last page; `outcome`: an error that the policy words; `refused`: it does not load. */
  readonly outcome: Attempt["kind"] | "refused" | "left out";
  readonly reason: string;
  readonly starterPack?: string;
  readonly attempts: readonly Attempt[];
}

interface Served {
  readonly id: string;
  readonly facts: PolicyFacts;
  readonly pack: string;
  readonly diagnostics: readonly Diagnostic[];
  /** Technical profiles that the policy expects its reader to have. */
  readonly standIns: readonly string[];
}

/** Walks policies one after the other, each in fresh directories. */
export class Crawler {
  readonly #laboratory: Laboratory;
  readonly #packs: readonly StarterPack[];
  readonly #outside: OutsideWorld;

  constructor(laboratory: Laboratory, packs: readonly StarterPack[]) {
    this.#laboratory = laboratory;
    this.#packs = packs;
    this.#outside = new OutsideWorld(() => laboratory.clock.now());
    laboratory.outside.handler = (request) => this.#outside.answer(request);
  }

  async crawl(policy: FoundPolicy, all: readonly FoundPolicy[]): Promise<Crawl> {
    const served = await this.#serve(policy, all);
    if ("refusals" in served) {
      const reason = served.refusals.slice(0, 3).map(plainDiagnostic).join(" | ");
      return { policyId: policy.id, outcome: "refused", reason, attempts: [] };
    }
    const { id, facts, pack, diagnostics } = served;
    const about = { policyId: id, starterPack: pack };
    if (facts.isSaml)
      return { ...about, outcome: "left out", reason: "its relying party speaks SAML", attempts: [] };
    const attempts: Attempt[] = [];
    const done = (await this.#alone(served, attempts)) ?? (await this.#after(policy, all, attempts));
    const given = served.standIns.map((each) => `, with a stand-in for '${each}'`).join("");
    if (done)
      return { ...about, outcome: done.kind, reason: `${done.goal}: ${done.reason}${given}`, attempts };
    const message = attempts.find(({ kind, reason }) => kind === "message" && !isRefusal(reason));
    if (message)
      return { ...about, outcome: "message", reason: `${message.goal}: ${message.reason}`, attempts };
    const unsupported = unsupportedPart(attempts, diagnostics);
    if (unsupported !== undefined) return { ...about, outcome: "left out", reason: unsupported, attempts };
    const best = furthest(attempts);
    const outcome = best?.kind === "message" ? "page" : (best?.kind ?? "error");
    return { ...about, outcome, reason: `${best?.goal}: ${best?.reason}`, attempts };
  }

  /** Every way into the policy, until one reaches its end. */
  async #alone({ id, facts }: Served, attempts: Attempt[]): Promise<Attempt | undefined> {
    const goals: Goal[] = ["sign up", "sign in", "provider"];
    if (Object.keys(facts.privileges).length > 0) goals.push("sign in with attributes");
    for (const truth of facts.services.some(({ hasTruthValues }) => hasTruthValues) ? [true, false] : [true])
      for (const goal of goals) {
        const tried = await this.#attempt(goal, id, facts, truth);
        attempts.push(tried);
        if (isEnd(tried)) return tried;
      }
    return undefined;
  }

  /** Some policies are for people who have been here: they come by a policy of the same folder first. */
  async #after(
    policy: FoundPolicy,
    all: readonly FoundPolicy[],
    attempts: Attempt[],
  ): Promise<Attempt | undefined> {
    const doors = all.filter(
      (each) =>
        each.isRelyingParty &&
        each.folder === policy.folder &&
        each.path !== policy.path &&
        /sign.?up|susi/i.test(each.id),
    );
    for (const door of doors)
      for (const goal of ["sign up", "provider"] satisfies Goal[]) {
        const entered = await this.#serve(door, all);
        if ("refusals" in entered) break;
        if (!isEnd(await this.#attempt(goal, entered.id, entered.facts, true))) continue;
        const served = await this.#serve(policy, all);
        if ("refusals" in served) break;
        const tried = await this.#attempt(goal, served.id, served.facts, true, true);
        attempts.push({ ...tried, reason: `after ${entered.id}: ${tried.reason}` });
        if (isEnd(tried)) return attempts.at(-1);
      }
    return undefined;
  }

  async #attempt(
    goal: Goal,
    id: string,
    facts: PolicyFacts,
    truth: boolean,
    returning = false,
  ): Promise<Attempt> {
    this.#outside.facts = facts;
    this.#outside.truth = truth;
    await this.#makeKeys(facts);
    return attempt(goal, id, facts, this.#laboratory, this.#outside, returning);
  }

  /** The first starter pack under which the policy can be invoked; else what is wrong with it under the likeliest. */
  async #serve(
    policy: FoundPolicy,
    all: readonly FoundPolicy[],
  ): Promise<Served | { readonly refusals: readonly Diagnostic[] }> {
    let refusals: readonly Diagnostic[] | undefined;
    for (const pack of this.#packs) {
      const chain = chainOf(policy, all, pack);
      const files = chain.map(({ path, text }) => {
        const filled = fillPlaceholders(text);
        return { name: contentName(path, filled), text: filled };
      });
      let diagnostics = await this.#laboratory.serve(files);
      const standIns = missingProfiles(diagnostics.filter(isError)) ?? [];
      const last = files.at(-1);
      if (standIns.length > 0 && last) {
        const text = withStandIns(last.text, standIns);
        diagnostics = await this.#laboratory.serve([...files.slice(0, -1), { ...last, text }]);
      }
      const [id] = this.#laboratory.policies();
      const model = id === undefined ? undefined : this.#laboratory.policy(id);
      if (id !== undefined && model)
        return { facts: policyFacts(model), id, pack: pack.name, diagnostics, standIns };
      refusals ??= diagnostics.filter(isError);
      // Another starter pack changes nothing where none was needed.
      if (!chain.some((each) => pack.policies.includes(each))) break;
    }
    return { refusals: refusals ?? [] };
  }

  async #makeKeys({ keys }: PolicyFacts): Promise<void> {
    for (const name of keys) {
      if (this.#laboratory.secret(name) !== undefined) continue;
      const value = Buffer.from(`secret of ${name}, long enough to sign`).toString("base64");
      await this.#laboratory.setSecret(name, value);
    }
  }
}

const isError = ({ severity }: Diagnostic) => severity === "error";

const isEnd = ({ kind }: Attempt) => kind === "token" || kind === "outcome";

/** A last page may be what the policy is made for, or say that it will not go on. */
function isRefusal(text: string): boolean {
  return /error|cannot|can't|not (permitted|allowed?|authori[sz]ed)|unable|sorry|denied|blocked/i.test(text);
}

/** Without the folder that the policy was laid into. */
function plainDiagnostic(diagnostic: Diagnostic): string {
  return formatDiagnostic(diagnostic).replaceAll(/\/\S*\/policies\//g, "");
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
    if (diagnostics.some(({ code }) => code === "VB130") && /last page/.test(reason))
      return "its relying party reads a client assertion, which B2C deprecated";
    const profile = /AADB2C90037: Technical profile '([^']+)'/.exec(reason)?.[1];
    const said = diagnostics.find(
      ({ code, message }) => code === "VB101" && profile !== undefined && message.includes(`'${profile}'`),
    );
    const part = said && unsupported.exec(said.message)?.[0];
    if (part !== undefined) return `it needs ${part} (${profile})`;
  }
  return undefined;
}
