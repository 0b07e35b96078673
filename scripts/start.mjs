// npm start: installs what is missing, builds, and serves the sample tenant with its sample API and identity provider.
// What follows `--` goes to `vestibule dev`: npm start -- --http-port 8080
import { join } from "node:path";
import { build, prepare, root, runUntilStopped } from "./bootstrap.mjs";

const node = prepare();
build(node);
runUntilStopped(node, [join(root, "scripts", "sample.mjs"), ...process.argv.slice(2)]);
