import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadMasterKey } from "./master-key.ts";
import { createSealer } from "./sealed.ts";

const context = { tenantId: "t", kind: "k", name: "n" };

describe("the master key", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "vestibule-key-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test("is made at the first start, for its owner only, and found at the next", async () => {
    const data = join(folder, "data");
    const sealed = createSealer(loadMasterKey(data, {})).seal(context, "secret");
    expect((await stat(join(data, "master.key"))).mode & 0o777).toBe(0o600);
    expect(createSealer(loadMasterKey(data, {})).open(context, sealed)).toBe("secret");
  });

  test("comes from the environment where it is set there, and leaves no file", async () => {
    const value = Buffer.alloc(32, 5).toString("base64");
    loadMasterKey(folder, { VESTIBULE_MASTER_KEY: value });
    await expect(stat(join(folder, "master.key"))).rejects.toThrow();
  });

  test.each([
    "short",
    Buffer.alloc(31).toString("base64"),
    Buffer.alloc(33).toString("base64"),
    "%".repeat(43),
  ])("refuses %j without repeating it", async (value) => {
    const load = () => loadMasterKey(folder, { VESTIBULE_MASTER_KEY: value });
    expect(load).toThrow("32 random bytes in base64");
    expect(load).not.toThrow(value);
  });

  test("refuses a damaged file and keeps it", async () => {
    await writeFile(join(folder, "master.key"), "damaged");
    expect(() => loadMasterKey(folder, {})).toThrow("master.key");
    expect(await readFile(join(folder, "master.key"), "utf8")).toBe("damaged");
  });

  test("digests keep their purpose and parts apart", () => {
    const key = loadMasterKey(folder, {});
    const digests = [
      key.digest("a", "b", "c"),
      key.digest("a", "bc"),
      key.digest("ab", "c"),
      key.digest("a,b", "c"),
    ];
    expect(new Set(digests).size).toBe(4);
    expect(key.digest("a", "b", "c")).toBe(digests[0]);
  });
});
