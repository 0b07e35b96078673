import type { CallRules, HttpCall } from "@vestibule/engine";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CircuitBreakers, type Health } from "./circuit-breaker.ts";
import { FaultServers } from "./fault-server.fixture.ts";
import { createOutboundHttp, type OutboundHttp } from "./outbound-http.ts";

let servers: FaultServers;
let threads: readonly OutboundHttp[];
beforeEach(() => {
  servers = new FaultServers();
  threads = [1, 2].map(() => createOutboundHttp({ development: true, sharedCircuits: "tenant" }));
});
afterEach(async () => {
  for (const thread of threads) await thread.close();
  await servers.close();
});

const rules: CallRules = {
  deadline: 0,
  retryStatuses: [],
  pause: 0,
  longestPause: 0,
  longestRetryAfter: 0,
  breakerFailures: 4,
  breakerWindow: 60_000,
  breakerPause: 300,
  concurrentCalls: 8,
};
const call = (url: string): HttpCall => ({
  method: "POST",
  url,
  headers: {},
  body: "{}",
  timeout: 2000,
  tries: 1,
  maxResponseBytes: 1000,
  rules,
});
const outcome = async (thread: number, url: string) => {
  const result = await threads[thread]?.send(call(url));
  return result?.kind === "answer" ? result.status : result?.failure;
};
const states = async () =>
  (await Promise.all(threads.map((thread) => thread.circuits()))).map(([circuit]) => circuit?.state);
const become = (...expected: readonly (string | undefined)[]) =>
  vi.waitFor(async () => expect(await states()).toEqual(expected));

describe("threads that share their circuits", () => {
  it("leave an API alone after as many failures as its rules say, whoever saw them", async () => {
    const url = await servers.http((_request, response) => response.destroy());
    for (const thread of [0, 1, 0, 1]) expect(await outcome(thread, url)).toBe("reset");
    await become("open", "open");
    expect(servers.requests).toBe(4);
    expect([await outcome(0, url), await outcome(1, url)]).toEqual(["circuitOpen", "circuitOpen"]);
    expect(servers.requests).toBe(4);
  });

  it("ask once in a pause whether it lives, and all hear of it", async () => {
    let broken = true;
    let answer: () => void = () => undefined;
    const gate = () =>
      new Promise<void>((resolve) => {
        answer = resolve;
      });
    let turn: Promise<void> | undefined;
    const url = await servers.http(async (_request, response) => {
      await turn;
      if (broken) response.destroy();
      else response.end("{}");
    });
    for (let failures = 0; failures < 4; failures += 1) await outcome(0, url);
    await become("open", "open");
    turn = gate();
    await new Promise((resolve) => setTimeout(resolve, rules.breakerPause + 20));
    const probe = outcome(0, url);
    await vi.waitFor(() => expect(servers.requests).toBe(5));
    expect(await outcome(1, url)).toBe("circuitOpen");
    broken = false;
    answer();
    expect(await probe).toBe(200);
    await become("closed", "closed");
    turn = undefined;
    expect(await outcome(1, url)).toBe(200);
  });

  it("tell one that began later what they know", async () => {
    const url = await servers.http((_request, response) => response.destroy());
    for (let failures = 0; failures < 4; failures += 1) await outcome(0, url);
    const late = createOutboundHttp({ development: true, sharedCircuits: "tenant" });
    threads = [...threads, late];
    expect(await outcome(2, url)).toBe("reset");
    await become("open", "open", "open");
    expect(await outcome(2, url)).toBe("circuitOpen");
  });

  it("forget failures when one of them got an answer, and bother nobody about an API that lives", () => {
    const told: string[] = [];
    const breakers: CircuitBreakers[] = [];
    for (const other of [1, 0]) {
      breakers.push(
        new CircuitBreakers((news) => {
          told.push(news.event);
          breakers[other]?.hear(news);
        }),
      );
    }
    const settings = { failures: 3, window: 60_000, halfOpenAfter: 60_000 };
    const run = (thread: number, health: Health) => {
      const circuit = breakers[thread]?.of("https://api.example/", settings);
      const admitted = circuit?.admit();
      if (admitted === undefined) return "open";
      circuit?.settle(admitted, health);
      return health;
    };
    for (const health of ["alive", "failing", "failing"] as const) expect(run(0, health)).toBe(health);
    expect(run(1, "unknown")).toBe("unknown");
    expect(run(1, "alive")).toBe("alive");
    expect(run(1, "alive")).toBe("alive");
    expect(told).toEqual(["failed", "failed", "lives"]);
    for (const thread of [0, 1]) expect(run(thread, "failing")).toBe("failing");
    expect(run(0, "alive")).toBe("alive");
    for (const thread of [0, 1, 0]) expect(run(thread, "failing")).toBe("failing");
    expect(run(1, "alive")).toBe("open");
  });
});
