import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { metadataItems } from "./metadata-items.ts";

const root = join(import.meta.dirname, "..");
const sources = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !/\.(test|fixture)\.ts$|testing|metadata-items/.test(file))
  .map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));
const all = sources.map(({ text }) => text).join("\n");
const listed = Object.values(metadataItems).flat();

it("lists no item that nothing reads, unless it says that it has no effect", () => {
  const unread = listed.filter(({ key, inert }) => {
    const literal = new RegExp(`["\`]${key.replaceAll(".", "\\.")}["\`]`);
    // An item with a prefix is read as what follows it.
    return !inert && !literal.test(all) && !all.includes(`${key.replace(/^setting\./, "")}:`);
  });
  expect(unread.map(({ key }) => key)).toEqual([]);
});

it("lists every item that a technical profile's metadata is asked for", () => {
  const known = new Set(listed.filter(({ inert }) => !inert).map(({ key }) => key.toLowerCase()));
  const asked = sources
    .filter(({ file }) => /^(profiles|program|journey)\b/.test(file))
    .flatMap(({ file, text }) =>
      [...text.matchAll(/(?:metadataItem|booleanItem)\(\s*[\w.{}?[\] ]*metadata[^,]*,\s*"([^"]+)"/g)].map(
        ([, key = ""]) => ({ file, key }),
      ),
    );
  expect(asked.length).toBeGreaterThan(30);
  // Ours are listed with the connectors' own items.
  const missing = asked.filter(({ key }) => !key.startsWith("vestibule.") && !known.has(key.toLowerCase()));
  expect(missing).toEqual([]);
});

it("says of every item what it does, in a sentence, once a kind", () => {
  for (const [kind, items] of Object.entries(metadataItems)) {
    const keys = items.map(({ key }) => key.toLowerCase());
    expect(new Set(keys).size, kind).toBe(keys.length);
    for (const { key, describe } of items) expect(describe, key).toMatch(/^\S.*\.$/);
  }
});
