// npm run bench: side-by-side measurements; prints ratios from one run on one machine.
import { join } from "node:path";
import { build, prepare, root, run } from "./bootstrap.mjs";

const node = prepare();
build(node);
process.exit(run(node, [join(root, "bench", "dist", "index.js"), ...process.argv.slice(2)]));
