import { afterEach, beforeEach, expect, it } from "vitest";
import { createLimitMemory, visitorLimits } from "../hosting/visitor-limits.ts";
import { type ScriptedServer, scriptedServer } from "./scripted-server.fixture.ts";

let server: ScriptedServer;
beforeEach(async () => {
  // One hundredth of the default: 15 posts in five minutes.
  const limits = visitorLimits(createLimitMemory(), 0.01, () => 1_790_000_000_000);
  server = await scriptedServer({ limits });
});
afterEach(() => server.close());

/** The fixture trusts this machine as a proxy. */
const from = (address: string) => ({ "x-forwarded-for": address });

it("one address cannot post forms without end; the page shows a sentence, and another visitor goes on", async () => {
  const browser = server.browser();
  const page = await browser.start();
  const post = async (address: string, headers: Record<string, string> = {}) =>
    browser.fetch(`${page.base}/SelfAsserted?tx=${page.transId}&p=${page.policy}`, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-csrf-token": page.csrf,
        ...from(address),
        ...headers,
      },
      body: "request_type=RESPONSE&name=x",
    });
  const answers = [];
  for (let count = 0; count < 16; count += 1) answers.push(await post("203.0.113.7"));
  const [first, last] = [answers.at(0), answers.at(-1)];
  expect(await first?.text()).not.toContain("AADB2C90244");
  expect([last?.status, last?.headers.get("retry-after")]).toEqual([200, "20"]);
  expect(await last?.json()).toEqual({
    status: "400",
    errorCode: "AADB2C90244",
    message: expect.stringContaining("too many requests"),
  });
  expect((await post("203.0.113.7", { accept: "text/html,*/*" })).status).toBe(429);
  expect(await (await post("203.0.113.8")).text()).not.toContain("AADB2C90244");
  // What moves the journey is no post, and goes on.
  expect((await browser.fetch(`${page.base}/client/perftrace`, { method: "POST" })).status).toBe(200);
});
