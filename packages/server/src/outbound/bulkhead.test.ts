import type { CallRules, HttpCall } from "@vestibule/engine";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FaultServers } from "./fault-server.fixture.ts";
import { createOutboundHttp, type OutboundHttp } from "./outbound-http.ts";
import { retryAfter } from "./retry-after.ts";

let servers: FaultServers;
let http: OutboundHttp;
beforeEach(() => {
  servers = new FaultServers();
  http = createOutboundHttp({ development: true });
});
afterEach(async () => {
  await http.close();
  await servers.close();
});

const rules: CallRules = {
  deadline: 0,
  retryStatuses: [],
  pause: 0,
  longestPause: 0,
  longestRetryAfter: 0,
  breakerFailures: 3,
  breakerWindow: 60_000,
  breakerPause: 30_000,
  concurrentCalls: 2,
};
const call = (url: string, more: Partial<CallRules> = {}, timeout = 5000): HttpCall => ({
  method: "POST",
  url,
  headers: {},
  body: "{}",
  timeout,
  tries: 1,
  maxResponseBytes: 1000,
  rules: { ...rules, ...more },
});
const outcomes = async (calls: readonly ReturnType<OutboundHttp["send"]>[]) =>
  (await Promise.all(calls)).map((result) => (result.kind === "answer" ? result.status : result.failure));

describe("places of an address", () => {
  it("are as many as the rules say, as many again wait, and the rest is told at once", async () => {
    let open: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let most = 0;
    let now = 0;
    const url = await servers.http(async (_request, response) => {
      most = Math.max(most, ++now);
      await gate;
      now--;
      response.end();
    });
    const calls = Array.from({ length: 6 }, () => http.send(call(url)));
    // Two of six found neither a place nor a seat.
    expect(await Promise.race(calls.slice(4))).toMatchObject({ failure: "busy", attempts: [] });
    await vi.waitFor(() => expect(servers.requests).toBe(2));
    open();
    expect(await outcomes(calls)).toEqual([200, 200, 200, 200, "busy", "busy"]);
    expect(most).toBe(2);
    expect(servers.requests).toBe(4);
    expect(await outcomes([http.send(call(url)), http.send(call(url))])).toEqual([200, 200]);
  });

  it("that are taken by an API that hangs are no other API's: not another address's, nor another path's", async () => {
    const url = await servers.http((request, response) => {
      if (request.url !== "/hangs") response.end();
    });
    const hanging = Array.from({ length: 4 }, () => http.send(call(`${url}/hangs`, {}, 1500)));
    await vi.waitFor(() => expect(servers.requests).toBe(2));
    expect(await outcomes(Array.from({ length: 4 }, () => http.send(call(`${url}/quick`))))).toEqual([
      200, 200, 200, 200,
    ]);
    expect(await outcomes(hanging)).toEqual(["timeout", "timeout", "busy", "busy"]);
  });

  it("wait no longer than the deadline", async () => {
    const url = await servers.http(() => {});
    const begun = performance.now();
    const calls = [1, 2, 3].map(() => http.send(call(url, { concurrentCalls: 1, deadline: 200 })));
    expect(await outcomes(calls)).toEqual(["timeout", "busy", "busy"]);
    expect(performance.now() - begun).toBeLessThan(1500);
  });

  it("do not count against the API: its circuit stays closed", async () => {
    const url = await servers.http((request, response) => {
      if (request.url === "/") setTimeout(() => response.end(), 100);
    });
    const calls = Array.from({ length: 12 }, () => http.send(call(url)));
    expect((await outcomes(calls)).filter((one) => one === "busy")).toHaveLength(8);
    expect(await outcomes([http.send(call(url))])).toEqual([200]);
  });
});

describe("the circuit of an API that hangs", () => {
  it("opens although calls without a place come between the failures", async () => {
    const url = await servers.http(() => {});
    for (let wave = 0; wave < 2; wave++) {
      const calls = Array.from({ length: 6 }, () => http.send(call(url, {}, 100)));
      const ends = await outcomes(calls);
      expect(ends).toContain("busy");
      expect(ends).toContain("timeout");
    }
    expect(await outcomes([http.send(call(url, {}, 100))])).toEqual(["circuitOpen"]);
  });

  it("stays open where its probe finds no place", async () => {
    const url = await servers.http(() => {});
    const more = { breakerFailures: 1, breakerPause: 150, concurrentCalls: 1 };
    expect(await outcomes([http.send(call(url, more, 50))])).toEqual(["timeout"]);
    // Other rules, the same places: one call holds the place, and one waits for it.
    const others = [1, 2].map(() => http.send(call(url, { concurrentCalls: 1, breakerFailures: 0 }, 1000)));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await outcomes([http.send(call(url, more, 50))])).toEqual(["busy"]);
    expect(await outcomes([http.send(call(url, more, 50))])).toEqual(["circuitOpen"]);
    await Promise.all(others);
  });
});

it("the circuit follows the rules of each call", async () => {
  const url = await servers.raw((socket) => socket.resetAndDestroy());
  for (let i = 0; i < 3; i++) expect(await outcomes([http.send(call(url))])).toEqual(["reset"]);
  expect(await outcomes([http.send(call(url))])).toEqual(["circuitOpen"]);
  expect(await outcomes([http.send(call(url, { breakerFailures: 0 }))])).toEqual(["reset"]);
  expect(await outcomes([http.send(call(url, { breakerFailures: 9 }))])).toEqual(["reset"]);
});

it.each([
  ["0", 0],
  ["120", 120_000],
  [" 7 ", 7_000],
  ["Thu, 01 Jan 2026 00:00:10 GMT", 10_000],
  ["Thu, 01 Jan 2015 00:00:00 GMT", 0],
  ["", undefined],
  ["-1", undefined],
  ["1.5", undefined],
  ["soon", undefined],
  ["2026", 2_026_000],
  ["99999999999", undefined],
])("Retry-After '%s' is %s ms from the beginning of 2026 on", (header, expected) => {
  expect(retryAfter(header, Date.UTC(2026, 0, 1))).toBe(expected);
});
