// What every script of this repository needs first: the libraries, and the Node that the code is written for.
// Runs on Node 18 with nothing installed, so it imports nothing but Node itself.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const marker = join(modules, ".vestibule-installed");
const pinnedNode = join(modules, "node", "bin", process.platform === "win32" ? "node.exe" : "node");
const oldestNode = 24;

/** Installs what is missing and returns the path of the Node to run everything else with. Ends the process on failure. */
export function prepare() {
  const wanted = lockHash();
  if (!existsSync(marker) || readFileSync(marker, "utf8") !== wanted) {
    say("Installing what is missing (npm install); the first time takes about half a minute ...");
    // Without --no-save an npm of another version would rewrite package-lock.json in a clean clone.
    const installed = npm(["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"]);
    if (installed !== 0)
      stop(`npm install failed with exit code ${installed}. Its own messages stand above.`);
    writeFileSync(marker, wanted);
  }
  return findNode();
}

/** Compiles every package (`tsc -b`); ends the process when the code does not compile. */
export function build(node) {
  const code = run(node, [join(modules, "typescript", "bin", "tsc"), "-b"]);
  if (code !== 0) stop("The code does not compile; the compiler's messages stand above.");
}

/** Runs Node to its end with these arguments and this terminal; returns its exit code. */
export function run(node, args, env = {}) {
  const done = spawnSync(node, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
  if (done.error) stop(`${node} could not be started: ${done.error.message}`);
  return done.status ?? 1;
}

/** Runs Node until it ends or this process is told to stop, and ends with its exit code. */
export function runUntilStopped(node, args) {
  const child = spawn(node, args, { cwd: root, stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    // Ctrl-C reaches the child by itself, since it belongs to the same terminal; a lone `kill` does not.
    process.on(signal, () => signal !== "SIGINT" && child.kill(signal));
  }
  child.on("error", (error) => stop(`${node} could not be started: ${error.message}`));
  child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

export function say(line) {
  process.stdout.write(`${line}\n`);
}

export function stop(line) {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

export function tool(...path) {
  return join(modules, ...path);
}

/** Runs npm itself, with the npm that started this script where there is one. */
export function npm(args) {
  const through = process.env.npm_execpath;
  const [command, first] =
    through && /\.c?js$/.test(through) && existsSync(through) ? [process.execPath, [through]] : ["npm", []];
  const done = spawnSync(command, [...first, ...args], {
    cwd: root,
    stdio: "inherit",
    shell: command === "npm" && process.platform === "win32",
  });
  if (done.error) stop(`npm could not be started: ${done.error.message}`);
  return done.status ?? 1;
}

function lockHash() {
  const hash = createHash("sha256");
  for (const name of ["package.json", "package-lock.json"]) {
    const path = join(root, name);
    if (existsSync(path)) hash.update(readFileSync(path));
  }
  return hash.update(`${process.platform} ${process.arch}`).digest("hex");
}

function findNode() {
  if (works(pinnedNode)) return pinnedNode;
  if (majorOf(process.version) >= oldestNode) return process.execPath;
  // npm settings such as ignore-scripts keep the package `node` from fetching its binary; its own script does it.
  spawnSync(process.execPath, ["installArchSpecificPackage.js"], {
    cwd: join(modules, "node"),
    stdio: "inherit",
  });
  if (works(pinnedNode)) return pinnedNode;
  stop(
    `Vestibule runs on Node ${oldestNode} or newer; this is ${process.version}, and the Node that npm should have ` +
      `brought is not at ${pinnedNode}.\n` +
      "Install Node 24 from https://nodejs.org, or allow install scripts (npm config set ignore-scripts false), " +
      "remove node_modules, and run the command again.",
  );
}

function works(node) {
  if (!existsSync(node)) return false;
  const answer = spawnSync(node, ["--version"], { encoding: "utf8" });
  return answer.status === 0 && majorOf(answer.stdout) >= oldestNode;
}

function majorOf(version) {
  return Number(version.trim().replace(/^v/, "").split(".")[0]);
}
