// Finds the Chromium that the browser tests drive, or installs one.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { root, say, tool } from "./bootstrap.mjs";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"];

/** Path of a Chromium; undefined when there is none and none could be installed. */
export function findOrInstallBrowser(node) {
  return find() ?? installFromDebian() ?? installForPlaywright(node);
}

function find() {
  const named = process.env.CHROMIUM;
  if (named) {
    if (runnable(named)) return named;
    say(`CHROMIUM names ${named}, which is not a program that can be run; looking elsewhere.`);
  }
  const onPath = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .flatMap((folder) =>
      names.map((name) => join(folder, process.platform === "win32" ? `${name}.exe` : name)),
    );
  return [...onPath, ...usualPlaces()].find(runnable);
}

function usualPlaces() {
  switch (process.platform) {
    case "darwin":
      return [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
      ];
    case "win32":
      return [process.env.PROGRAMFILES, process.env["PROGRAMFILES(X86)"], process.env.LOCALAPPDATA]
        .filter((folder) => folder !== undefined)
        .flatMap((folder) => [
          join(folder, "Google", "Chrome", "Application", "chrome.exe"),
          join(folder, "Microsoft", "Edge", "Application", "msedge.exe"),
        ]);
    default:
      return [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
        "/snap/bin/chromium",
      ];
  }
}

function installFromDebian() {
  const root = typeof process.getuid === "function" && process.getuid() === 0;
  if (!root || !existsSync("/usr/bin/apt-get")) return undefined;
  say("No browser was found; installing Debian's chromium (apt-get install chromium) ...");
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = () =>
    spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], {
      stdio: ["ignore", "ignore", "inherit"],
      env: environment,
    }).status === 0;
  if (!install()) {
    spawnSync("apt-get", ["update", "-qq"], { stdio: ["ignore", "ignore", "inherit"], env: environment });
    install();
  }
  return find();
}

function installForPlaywright(node) {
  say("No browser was found; installing Playwright's Chromium ...");
  spawnSync(node, [tool("playwright-core", "cli.js"), "install", "--no-shell", "chromium"], {
    cwd: root,
    stdio: "inherit",
  });
  const asked = spawnSync(
    node,
    ["--input-type=module", "-e", "console.log((await import('playwright-core')).chromium.executablePath())"],
    { cwd: root, encoding: "utf8" },
  );
  const path = asked.stdout?.trim();
  return path && runnable(path) ? path : undefined;
}

function runnable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
