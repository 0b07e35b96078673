import { readdirSync, readFileSync } from "node:fs";

/** A fenced code block whose first line carries a marker, such as ` ```json file=tenant.json `. */
export interface CodeBlock {
  /** `user-flows.md:20`, for the names of tests. */
  readonly place: string;
  readonly language: string;
  /** Words behind the language: `file=tenant.json` → `file`, `tenant.json`; a bare word has the value "". */
  readonly marks: ReadonlyMap<string, string>;
  readonly text: string;
}

/** The marked code blocks of each guide of this folder, in their order. */
export function guides(): readonly { readonly name: string; readonly blocks: readonly CodeBlock[] }[] {
  const folder = new URL("./", import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .map((name) => ({ name, blocks: codeBlocks(name, readFileSync(new URL(name, folder), "utf8")) }));
}

function codeBlocks(name: string, markdown: string): readonly CodeBlock[] {
  return [...markdown.matchAll(/^```(\w+) (\S.*)\n([\s\S]*?)^```$/gm)].map((match) => {
    const [, language = "", words = "", text = ""] = match;
    const marks = words.split(/\s+/).map((word): [string, string] => {
      const at = word.indexOf("=");
      return at < 0 ? [word, ""] : [word.slice(0, at), word.slice(at + 1)];
    });
    const line = markdown.slice(0, match.index).split("\n").length;
    return { place: `${name}:${line}`, language, marks: new Map(marks), text };
  });
}

/** Sends what a documented `curl` line would send. Understands -s, -u, -H, -d, -X and quotes, and nothing else. */
export async function runCurl(line: string): Promise<Response> {
  const words = [...line.trim().matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? "",
  );
  if (words.shift() !== "curl") throw new Error(`no curl command: ${line}`);
  const headers = new Headers();
  const data: string[] = [];
  let method: string | undefined;
  let url: string | undefined;
  while (words.length > 0) {
    const word = words.shift() ?? "";
    if (word === "-s") continue;
    if (!word.startsWith("-")) {
      url = word;
      continue;
    }
    const value = words.shift() ?? "";
    if (word === "-u") headers.set("authorization", `Basic ${Buffer.from(value).toString("base64")}`);
    else if (word === "-H")
      headers.set(value.slice(0, value.indexOf(":")), value.slice(value.indexOf(":") + 1));
    else if (word === "-d") data.push(value);
    else if (word === "-X") method = value;
    else throw new Error(`curl ${word} is not understood`);
  }
  if (url === undefined) throw new Error(`no address: ${line}`);
  if (data.length > 0 && !headers.has("content-type")) {
    headers.set("content-type", "application/x-www-form-urlencoded");
  }
  return fetch(url, {
    method: method ?? (data.length > 0 ? "POST" : "GET"),
    headers,
    ...(data.length > 0 && { body: data.join("&") }),
  });
}
