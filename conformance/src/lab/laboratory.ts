import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Account, NewAccount } from "@vestibule/engine";
import type { Diagnostic, Policy } from "@vestibule/policy";
import { type RunningServer, startServer } from "@vestibule/server";
import { MovedClock } from "./clock.ts";
import { OutsideHosts } from "./outside-hosts.ts";

export const tenantId = "d1a50000-0000-4000-8000-0000000000c0";
export const tenantDomain = "testtenant.onmicrosoft.com";
export const clientId = "d1a50000-0000-4000-8000-0000000000a1";
const clientSecret = "Secret-of-the-test-application-41c7";
export const redirectUri = "https://jwt.ms";

export interface PolicyFile {
  /** Name in the tenant's folder; diagnostics name it. */
  readonly name: string;
  readonly text: string;
}

export interface SentMessage {
  readonly to: string;
  readonly text: string;
  readonly code?: string;
}

/** Cheap hashes: what is tried is the journeys. */
const cheapHashing = { memoryCost: 8, timeCost: 1, parallelism: 1 };

/** What lives on when a case ends: keys are dear to make, and their names are the policies'. */
const keptTables = /key|schema|migration|sqlite/i;

/**
 * The whole server in this process, on a loopback port, with one tenant whose policies change from case to case. Outside
 * hosts are answered here, the clock can be moved, and everything that a case left behind can be wiped.
 */
export class Laboratory {
  readonly clock: MovedClock;
  readonly outside: OutsideHosts;
  readonly server: RunningServer;
  readonly #folder: string;
  readonly #database: DatabaseSync;
  readonly #tables: readonly string[];
  readonly #secrets = new Map<string, string>();
  #served: readonly PolicyFile[] = [];

  private constructor(folder: string, server: RunningServer, clock: MovedClock, outside: OutsideHosts) {
    this.#folder = folder;
    this.server = server;
    this.clock = clock;
    this.outside = outside;
    this.#database = new DatabaseSync(join(folder, "data", "vestibule.sqlite"), { timeout: 10_000 });
    const tables = this.#database.prepare("select name from sqlite_master where type = 'table'").all();
    this.#tables = tables.map(({ name }) => String(name)).filter((name) => !keptTables.test(name));
  }

  static async open(): Promise<Laboratory> {
    const folder = await mkdtemp(join(tmpdir(), "vestibule-laboratory-"));
    const outside = await OutsideHosts.start();
    const clock = new MovedClock();
    try {
      await writeTenant(join(folder, "tenant"));
      const server = await startServer({
        directories: [join(folder, "tenant")],
        mode: "development",
        watch: false,
        httpPort: 0,
        dataDir: join(folder, "data"),
        passwordHashing: cheapHashing,
        logLevel: "silent",
        now: () => clock.now(),
        insecureOpenSocket: outside.openSocket,
      });
      return new Laboratory(folder, server, clock, outside);
    } catch (error) {
      await outside.close();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get origin(): string {
    return this.server.url;
  }

  /** Serves these policies and no others; what is wrong with them comes back. */
  async serve(files: readonly PolicyFile[]): Promise<readonly Diagnostic[]> {
    const same =
      files.length === this.#served.length &&
      files.every(({ name, text }, index) => {
        const before = this.#served[index];
        return name === before?.name && text === before.text;
      });
    if (!same) {
      const policies = join(this.#folder, "tenant", "policies");
      await rm(policies, { recursive: true, force: true });
      await mkdir(policies);
      for (const { name, text } of files) await writeFile(join(policies, name), text);
      this.#served = files;
      await this.server.reload();
    }
    return this.server.context.tenants.diagnostics();
  }

  /** Ids of the policies that can be invoked, as they are written. */
  policies(): readonly string[] {
    return [...this.#tenant().policies.values()].map(({ id }) => id);
  }

  /** The merged policy behind an id; undefined where it cannot be invoked. */
  policy(id: string): Policy | undefined {
    return this.#tenant().policies.get(id.toLowerCase())?.program.policy;
  }

  /** Forgets accounts, sessions, journeys, mails and counters. */
  reset(): void {
    for (const table of this.#tables) this.#database.exec(`delete from "${table}"`);
  }

  async setSecret(name: string, value: string): Promise<void> {
    const container = name.toLowerCase();
    if (this.#secrets.get(container) === value) return;
    const keys = this.server.context.store.policyKeys;
    await keys.remove(tenantId, container);
    await keys.add(tenantId, container, {
      id: `secret-of-${container}`,
      kind: "secret",
      value,
      uploaded: Math.floor(this.clock.now() / 1000),
    });
    this.#secrets.set(container, value);
  }

  /** The secret that was set, undefined where there is none. */
  secret(name: string): string | undefined {
    return this.#secrets.get(name.toLowerCase());
  }

  async addAccount(account: NewAccount, key: string): Promise<void> {
    const { kind } = await this.#directory().create(account, key);
    if (kind !== "created") throw new Error(`an account of the case cannot be made: ${kind}`);
  }

  async account(signInName: string): Promise<Account | undefined> {
    return this.#directory().find({ kind: "signInName", value: signInName });
  }

  /** Mails and texts, newest first. */
  async messages(): Promise<readonly SentMessage[]> {
    return this.server.context.store.outbox.list(tenantId, 50);
  }

  /** The last things that the newest journey did, as its recording words them. */
  async lastWords(count: number): Promise<readonly string[]> {
    const { observations } = this.server.context.store;
    const [newest] = await observations.listJourneys(tenantId, 1);
    const entries = newest ? await observations.trace(tenantId, newest.id) : [];
    return entries.slice(-count).map(({ step, text }) => `${step}: ${text}`);
  }

  async close(): Promise<void> {
    this.#database.close();
    await this.server.close();
    await this.outside.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #tenant() {
    const tenant = this.server.context.tenants.find(tenantId);
    if (!tenant) throw new Error("the test tenant is not served");
    return tenant;
  }

  #directory() {
    return this.server.context.store.directory(this.#tenant());
  }
}

async function writeTenant(directory: string): Promise<void> {
  await mkdir(join(directory, "policies"), { recursive: true });
  const documents = {
    "tenant.json": {
      id: tenantId,
      displayName: "Test tenant",
      defaultDomain: tenantDomain,
      domains: [tenantDomain],
      extensionsAppId: "d1a50000-0000-4000-8000-0000000000e1",
      settings: { lenientClaimFlow: true },
    },
    "applications.json": [
      {
        appId: clientId,
        displayName: "Test application",
        web: {
          redirectUris: [redirectUri, `${redirectUri}/`],
          implicitGrantSettings: { enableIdTokenIssuance: true, enableAccessTokenIssuance: true },
        },
        passwordCredentials: [{ displayName: "Secret", secretText: clientSecret }],
      },
    ],
  };
  for (const [name, document] of Object.entries(documents))
    await writeFile(join(directory, name), JSON.stringify(document, null, 2));
}
