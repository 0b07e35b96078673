// Runs the conformance suites on ../shared and holds them to conformance/floors.json: how many cases of each
// suite passed already. A suite may pass more than its floor, never fewer; --raise writes the new numbers down.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { prepare, root, say, stop } from "./bootstrap.mjs";

const node = prepare();
const shared = join(root, "..", "shared");
const path = join(root, "conformance", "floors.json");
const raise = process.argv.includes("--raise");

if (!existsSync(join(shared, "vectors"))) {
  say("LEFT OUT: the conformance suites: ../shared/vectors is not there");
  process.exit(0);
}

/** Suite name → { arguments: options, and paths below ../shared; passed: floor }. */
const floors = JSON.parse(readFileSync(path, "utf8"));
let fallen = false;
for (const [suite, floor] of Object.entries(floors)) {
  const words = floor.arguments.map((word) => (word.startsWith("--") ? word : join(shared, word)));
  const runner = join(root, "conformance", "dist", "index.js");
  const done = spawnSync(node, [runner, suite, ...words], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const counted = done.stdout?.match(/(\d+) passed, (\d+) failed\s*$/);
  if (!counted) stop(`${suite}: the runner gave no count.\n${done.stdout ?? ""}${done.stderr ?? ""}`);
  const passed = Number(counted[1]);
  say(`${suite}: ${passed} passed, ${counted[2]} failed; the floor is ${floor.passed}`);
  if (passed < floor.passed) {
    say(done.stdout);
    fallen = true;
  }
  if (passed > floor.passed) {
    if (raise) floor.passed = passed;
    else say(`  npm run floors -- --raise would raise the floor to ${passed}`);
  }
}
if (raise) writeFileSync(path, `${JSON.stringify(floors, null, 2)}\n`);
process.exit(fallen ? 1 : 0);
