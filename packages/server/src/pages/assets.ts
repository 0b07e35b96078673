import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** One file of our own that browsers load. */
export interface Asset {
  /** `page.css`. */
  readonly name: string;
  /** `/static/page.<hash>.css`. */
  readonly url: string;
  readonly type: string;
  readonly body: Buffer;
  /** Strong entity tag, quotes included. */
  readonly etag: string;
}

const folder = new URL("../../assets/", import.meta.url);

function readAsset(name: string, type: string): Asset {
  const body = readFileSync(new URL(name, folder));
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
  const [stem = name, extension = ""] = name.split(".");
  return { name, url: `/static/${stem}.${hash}.${extension}`, type, body, etag: `"${hash}"` };
}

let read: { readonly style: Asset; readonly script: Asset } | undefined;

/** Style sheet and script of the pages, read once. */
export function pageAssets(): { readonly style: Asset; readonly script: Asset } {
  read ??= {
    style: readAsset("page.css", "text/css; charset=utf-8"),
    script: readAsset("page.js", "text/javascript; charset=utf-8"),
  };
  return read;
}
