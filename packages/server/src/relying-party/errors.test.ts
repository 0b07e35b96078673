import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { describeError, errorCatalogue, ProtocolError } from "./errors.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));

test("every code of the room stands in the catalogue, and every entry is used", async () => {
  const used = new Set<string>();
  for (const file of await readdir(folder)) {
    if (!file.endsWith(".ts") || file.endsWith(".test.ts") || file === "errors.ts") continue;
    const text = await readFile(`${folder}${file}`, "utf8");
    for (const [, key = ""] of text.matchAll(/"(AADB2C\d{5}(?:\/\w+)?)"/g)) used.add(key);
  }
  expect([...used].sort()).toEqual(Object.keys(errorCatalogue).sort());
});

test.each(Object.entries(errorCatalogue))("%s is a sentence with an OAuth error", (_, entry) => {
  expect(entry.error).toMatch(/^[a-z_]+$/);
  expect([400, 401, 404, 405, 429, 500]).toContain(entry.status);
  expect(entry.text).toMatch(/^[A-Z][^\r\n<>]+$/);
});

test("what is filled in breaks no line and is cut", () => {
  const error = new ProtocolError("AADB2C90018", ["a\r\nSet-Cookie: b", "x".repeat(5000)]);
  expect(error.message).not.toMatch(/[\r\n]/);
  expect(error.message.length).toBeLessThan(1200);
  expect(describeError("AADB2C1", "a\r\nb", "id", 0)).toBe(
    "AADB2C1: a b\r\nCorrelation ID: id\r\nTimestamp: 1970-01-01 00:00:00Z\r\n",
  );
});
