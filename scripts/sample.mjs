// The sample tenant with everything round it, in one process: its API, its identity provider, and `vestibule dev`.
// Run by start.mjs, on the Node that the code is written for, after the build.
import { join } from "node:path";
import { root } from "./bootstrap.mjs";

// Before anything loads the database.
await import("../packages/server/dist/cli/sqlite-warning.js");
const { startSampleApi } = await import("../examples/sample-api/dist/index.js");
const { startSampleSocial } = await import("../examples/sample-social/dist/index.js");
const { main } = await import("../packages/server/dist/cli/main.js");

const closing = [];
for (const [what, port, start] of [
  ["sample API", 4481, startSampleApi],
  ["sample identity provider", 4482, startSampleSocial],
]) {
  try {
    closing.push(await start({ port }));
  } catch (error) {
    const why = error?.code === "EADDRINUSE" ? `port ${port} is in use by another program` : error?.message;
    process.stderr.write(
      `The ${what} could not start: ${why}. Stop that program, then run npm start again.\n`,
    );
    process.exit(1);
  }
}

const code = await main(["dev", join(root, "examples", "sample-tenant"), ...process.argv.slice(2)]);
await Promise.allSettled(closing.map((one) => one.close()));
process.exit(code);
