// The sample tenant with everything round it, in one process: its API, its identity provider, and `vestibule dev`.
// Run by start.mjs, on the Node that the code is written for, after the build.
import { join } from "node:path";
import { startSampleApi } from "../examples/sample-api/dist/index.js";
import { startSampleSocial } from "../examples/sample-social/dist/index.js";
import { main } from "../packages/server/dist/cli/main.js";
import { root } from "./bootstrap.mjs";

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
