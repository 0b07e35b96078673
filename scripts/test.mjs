// npm test: installs what is missing (the browser too), builds, and runs every test. What follows `--` goes to Vitest.
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { build, prepare, root, run, say, stop, tool } from "./bootstrap.mjs";
import { findOrInstallBrowser } from "./browser.mjs";

const node = prepare();
build(node);

const leftOut = [];
const env = {};

if (process.env.WITHOUT_BROWSER) {
  leftOut.push("the browser tests: WITHOUT_BROWSER is set");
} else {
  const browser = findOrInstallBrowser(node);
  if (browser === undefined) {
    stop(
      "The tests need Chromium or Chrome, and none was found or could be installed.\n" +
        "Set CHROMIUM to its path, or set WITHOUT_BROWSER=1 to leave the browser tests out.",
    );
  }
  env.CHROMIUM = browser;
}
if (!(await answers("127.0.0.1", 5432)) && !process.env.VESTIBULE_TEST_POSTGRES) {
  leftOut.push(
    "everything on PostgreSQL: nothing answers at 127.0.0.1:5432 and VESTIBULE_TEST_POSTGRES is not set",
  );
}
if (!existsSync(join(root, "..", "shared", "vectors"))) {
  leftOut.push("the vector files: ../shared/vectors is not there (the cases kept in this repository run)");
}

const code = run(node, [tool("vitest", "vitest.mjs"), "run", ...process.argv.slice(2)], env);
for (const part of leftOut) say(`LEFT OUT: ${part}`);
process.exit(code);

function answers(host, port) {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 });
    const end = (result) => {
      socket.destroy();
      resolve(result);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
    socket.once("timeout", () => end(false));
  });
}
