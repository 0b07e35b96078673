import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, describe, expect, test } from "vitest";
import { openStore } from "./open-store.ts";
import { storeSuite } from "./store.suite.ts";
import { cheapHashing, suiteMasterKey } from "./suite-fixtures.ts";

const server = process.env.VESTIBULE_TEST_POSTGRES ?? "postgres://postgres@127.0.0.1:5432/test";
const schema = `store_${randomBytes(6).toString("hex")}`;

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server, connectionTimeoutMillis: 3000 });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

const problem = await administer(`create schema ${schema}`).then(
  () => undefined,
  (error: unknown) => (error instanceof Error ? error.message : String(error)),
);

if (problem !== undefined) {
  console.warn(
    `\n!!! SKIPPED: the store was NOT tested on PostgreSQL. No server answers at ${server} (${problem}).\n` +
      "!!! Start one there, or name one in VESTIBULE_TEST_POSTGRES.\n",
  );
  test.skip(`SKIPPED: no PostgreSQL answers at ${server}`, () => undefined);
} else {
  describe("the store on PostgreSQL", () => {
    afterAll(() => administer(`drop schema ${schema} cascade`));
    const url = `${server}?options=-csearch_path%3D${schema}`;
    // The suites together open many stores, and a server has a hundred connections for all.
    const connections = 8;
    storeSuite((options) => openStore({ url, connections, passwordHashing: cheapHashing, ...options }), {
      nodesShareJourneys: true,
    });

    test("a journey whose node died is free again when its lease ends", async () => {
      const store = await openStore({ url, connections, masterKey: suiteMasterKey, clock: Date });
      await administer(
        `insert into ${schema}.journey_leases values
         ('tenant-a', 'journey-x', 'dead node', extract(epoch from clock_timestamp()) * 1000 + 400)`,
      );
      const begun = performance.now();
      expect(await store.journeys.exclusively("tenant-a", "journey-x", async () => "mine")).toBe("mine");
      expect(performance.now() - begun).toBeGreaterThan(200);
      await store.close();
    });
  });
}
