// Writes docs/reference and packages/connector/schema from the code that runs; with --check it writes nothing and fails
// where a file would change.
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
const { contractFiles } = await import("./reference/contract.mjs");

/** Every file of these folders is generated: what no code makes any more is removed. */
const folders = [
  [join("docs", "reference"), pages],
  [join("packages", "connector", "schema"), contractFiles],
];

for (const [name, files] of folders) {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  const drifted = [...files].filter(([file, text]) => {
    const path = join(folder, file);
    return !existsSync(path) || readFileSync(path, "utf8") !== text;
  });
  const orphans = readdirSync(folder).filter((file) => !files.has(file));
  if (rest.includes("--check")) {
    const wrong = [...drifted.map(([file]) => file), ...orphans];
    if (wrong.length > 0)
      stop(
        `${name} does not say what the code does: ${wrong.join(", ")}. Run npm run reference, then commit.`,
      );
    say(`${name}: ${files.size} files, all as the code says.`);
  } else {
    for (const [file, text] of drifted) writeFileSync(join(folder, file), text);
    for (const file of orphans) rmSync(join(folder, file));
    say(`${name}: ${files.size} files, ${drifted.length + orphans.length} changed.`);
  }
}
