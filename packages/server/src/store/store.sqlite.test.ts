import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe } from "vitest";
import { openStore } from "./open-store.ts";
import { storeSuite } from "./store.suite.ts";
import { cheapHashing } from "./suite-fixtures.ts";

const folder = await mkdtemp(join(tmpdir(), "vestibule-store-"));
afterAll(() => rm(folder, { recursive: true }));

describe("the store on SQLite", () => {
  storeSuite(
    (options) => openStore({ file: join(folder, "store.db"), passwordHashing: cheapHashing, ...options }),
    { nodesShareJourneys: false },
  );
});
