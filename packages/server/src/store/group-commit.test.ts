import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CompiledQuery } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SqliteFile } from "./sqlite-dialect.ts";

const query = (sql: string, ...parameters: unknown[]) => CompiledQuery.raw(sql, parameters);
const insert = (id: number) => query("insert into numbers (id) values (?)", id);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vestibule-group-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("writes of one moment", () => {
  let path: string;
  let file: SqliteFile;
  /** Another process' view: it sees what is committed. */
  let other: DatabaseSync;
  let count = 0;

  beforeEach(async () => {
    count += 1;
    path = join(folder, `${count}.db`);
    file = new SqliteFile(path);
    file.run("create table numbers (id integer primary key)", []);
    other = new DatabaseSync(path);
    return async () => {
      other.close();
      await file.end();
    };
  });

  const committed = () =>
    other
      .prepare("select id from numbers order by id")
      .all()
      .map((row) => row.id);

  test("are committed before anybody is answered, and share one commit", async () => {
    const version = () => Number(other.prepare("pragma data_version").get()?.data_version);
    const before = version();
    const seen = await Promise.all([1, 2, 3].map(async (id) => file.write([insert(id)]).then(committed)));
    expect(seen).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(version()).toBe(before + 1);
  });

  test("are not read before they are committed", async () => {
    const writing = file.write([insert(1)]);
    const read = await file.read(query("select id from numbers"));
    expect(read.rows).toEqual([]);
    await writing;
    expect((await file.read(query("select id from numbers"))).rows).toHaveLength(1);
  });

  test("fail alone: the others are written, and nothing of the failing one is", async () => {
    file.run("insert into numbers (id) values (7)", []);
    const results = await Promise.allSettled([
      file.write([insert(1)]),
      file.write([insert(2), insert(7)]),
      file.write([insert(3)]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(results[1]).toMatchObject({ reason: { message: expect.stringContaining("UNIQUE") } });
    expect(committed()).toEqual([1, 3, 7]);
  });

  test("wait for a transaction that is under way, and for another process that writes", async () => {
    const release = await file.acquire();
    await file.begin("FULL");
    file.run("insert into numbers (id) values (1)", []);
    const writing = file.write([query("insert into numbers select max(id) + 1 from numbers")]);
    const reading = file.read(query("select count(*) as count from numbers"));
    file.commit();
    other.exec("begin immediate; insert into numbers values (5)");
    release();
    expect((await reading).rows[0]).toEqual({ count: expect.any(Number) });
    other.exec("commit");
    await writing;
    expect(committed()).toEqual([1, 5, 6]);
  });

  test("tell how many rows they changed and return what they were asked for", async () => {
    const [[first], [second]] = await Promise.all([
      file.write([query("insert into numbers values (1), (2)")]),
      file.write([query("update numbers set id = id + 10 where id = 2 returning id")]),
    ]);
    expect(first?.numAffectedRows).toBe(2n);
    expect(second?.rows).toEqual([{ id: 12 }]);
  });

  test("are still made when the file is closed right after", async () => {
    const writing = file.write([insert(4)]);
    await file.end();
    await writing;
    expect(committed()).toEqual([4]);
    await expect(file.write([insert(5)])).rejects.toThrow("not open");
  });
});
