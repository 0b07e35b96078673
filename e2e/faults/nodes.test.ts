import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bound, collected, flow, writeTenant } from "../connectors/documents.ts";
import { Person } from "../connectors/person.ts";
import { aPage } from "../connectors/shown.ts";
import { goOn, TestApi } from "../connectors/test-api.ts";
import { freePort, goodPassword, newAddress } from "../connectors/world.ts";
import { ServerProcess } from "./server-process.ts";
import { type Progress, policy, signUpSteps } from "./sign-up-steps.ts";

// Two nodes on one PostgreSQL database, behind a balancer that sends each request to the other node
// (security-and-fault-tests.md 6.4 (33), (37)).

interface PostgresClient {
  connect(): Promise<void>;
  query(statement: string): Promise<{ readonly rows: Record<string, unknown>[] }>;
  end(): Promise<void>;
}

// The driver is the server's own dependency.
const { Client } = createRequire(new URL("../../packages/server/package.json", import.meta.url))("pg") as {
  readonly Client: new (options: object) => PostgresClient;
};

const postgres = process.env.VESTIBULE_TEST_POSTGRES ?? "postgres://postgres@127.0.0.1:5432/test";
const schema = `nodes_${randomBytes(6).toString("hex")}`;

async function query(statement: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: postgres, connectionTimeoutMillis: 3000 });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

const problem = await query(`create schema ${schema}`).then(
  () => undefined,
  (error: unknown) => (error instanceof Error ? error.message : String(error)),
);

if (problem !== undefined) {
  console.warn(
    `\n!!! SKIPPED: two nodes on one database were NOT tested. No PostgreSQL answers at ${postgres} (${problem}).\n`,
  );
  it.skip(`SKIPPED: no PostgreSQL answers at ${postgres}`, () => undefined);
} else {
  describe("two nodes without stickiness", suite);
}

function suite(): void {
  let folder: string;
  let api: TestApi;
  let nodes: readonly ServerProcess[];
  let balancer: Balancer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "vestibule-nodes-"));
    api = await TestApi.start();
    const directory = join(folder, "tenant");
    await mkdir(directory);
    await writeTenant(directory, api.url, "http://localhost:1", { flows });
    const database = `${postgres}?options=-csearch_path%3D${schema}`;
    nodes = await Promise.all(
      [0, 1].map(async () => {
        // One master key: both nodes have the same data folder.
        return new ServerProcess({
          directory,
          dataDir: join(folder, "data"),
          httpPort: await freePort(),
          database,
        });
      }),
    );
    for (const node of nodes) await node.start();
    balancer = await startBalancer(nodes);
  });
  afterAll(async () => {
    await balancer?.close();
    await Promise.all((nodes ?? []).map((node) => node.kill()));
    await api?.close();
    await query(`drop schema ${schema} cascade`);
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    api.reset();
    for (const node of nodes) if (!node.running) await node.start();
  });

  const begin = (): [Person, Progress] => [
    new Person(balancer.url),
    { url: balancer.url, email: newAddress() },
  ];
  const countAccounts = async () =>
    Number((await query(`select count(*)::int as n from ${schema}.accounts`))[0]?.n);

  async function expectOneAccount(person: Person, progress: Progress, before: number) {
    if (progress.end === undefined) throw new Error("the sign-up has no end");
    const tokens = await person.redeem(progress.end, policy);
    expect(tokens.claims).toMatchObject({ emails: [progress.email], name: "Ida Lund", newUser: true });
    expect(await countAccounts()).toBe(before + 1);
    const later = new Person(balancer.url);
    const end = await later.signIn(aPage(await later.open(policy)), progress.email, goodPassword);
    expect((await later.redeem(end, policy)).claims.oid).toBe(tokens.claims.oid);
    return tokens;
  }

  it("let a person sign up, each request at the other node", async () => {
    const before = await countAccounts();
    const [person, progress] = begin();
    for (const step of signUpSteps) await step.run(person, progress);
    const tokens = await expectOneAccount(person, progress, before);
    expect((await person.refresh(tokens, policy)).claims.sub).toBe(tokens.claims.sub);
    expect((await person.open(policy)).kind).toBe("application");
    expect(balancer.answered.every((count) => count > 3)).toBe(true);
  });

  it("make one account of a double click that reaches both", async () => {
    const before = await countAccounts();
    const [person, progress] = begin();
    for (const step of signUpSteps.slice(0, 4)) await step.run(person, progress);
    const create = signUpSteps[4];
    await Promise.all([create?.run(person, progress), create?.run(person, progress)]);
    await signUpSteps[5]?.run(person, progress);
    await expectOneAccount(person, progress, before);
    expect(api.to("/two")).toHaveLength(1);
  });

  it("redeem a code once, whichever is asked", async () => {
    const [person, progress] = begin();
    for (const step of signUpSteps) await step.run(person, progress);
    const { end } = progress;
    if (end === undefined) throw new Error("no end");
    const all = await Promise.all(Array.from({ length: 6 }, () => person.redeem(end, policy)));
    expect(all.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
  });

  it.each([
    ["before creating the account", "/two", "pressing Create"],
    ["before the token", "/three", "going on to the application"],
  ])(
    "survive the death of the one that asks the API %s",
    async (_, path, name) => {
      const before = await countAccounts();
      const [person, progress] = begin();
      let killed: Promise<void> | undefined;
      api.on(
        path,
        () => {
          killed = nodes[balancer.last]?.kill();
          return "handled";
        },
        goOn(),
      );
      for (const step of signUpSteps) {
        if (step.name === name) {
          await expect(step.run(person, progress)).rejects.toThrow();
          await killed;
          expect(nodes.filter(({ running }) => running)).toHaveLength(1);
        }
        // The other node waits until the dead one's lease has ended.
        await step.run(person, progress);
      }
      await expectOneAccount(person, progress, before);
    },
    60_000,
  );
}

interface Balancer {
  readonly url: string;
  /** Index of the node that got the newest request. */
  readonly last: number;
  /** Requests by node. */
  readonly answered: readonly number[];
  close(): Promise<void>;
}

/** Sends each request to the node after the one before; a node that is gone is passed over. */
async function startBalancer(nodes: readonly ServerProcess[]): Promise<Balancer> {
  let last = 0;
  const answered = nodes.map(() => 0);
  const server: Server = createServer((incoming, outgoing) => {
    const next = (last + 1) % nodes.length;
    const index = nodes[next]?.running ? next : (next + 1) % nodes.length;
    last = index;
    answered[index] = (answered[index] ?? 0) + 1;
    const target = new URL(nodes[index]?.url ?? "");
    const passed = request(
      {
        host: "127.0.0.1",
        port: target.port,
        method: incoming.method,
        path: incoming.url,
        headers: incoming.headers,
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    passed.on("error", () => {
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502).end();
    });
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    get last() {
      return last;
    },
    answered,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const flows = {
  [policy]: flow(policy, {
    ...bound({ two: "two", three: "three" }),
    userFlowIdentityProviders: [],
    userAttributeAssignments: collected.map((each) =>
      each.id === "email" ? { ...each, requiresVerification: true } : each,
    ),
  }),
};
