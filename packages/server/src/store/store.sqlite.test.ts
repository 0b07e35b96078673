import { chmod, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openStore } from "./open-store.ts";
import { createSharedLocks, sharedLocksOf } from "./shared-locks.ts";
import { storeSuite } from "./store.suite.ts";
import { cheapHashing, suiteMasterKey } from "./suite-fixtures.ts";

const folder = await mkdtemp(join(tmpdir(), "vestibule-store-"));
afterAll(() => rm(folder, { recursive: true }));

describe("the store on SQLite", () => {
  storeSuite(
    (options) => openStore({ file: join(folder, "store.db"), passwordHashing: cheapHashing, ...options }),
    { nodesShareJourneys: false },
  );
});

describe("the store of threads that share an SQLite file", () => {
  const memory = createSharedLocks();
  let threads = 0;
  storeSuite(
    (options) =>
      openStore({
        file: join(folder, "shared.db"),
        passwordHashing: cheapHashing,
        locks: sharedLocksOf(memory, threads++),
        ...options,
      }),
    { nodesShareJourneys: true },
  );
});

test.skipIf(process.platform === "win32")("a new database is its owner's alone, in any folder", async () => {
  const open = await mkdtemp(join(folder, "open-"));
  await chmod(open, 0o755);
  const store = await openStore({
    file: join(open, "vestibule.sqlite"),
    masterKey: suiteMasterKey,
    clock: { now: Date.now },
  });
  const names = await readdir(open);
  expect(names).toContain("vestibule.sqlite-wal");
  for (const name of names) expect([name, (await stat(join(open, name))).mode & 0o077]).toEqual([name, 0]);
  await store.close();
});
