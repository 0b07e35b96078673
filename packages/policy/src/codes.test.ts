import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { policyDiagnostics } from "./codes.ts";

const sources = new URL(".", import.meta.url);
const text = readdirSync(sources, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.endsWith("test.ts") && file !== "codes.ts")
  .map((file) => readFileSync(new URL(file, sources), "utf8"))
  .join("\n");
const raised = new Set([...text.matchAll(/"(PL\d{3})"/g)].map(([, code]) => code));
const samples = readdirSync(new URL("../test/bad/", sources)).map((file) => file.slice(0, 5));
const tests = readdirSync(sources, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith("test.ts"))
  .map((file) => readFileSync(new URL(file, sources), "utf8"))
  .join("\n");

describe("the catalogue of diagnostics", () => {
  it("explains every code that is raised, and no other", () => {
    expect([...raised].sort()).toEqual(Object.keys(policyDiagnostics).sort());
  });

  it("has a bad sample or a test for every code", () => {
    const covered = new Set([...samples, ...[...tests.matchAll(/PL\d{3}/g)].map(([code]) => code)]);
    expect(Object.keys(policyDiagnostics).filter((code) => !covered.has(code))).toEqual([]);
  });
});
