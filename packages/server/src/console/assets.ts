import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** A file of the console that browsers load, below `/dev/`. */
export interface ConsoleAsset {
  /** `/dev/console.css?v=…`: the address changes with the content. */
  readonly url: string;
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
}

const folder = new URL("../../assets/", import.meta.url);

function read(name: string, type: string): ConsoleAsset {
  const body = readFileSync(new URL(name, folder));
  const version = createHash("sha256").update(body).digest("hex").slice(0, 12);
  return { path: `/dev/${name}`, url: `/dev/${name}?v=${version}`, type, body };
}

let assets: { readonly style: ConsoleAsset; readonly script: ConsoleAsset } | undefined;

/** Style sheet and script of the console, read once. */
export function consoleAssets(): { readonly style: ConsoleAsset; readonly script: ConsoleAsset } {
  assets ??= {
    style: read("console.css", "text/css; charset=utf-8"),
    script: read("console.js", "text/javascript; charset=utf-8"),
  };
  return assets;
}
