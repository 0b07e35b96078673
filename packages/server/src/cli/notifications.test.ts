import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadMasterKey } from "../keys/master-key.ts";
import { openStore } from "../store/open-store.ts";
import { notifications } from "./notifications.ts";
import { type Invocation, readInvocation, UsageError } from "./options.ts";
import { processTerminal } from "./terminal.ts";

const sample = fileURLToPath(new URL("../../../../examples/sample-tenant", import.meta.url));
const tenantId = "aaaaaaaa-0000-4000-8000-000000000001";
let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "vestibule-notifications-"));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

async function run(...words: readonly string[]) {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const [action = "", ...rest] = words;
  const argv = ["notifications", action, sample, ...rest, "--data-dir", dataDir];
  const invocation = readInvocation(argv, {}) as Invocation;
  const code = await notifications(invocation, { ...processTerminal, out: say, err: say });
  return { code, text: lines.join("\n") };
}

async function giveUp(id: string): Promise<void> {
  const store = await openStore({
    file: join(dataDir, "vestibule.sqlite"),
    masterKey: loadMasterKey(dataDir),
    clock: Date,
  });
  await store.notifications.add(tenantId, {
    id,
    policyId: "B2C_1_signup_signin",
    technicalProfile: "PreUserWriteRestful",
    connectorId: "welcome",
    correlationId: "c",
    step: 1,
    origin: "https://login.example",
    created: Date.UTC(2026, 0, 1),
    request: { method: "POST", url: "https://api.example/?code=key-in-the-address", headers: {}, body: "{}" },
  });
  const take = { holder: "h", now: Date.now(), lease: 1000, limit: 1, perLane: 1, fullLanes: [] };
  await store.notifications.take(take);
  await store.notifications.bury(tenantId, id, "h", { attempts: 3, problem: "The API answered HTTP 500." });
  await store.close();
}

it("lists what was given up, sends it again and removes it, without what is in it", async () => {
  expect(await run("list")).toEqual({ code: 0, text: "Every notification was delivered." });
  await giveUp("n-1");
  const { text } = await run("list");
  expect(text).toMatch(
    /^n-1 +welcome, from 2026-01-01 00:00, 3 tries, given up, The API answered HTTP 500\.$/,
  );
  expect(await run("send-again")).toEqual({
    code: 0,
    text: "1 notification is sent again by the running server.",
  });
  expect((await run("list")).text).toMatch(/0 tries, next \d{4}-/);
  expect((await run("send-again", "n-2")).code).toBe(1);
  expect((await run("remove", "n-1")).code).toBe(0);
  expect((await run("remove", "n-1")).code).toBe(1);
  expect((await run("list")).text).toBe("Every notification was delivered.");
});

it.each([["remove"], ["list", "n-1"], ["resend"], ["send-again", "a", "b"]])(
  "'%s %s' says how it is used",
  async (...words) => {
    await expect(run(...words.filter((word) => word !== undefined))).rejects.toThrow(UsageError);
  },
);
