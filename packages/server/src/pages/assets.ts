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

// The parts of the pages' script share one scope and are sent as one file, in this order. They are no modules: a
// template's scripts expect `$element` to be there before them (pages.md 4.8 S3).
const scriptParts = [
  "server",
  "display",
  "checks",
  "submit",
  "verification",
  "controls",
  "phone",
  "own-look",
  "start",
];

// Sent as one file, too.
const styleParts = ["page.css", "page-controls.css", "page-second-factor.css"];

function joinedStyle(): Buffer {
  return Buffer.concat(styleParts.map((part) => readFileSync(new URL(part, folder))));
}

function joinedScript(): Buffer {
  const parts = scriptParts.map((part) => readFileSync(new URL(`page/${part}.js`, folder), "utf8"));
  return Buffer.from(`(() => {\n"use strict";\n${parts.join("\n")}})();\n`);
}

function makeAsset(name: string, type: string, body: Buffer): Asset {
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
  const [stem = name, extension = ""] = name.split(".");
  return { name, url: `/static/${stem}.${hash}.${extension}`, type, body, etag: `"${hash}"` };
}

let read: { readonly style: Asset; readonly script: Asset } | undefined;

/** Style sheet and script of the pages, read once. */
export function pageAssets(): { readonly style: Asset; readonly script: Asset } {
  read ??= {
    style: makeAsset("page.css", "text/css; charset=utf-8", joinedStyle()),
    script: makeAsset("page.js", "text/javascript; charset=utf-8", joinedScript()),
  };
  return read;
}
