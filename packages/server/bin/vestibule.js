#!/usr/bin/env node
import { existsSync } from "node:fs";

if (Number(process.versions.node.split(".")[0]) < 24) {
  process.stderr.write(
    `Vestibule needs Node 24 or newer; this is ${process.version}. Inside the repository, npx vestibule runs the right one.\n`,
  );
  process.exit(1);
}
const program = new URL("../dist/cli/main.js", import.meta.url);
if (!existsSync(program)) {
  process.stderr.write(
    "Vestibule is not built yet. Run npm start or npm run build in the repository first.\n",
  );
  process.exit(1);
}
// Before anything loads the database.
await import("../dist/cli/sqlite-warning.js");
const { main } = await import(program.href);
process.exit(await main(process.argv.slice(2)));
