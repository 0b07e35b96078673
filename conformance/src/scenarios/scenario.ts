import type { NewAccount } from "@vestibule/engine";
import { Browser, type Shown } from "../browser/browser.ts";
import { clientId, type Laboratory, redirectUri, tenantDomain, tenantId } from "../lab/laboratory.ts";
import { Checks } from "../match.ts";
import type { Mismatch } from "../report.ts";
import { checkEnd, checkToken, type Token, tokenOf } from "./expectations.ts";
import type { Expectation, LaterVisit, Scenario, ScenarioUser, Visit } from "./scenario-file.ts";
import { type Walk, walk } from "./steps.ts";
import { StubHosts, type StubKeys } from "./stubs.ts";
import { fillWords, timeWord, wrongCode } from "./words.ts";

export interface ScenarioEnd {
  readonly mismatches: readonly Mismatch[];
  /** Claims of the tokens, by visit; undefined where a visit brought none. */
  readonly tokens: readonly (Readonly<Record<string, unknown>> | undefined)[];
}

/** Between two cases: outside counters, caches of metadata and templates run out. */
const pauseSeconds = 2 * 3600;

/** Plays one scenario whose policy is served already. */
export async function runScenario(
  scenario: Scenario,
  policy: string,
  laboratory: Laboratory,
  keys: StubKeys,
): Promise<ScenarioEnd> {
  laboratory.reset();
  laboratory.clock.advance(pauseSeconds);
  for (const [index, user] of (scenario.users ?? []).entries())
    await laboratory.addAccount(accountOf(user), `${scenario.id} ${index}`);
  return new Play(scenario, policy, laboratory, keys).run();
}

function accountOf(user: ScenarioUser): NewAccount {
  const { signInNames, password, accountEnabled, forceChangePasswordNextSignIn, ...attributes } = user;
  return {
    identities: Object.entries(signInNames).map(([signInType, issuerAssignedId]) => ({
      signInType,
      issuer: tenantDomain,
      issuerAssignedId,
    })),
    attributes: attributes as NewAccount["attributes"],
    ...(password !== undefined && { password }),
    passwordPolicies: "DisablePasswordExpiration",
    accountEnabled: accountEnabled ?? true,
    forceChangePasswordNextSignIn: forceChangePasswordNextSignIn ?? false,
  };
}

class Play {
  readonly #scenario: Scenario;
  readonly #policy: string;
  readonly #laboratory: Laboratory;
  readonly #checks = new Checks();
  readonly #captured = new Map<string, string>();
  readonly #stubs: StubHosts;
  readonly #walk: Walk;
  readonly #tokens: (Token | undefined)[] = [];
  #issuer: string | undefined;

  constructor(scenario: Scenario, policy: string, laboratory: Laboratory, keys: StubKeys) {
    this.#scenario = scenario;
    this.#policy = policy;
    this.#laboratory = laboratory;
    this.#stubs = new StubHosts({
      stubs: scenario.stubs ?? [],
      keys,
      words: (word) => this.#word(word),
      now: () => laboratory.clock.now(),
    });
    this.#walk = {
      browser: new Browser({ origin: laboratory.origin, redirectUri, now: () => laboratory.clock.now() }),
      laboratory,
      words: (word) => this.#word(word),
      captured: this.#captured,
      checks: this.#checks,
      provider: undefined,
    };
  }

  async run(): Promise<ScenarioEnd> {
    this.#laboratory.outside.handler = (request) => this.#stubs.answer(request);
    const visits: readonly LaterVisit[] = [this.#scenario, ...(this.#scenario.then ?? [])];
    for (const [index, visit] of visits.entries()) {
      const before = this.#checks.mismatches.length;
      if (visit.advanceClockSeconds !== undefined) this.#laboratory.clock.advance(visit.advanceClockSeconds);
      if (visit.restartBrowser) this.#walk.browser.restart();
      if (visit.stubs) this.#stubs.replace(visit.stubs);
      await this.#visit(visit);
      if (this.#checks.mismatches.length === before) continue;
      if (index > 0) {
        const found = this.#checks.mismatches.splice(before);
        this.#checks.mismatches.push(
          ...found.map((each) => ({ ...each, what: `visit ${index + 1}: ${each.what}` })),
        );
      }
      break;
    }
    for (const stray of this.#stubs.strays.slice(0, 2))
      this.#checks.truth("outside call", false, "a stub for it", stray);
    return { mismatches: this.#checks.mismatches, tokens: this.#tokens.map((token) => token?.claims) };
  }

  async #visit(visit: Visit): Promise<void> {
    const request = await fillWords(visit.request ?? {}, this.#walk.words);
    const calls = this.#stubs.calls;
    let shown: Shown = await this.#walk.browser.open(this.#address(request));
    shown = await walk(this.#walk, shown, visit.steps ?? []);
    const token = tokenOf(shown);
    this.#tokens.push(token);
    if (this.#checks.mismatches.length > 0) return;
    if (token)
      this.#issuer = await checkToken(
        token,
        { policy: this.#policy, nonce: request.nonce === undefined ? "defaultNonce" : request.nonce },
        this.#laboratory,
        this.#checks,
      );
    const expect = await fillWords<Expectation>(visit.expect, this.#walk.words);
    const ended = { shown, token, first: this.#tokens[0], stubCalls: this.#stubs.calls - calls };
    checkEnd(expect, ended, this.#checks);
    if (expect.directory) await this.#checkDirectory(expect.directory);
  }

  async #checkDirectory({ user, exists, absent }: NonNullable<Expectation["directory"]>): Promise<void> {
    const account = await this.#laboratory.account(user);
    if (exists !== undefined) this.#checks.equal(`account ${user}`, account !== undefined, exists);
    for (const attribute of absent ?? []) {
      const value = account?.attributes[attribute];
      this.#checks.truth(
        `${attribute} of ${user}`,
        account !== undefined && value === undefined,
        "absent",
        value,
      );
    }
  }

  #address({ endpoint, ...request }: Readonly<Record<string, unknown>>): string {
    const logout = endpoint === "logout";
    const usual = {
      client_id: clientId,
      redirect_uri: redirectUri,
      response_type: "id_token",
      scope: "openid",
      nonce: "defaultNonce",
      prompt: "login",
    };
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...(logout ? {} : usual), ...request }))
      if (value !== null && value !== undefined) query.append(name, String(value));
    return `/${tenantDomain}/${this.#policy}/oauth2/v2.0/${logout ? "logout" : "authorize"}?${query}`;
  }

  async #word(word: string): Promise<string | number | undefined> {
    if (word.startsWith("wrong:")) {
      const code = await this.#word(word.slice("wrong:".length));
      return code === undefined ? undefined : wrongCode(String(code));
    }
    if (word.startsWith("key:")) return this.#laboratory.secret(word.slice("key:".length));
    const time = timeWord(word, this.#laboratory.clock.now());
    if (time !== undefined) return time;
    const origin = new URL(this.#laboratory.origin);
    switch (word) {
      case "tenant":
        return tenantDomain;
      case "tenantId":
        return tenantId;
      case "origin":
        return origin.origin;
      case "host":
        return origin.hostname;
      case "clientId":
        return clientId;
      case "redirectUri":
        return redirectUri;
      case "issuer":
        return this.#issuer;
      case "id_token":
        return this.#tokens[0]?.text;
      case "mail.code":
      case "sms.code":
        return (await this.#laboratory.messages()).find(({ code }) => code !== undefined)?.code;
      case "idp.nonce":
        return this.#walk.provider?.get("nonce") ?? undefined;
      default:
        return this.#captured.get(word);
    }
  }
}
