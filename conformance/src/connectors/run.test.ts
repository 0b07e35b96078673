import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Report } from "../report.ts";
import { runConnectorCases } from "./run.ts";

const path = new URL("../../vectors/api-connector-requests.json", import.meta.url).pathname;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "conformance-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(file: string) {
  const lines: string[] = [];
  const report = new Report((line) => lines.push(line));
  await runConnectorCases(file, report);
  report.summary();
  return { report, lines };
}

it("every case of the shared file passes that does not need a part that is still to be built", async () => {
  const { report, lines } = await run(path);
  expect(lines.filter((line) => line.startsWith("FAILED"))).toEqual([]);
  expect(report.passed).toBeGreaterThanOrEqual(109);
  expect(lines.filter((line) => line.startsWith("SKIPPED")).every((line) => /not built yet/.test(line))).toBe(
    true,
  );
  expect(lines.at(-1)).toBe(`${report.passed} passed, 0 failed`);
});

// A runner that lets everything pass proves nothing: each kind of expectation must be able to fail.
const wrong: Readonly<Record<string, object>> = {
  "UF-03": {
    request: { body: {}, headers: {}, method: "POST", url: "https://api.fabrikam.example/signup?code=k-123" },
  },
  "UF-08": { expected: { tokenClaims: { extension_Roles: "writer" } } },
  "UF-09": { expected: { outcome: "continue", prefill: { givenName: "Nils" } } },
  "UF-10": { expected: { outcome: "block", message: "Other." } },
  "UF-12": { expected: { outcome: "continue", stored: { LoyaltyTier: 3 } } },
  "UF-16": { expected: { outcome: "continue", stored: { Nickname: "Idis" } } },
  "UF-19": { expected: { outcome: "continue", warnings: ["unknown-claim:bar"] } },
  "UF-20": { expected: { outcome: "page", errorCode: "AADB2C90075" } },
  "UF-32": { expected: { outcome: "continue", strictMode: { outcome: "continue" } } },
  "UF-37": { expected: { outcome: "page", numberOfAttempts: 3 } },
  "UF-38": { expected: { outcome: "rp-error", errorDescriptionStartsWith: "AADB2C90255" } },
  "UF-40": { expected: { outcome: "continue", tokenClaims: { postalCode: "1" } } },
  "UF-44": { expected: { outcome: "block" } },
  "UF-46": { expected: { outcome: "block", htmlContains: "<b>Stop</b>" } },
  "UF-47": { expected: { presented: "A", isActive: ["B"] } },
  "UF-50": { mustNotAppearInLogsOrMessages: ["PreUserWriteRestful"] },
  "RT-01": { expected: { json: {} } },
  "RT-11": { expected: { outcome: "continue", claims: { email: "x" } } },
  "RT-15": { expected: { outcome: "page", laterProfilesRun: true } },
  "RT-22": { expected: { outcome: "rp-error", errorDescription: "AADB2C90075: x" } },
  "RT-26": { expected: { called: [], outcome: "continue" } },
  "RT-28": { expected: { called: ["REST-A"], outcome: "continue", visibleInNextStep: { promoCode: true } } },
  "RT-30": { expected: { requestSent: false, errorCode: "AADB2C90194" } },
  "RT-32": { transportFailures: 9 },
};

it("wrong expectations fail, each in its own case", async () => {
  const text = await readFile(path, "utf8");
  const file = join(folder, "wrong.json");
  const change = (_key: string, value: { id?: string } | undefined) =>
    value?.id !== undefined && wrong[value.id] ? { ...value, ...wrong[value.id] } : value;
  await writeFile(file, JSON.stringify(JSON.parse(text, change)));
  const { lines } = await run(file);
  const failed = lines.filter((line) => line.startsWith("FAILED"));
  expect(failed.map((line) => line.split(/[ :]/, 2)[1]).sort()).toEqual(Object.keys(wrong).sort());
});
