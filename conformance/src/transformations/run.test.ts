import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Report } from "../report.ts";
import { runTransformationCases } from "./run.ts";

const path = new URL("../../vectors/claims-transformations.json", import.meta.url).pathname;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "conformance-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(file: string) {
  const lines: string[] = [];
  const report = new Report((line) => lines.push(line));
  await runTransformationCases(file, report);
  report.summary();
  return { report, lines };
}

it("every case of the shared file passes", async () => {
  const { report, lines } = await run(path);
  expect(lines).toEqual([`${report.passed} passed, 0 failed`]);
  expect(report.passed).toBeGreaterThanOrEqual(269);
});

// A runner that lets everything pass proves nothing: each kind of expectation must be able to fail.
const wrong: Readonly<Record<string, object>> = {
  "AndClaims: docs: true and false": {
    outputs: [{ type: "outputClaim", dataType: "boolean", value: true }],
  },
  "AndClaims: second claim absent is an error": { error: { kind: "runtime" } },
  "CopyClaim: docs": { outputs: [{ type: "outputClaim", dataType: "string", value: null }] },
  "StringSplit: docs": { outputs: [{ type: "outputClaim", dataType: "stringCollection", value: ["Admin"] }] },
  "ConvertDateToDateTimeClaim: docs": {
    outputs: [{ type: "outputClaim", dataType: "dateTime", value: "2022-01-03T00:00:00.0000001Z" }],
  },
  "CreateJsonArray: docs": {
    outputs: [{ type: "outputClaim", dataType: "string", value: "[]", compare: "json" }],
  },
  "CreateOtpSecret: docs: 16 base32 characters, lower case": {
    outputs: [{ type: "outputClaim", dataType: "string", matches: "^[a-z]{4}$" }],
  },
  "Hash: unit test inputs": {
    outputs: [{ type: "hash", dataType: "string", matches: "^[A-Za-z0-9+/]{43}=$", length: 43 }],
  },
  "AssertNumber: docs: 10 GreaterThan 5 raises": {
    error: { kind: "assertion", metadataKey: "DateTimeGreaterThan" },
  },
  "AssertStringClaimsAreEqual: unit test: abc and aaa": {
    error: { kind: "assertion", defaultMessage: "Other." },
  },
  "StringContains: docs": { error: { kind: "policyValidation" } },
  "NotClaims: not true": { inputs: [{ type: "inputClaim", dataType: "string", value: "x" }] },
};

it("wrong expectations fail, each in its own case", async () => {
  const cases: { method: string; name: string }[] = JSON.parse(await readFile(path, "utf8"));
  const changed = cases.map((each) => ({ ...each, ...wrong[`${each.method}: ${each.name}`] }));
  const file = join(folder, "wrong.json");
  await writeFile(file, JSON.stringify(changed));
  const { lines } = await run(file);
  const failed = lines.filter((line) => line.startsWith("FAILED"));
  const names = Object.keys(wrong);
  expect(failed).toHaveLength(names.length);
  for (const name of names) expect(failed.some((line) => line.startsWith(`FAILED ${name}:`))).toBe(true);
});

it("a case that leaves lists out, or that no method knows, is judged and stops nothing", async () => {
  const file = join(folder, "odd.json");
  const odd = [
    { method: "GetCurrentDateTime", name: "no lists", error: { kind: "policyValidation" } },
    { method: "Nonsense", name: "unknown", error: { kind: "policyValidation" } },
    { method: "Nonsense", name: "unknown, but expected to run" },
    {
      method: "AdjustNumber",
      name: "no number",
      inputs: [{ type: "inputClaim", dataType: "int", value: "x" }],
    },
  ];
  await writeFile(file, JSON.stringify(odd));
  const { report } = await run(file);
  expect([report.passed, report.failed]).toEqual([2, 2]);
});
