// Writes docs/reference from the code that runs; with --check it writes nothing and fails where a page would change.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, prepare, root, run, say, stop } from "./bootstrap.mjs";

const [mode, ...rest] = process.argv.slice(2);
if (mode !== "--built") {
  const node = prepare();
  build(node);
  process.exit(run(node, [fileURLToPath(import.meta.url), "--built", ...process.argv.slice(2)]));
}

const { pages } = await import("./reference/pages.mjs");
const folder = join(root, "docs", "reference");
mkdirSync(folder, { recursive: true });
const drifted = [];
for (const [name, text] of pages) {
  const path = join(folder, name);
  const now = existsSync(path) ? readFileSync(path, "utf8") : undefined;
  if (now !== text) drifted.push({ name, path, text });
}
const orphans = readdirSync(folder).filter((name) => name.endsWith(".md") && !pages.has(name));

if (rest.includes("--check")) {
  const names = [...drifted.map(({ name }) => name), ...orphans];
  if (names.length > 0)
    stop(
      `docs/reference does not say what the code does: ${names.join(", ")}. Run npm run reference, then commit.`,
    );
  say(`docs/reference: ${pages.size} pages, all as the code says.`);
} else {
  for (const { path, text } of drifted) writeFileSync(path, text);
  for (const name of orphans) rmSync(join(folder, name));
  say(`docs/reference: ${pages.size} pages, ${drifted.length + orphans.length} changed.`);
}
