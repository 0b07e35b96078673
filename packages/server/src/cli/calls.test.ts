import { cp, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CallRecord } from "@vestibule/engine";
import { beforeAll, describe, expect, it } from "vitest";
import { loadMasterKey } from "../keys/master-key.ts";
import { openStore } from "../store/open-store.ts";
import { readTenant } from "../tenant/read-tenant.ts";
import { calls } from "./calls.ts";
import { readInvocation } from "./options.ts";

let folder: string;
let directory: string;
let dataDir: string;

const call = (id: string, at: number, more: Partial<CallRecord> = {}): CallRecord => ({
  id,
  correlationId: `journey-of-${id}`,
  at,
  policyId: "B2C_1_signup_signin",
  step: 7,
  technicalProfile: "PreUserWriteRestful",
  connectorStep: "PostAttributeCollection",
  connectorId: "before-creating",
  request: {
    method: "POST",
    url: "https://api.example/before-creating",
    headers: { authorization: "******" },
    body: '{"step":"PostAttributeCollection"}',
  },
  response: { status: 200, headers: {}, body: '{"action":"Continue","extension_LoyaltyTir":"Gold"}' },
  attempts: [
    { duration: 12, status: 200, timings: { dns: 1, connect: 2, tls: 3, firstByte: 5.5, body: 0.5 } },
  ],
  duration: 12,
  decision: "continue",
  verdicts: [
    { name: "extension_LoyaltyNumber", verdict: "used", claim: "extension_LoyaltyNumber", value: "12" },
    {
      name: "extension_LoyaltyTir",
      verdict: "ignored",
      reason: "no attribute has this name",
      nearest: "extension_LoyaltyTier",
    },
  ],
  warnings: ["version-missing"],
  ...more,
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vestibule-calls-"));
  directory = join(folder, "tenant");
  dataDir = join(folder, "data");
  await cp(join(import.meta.dirname, "../../../../examples/sample-tenant"), directory, { recursive: true });
  const { tenant } = await readTenant(directory, { mode: "development" });
  const { mkdir } = await import("node:fs/promises");
  await mkdir(dataDir, { recursive: true });
  const store = await openStore({
    file: join(dataDir, "vestibule.sqlite"),
    masterKey: await loadMasterKey(dataDir),
    clock: { now: Date.now },
  });
  const id = tenant?.id ?? "";
  const now = Date.now();
  const { response: _none, ...unanswered } = call("second", now);
  await store.observations.addCall(id, call("first", now - 1000));
  await store.observations.addCall(id, {
    ...unanswered,
    failure: { kind: "timeout", detail: "No complete answer within 5000 ms." },
    decision: "fail",
    verdicts: [],
    attempts: [{ duration: 5000, failure: "timeout" }],
  });
  await store.observations.addCall("another-tenant", call("foreign", now));
  await store.close();
});

async function run(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const invocation = readInvocation(["calls", ...argv, "--data-dir", dataDir], {});
  if (typeof invocation === "string") throw new Error(invocation);
  const code = await calls(invocation, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out, err };
}

describe("vestibule calls", () => {
  it("lists the newest calls of the tenant, and those that words name", async () => {
    const { code, out } = await run(directory);
    expect(code).toBe(0);
    expect(out).toHaveLength(2);
    expect(out[0]).toMatch(/before-creating +timeout +fail .*second$/);
    expect((await run(directory, "CONTINUE", "before-creating")).out).toHaveLength(1);
    expect((await run(directory, "--limit", "1")).out).toHaveLength(1);
    expect(await run(directory, "no-such-connector")).toMatchObject({ code: 1, out: [] });
    expect((await run(directory, "foreign")).code).toBe(1);
  });

  it("shows one call with its tries and a verdict for each claim", async () => {
    const text = (await run(directory, "first")).out.join("\n");
    expect(text).toContain("POST https://api.example/before-creating");
    expect(text).toContain(
      "try 1: HTTP 200, 12 ms: name resolved 1 ms, connected 2 ms, TLS 3 ms, first byte 5.5 ms, body 0.5 ms",
    );
    expect(text).toContain('extension_LoyaltyNumber: used, "12"');
    expect(text).toContain(
      "extension_LoyaltyTir: ignored, no attribute has this name. Nearest name that would be used: extension_LoyaltyTier.",
    );
    expect(text).toContain("warning: The answer has no version.");
    expect((await run(directory, "second")).out.join("\n")).toContain("No complete answer within 5000 ms.");
  });

  it("says what the flow would do with another answer, by the code that a journey runs", async () => {
    const file = join(folder, "answer.json");
    await writeFile(
      file,
      '{"version":"1","action":"Continue","extension_LoyaltyTier":"Gold","email":"a@b.example"}',
    );
    const text = (await run(directory, "first", "--answer", file)).out.join("\n");
    expect(text).toContain("continue: The flow goes on");
    expect(text).toContain('extension_LoyaltyTier: used, "Gold": stored, and in the token');
    expect(text).toContain("email: ignored, an API cannot overwrite this value");
    await writeFile(file, '{"version":"1","status":400,"action":"ValidationError","userMessage":"No."}');
    expect((await run(directory, "first", "--answer", file, "--status", "400")).out.join("\n")).toContain(
      "page: ",
    );
    expect((await run(directory)).out).toHaveLength(2);
  });

  it.each([
    [["--answer", "f"], /needs the id of a call/],
    [["first", "--answer", "/no/such/file"], /cannot be read/],
    [["first", "--answer", "f", "--status", "9"], /three digits/],
    [["--limit", "many"], /--limit takes/],
  ])("says what would be right instead of %j", async (argv, message) => {
    await expect(run(directory, ...argv)).rejects.toThrow(message);
  });
});

describe("times of the command line", () => {
  const keep = (typed: string) => {
    const invocation = readInvocation(["serve", "t", "--keep-calls", typed], {});
    return typeof invocation === "string" ? undefined : invocation.keepCalls;
  };

  it("are minutes, hours and days, up to ninety days", () => {
    expect([keep("30m"), keep("12h"), keep("7d"), keep("0"), keep("90d")]).toEqual([
      1_800_000, 43_200_000, 604_800_000, 0, 7_776_000_000,
    ]);
    for (const wrong of ["91d", "7", "d", "-1d", "1w", "1.5h"]) {
      expect(() => keep(wrong), wrong).toThrow(/--keep-calls takes a time/);
    }
  });
});
