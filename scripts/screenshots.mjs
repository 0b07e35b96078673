// npm run screenshots: takes the pictures of docs/images anew, from the sample tenant in a real browser.
import { join } from "node:path";
import { build, prepare, root, run, stop } from "./bootstrap.mjs";
import { findOrInstallBrowser } from "./browser.mjs";

const node = prepare();
build(node);
const browser = findOrInstallBrowser(node);
if (browser === undefined)
  stop("The pictures need Chromium or Chrome, and none was found or could be installed.");
process.exit(run(node, [join(root, "e2e", "screenshots.mjs")], { CHROMIUM: browser }));
