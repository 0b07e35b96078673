// npm run -s conformance -- SUITE FILE... [--option value]: runs cases from files against the server; the last line is `N passed, M failed`.
import { join } from "node:path";
import { build, prepare, root, run } from "./bootstrap.mjs";

const node = prepare();
build(node);
process.exit(run(node, [join(root, "conformance", "dist", "index.js"), ...process.argv.slice(2)]));
