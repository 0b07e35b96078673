import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

const program = `
import { Worker } from "node:worker_threads";
const { enlargeNursery } = await import(process.argv[1]);
enlargeNursery();
new Worker('console.log(process.getBuiltinModule("node:v8").getHeapSpaceStatistics().find((space) => space.space_name === "new_space").space_size)', { eval: true });
`;

test("a thread that starts later begins with the whole nursery", () => {
  const heap = new URL("heap.ts", import.meta.url).href;
  const size = execFileSync(process.execPath, ["--input-type=module", "-e", program, heap], {
    encoding: "utf8",
  });
  expect(Number(size)).toBeGreaterThanOrEqual(16 * 2 ** 20);
});
