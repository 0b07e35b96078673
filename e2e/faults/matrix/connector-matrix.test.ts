import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createTestAuthority } from "../../../packages/server/src/outbound/fault-server.fixture.ts";
import { expectSecrecy, expectTries } from "./expectations.ts";
import { passTime, stopTime } from "./fake-clock.ts";
import { type FaultyApi, faults, startFaultyApi, useStranger } from "./faulty-api.ts";
import { Scene, type Seen } from "./scene.ts";
import { connectorSettings, type Setting } from "./settings.ts";
import { type Place, userFlowWith, walkTo } from "./user-flow.ts";
import { type Fault, replies } from "./wire-faults.ts";

// Every fault of an API, at every step, under several settings (security-and-fault-tests.md 6.4 (9) to (12), (16)): what the
// person saw, what the operator saw, what came to be, how often and when it was tried, and that the next person gets through.

const authority = createTestAuthority();
useStranger(createTestAuthority());
const places: readonly Place[] = ["one", "two", "three"];

interface Case {
  readonly title: string;
  readonly fault: (typeof faults)[number];
  readonly place: Place;
  readonly setting: Setting;
}

/** Each fault at the form under two settings, at the other steps under one, each setting in its turn. */
const cases: readonly Case[] = faults.flatMap((fault, index) =>
  places.flatMap((place, position) =>
    connectorSettings
      .filter((_, which) => {
        const turn = (which + index + position) % connectorSettings.length;
        return turn === 0 || (turn === 2 && place === "two");
      })
      .map((setting) => ({ title: `${fault.name}, step ${place}, ${setting.name}`, fault, place, setting })),
  ),
);

beforeAll(stopTime);
afterAll(() => {
  vi.useRealTimers();
});

/** Failures that the settings let pass, at one step each. */
const passed = faults.map((fault, index) => ({ fault, place: places[index % 3] ?? "two" }));

it("there are 300 cases at least, all different", () => {
  expect(new Set(cases.map(({ title }) => title)).size).toBe(cases.length);
  expect(cases.length).toBeGreaterThanOrEqual(300);
});

describe.each(faults.map((fault) => [fault.name, fault] as const))("an API that %s", (_, fault) => {
  it.each(cases.filter((each) => each.fault === fault).map((each) => [each.title, each] as const))(
    "%s",
    async (_title, { place, setting }) => {
      const api = await startFaultyApi(fault, authority);
      const scene = sceneOf(place, setting, api);
      try {
        const seen = await passTime(scene.signUp(walkTo(place)));
        expectFailure(seen, fault, place, setting);
        expectTries(seen, fault, setting, api);
        expectSecrecy(seen, setting, api.url);
        await api.heal();
        const next = await passTime(scene.signUp(walkTo(place)));
        expect(next.outcome.kind, next.text).toBe("issued");
        expect(next.hasAccount).toBe(true);
      } finally {
        await scene.close();
        await api.close();
      }
    },
  );
});

describe("where the journey goes on whatever the API does, it does so past an API that", () => {
  const setting: Setting = {
    ...connectorSettings[2],
    settings: { onFailure: "continue", claimsOnFailure: '{"city":"Nowhere"}' },
  } as Setting;

  it.each(passed.map((each) => [`${each.fault.name}, step ${each.place}`, each] as const))(
    "%s",
    async (_title, { fault, place }) => {
      const api = await startFaultyApi(fault, authority);
      const scene = sceneOf(place, setting, api);
      try {
        const seen = await passTime(scene.signUp(walkTo(place)));
        expectSecrecy(seen, setting, api.url);
        if (fault.met === "refusedAddress") {
          // An address that must not be called is the operator's to mend.
          expect(seen.outcome.kind).toBe(place === "two" ? "refused" : "relyingPartyError");
          return;
        }
        expect(seen.outcome.kind, seen.text).toBe("issued");
        expect(seen.hasAccount).toBe(true);
        const [call] = seen.calls;
        expect(call).toMatchObject({
          decision: "continue",
          warnings: expect.arrayContaining(["failure-ignored"]),
        });
        expect(call?.failure?.kind).toBe(typeof fault.met === "number" ? "answer" : fault.met);
        // The form that follows the first step may still be changed by the person.
        if (place !== "one") expect(JSON.stringify(seen.outcome)).toContain("Nowhere");
      } finally {
        await scene.close();
        await api.close();
      }
    },
  );
});

it.each(places)(
  "what the API says to the person stops them, step %s, also where failures are passed over",
  async (place) => {
    const body = '{"version":"1.0.0","status":400,"action":"ValidationError","userMessage":"Not you."}';
    const fault = { name: "", met: 400, answer: replies(400, body) } as const;
    const setting = { ...connectorSettings[0], settings: { onFailure: "continue" } } as Setting;
    const api = await startFaultyApi(fault, authority);
    const scene = sceneOf(place, setting, api);
    const seen = await passTime(scene.signUp(walkTo(place)));
    expect(seen.outcome.kind).toBe(place === "two" ? "refused" : "relyingPartyError");
    expect(seen.text).toContain("Not you.");
    expect(seen.hasAccount).toBe(place === "three");
    await scene.close();
    await api.close();
  },
);

describe("an answer that is awkward but clear is taken:", () => {
  const good = '{"version":"1.0.0","action":"Continue","city":"Malmö"}';
  it.each([
    ["as text/plain", good, { "content-type": "text/plain" }],
    ["as a page", good, { "content-type": "text/html" }],
    ["without a type", good, { "content-type": "" }],
    ["with a byte order mark", `\ufeff${good}`, {}],
    ["with blanks around it", `\n  ${good}\n`, {}],
    ["with the city twice, the last one counts", good.replace('"city"', '"city":"Lund","city"'), {}],
    ["with a huge number nobody asked for", good.replace("{", '{"x":1e400,'), {}],
    [
      "with claims beside it that do not exist",
      good.replace("{", '{"__proto__":{"a":1},"constructor":2,'),
      {},
    ],
    ["nesting 30 deep", good.replace("{", `{"x":${"[".repeat(30)}${"]".repeat(30)},`), {}],
    ["with the action in capitals", good.replace("Continue", "CONTINUE"), {}],
  ])("%s", async (_, body, headers) => {
    const fault = {
      name: "",
      met: 200,
      answer: (
        _request: unknown,
        response: { writeHead(status: number, headers: object): { end(body: string): void } },
      ) => response.writeHead(200, { "content-type": "application/json", ...headers }).end(body),
    } as (typeof faults)[number];
    const setting = connectorSettings[1] as Setting;
    const api = await startFaultyApi(fault, authority);
    const scene = sceneOf("three", { ...setting, preset: "seed" }, api);
    const seen = await passTime(scene.signUp(walkTo("three")));
    expect(JSON.stringify(seen.outcome)).toContain("Malmö");
    await scene.close();
    await api.close();
  });
});

function sceneOf(place: Place, setting: Setting, api: FaultyApi): Scene {
  const policy = userFlowWith(place, setting, api.url, api.client.certificate !== undefined);
  return new Scene({ policy, authority, ...api.client });
}

function expectFailure(seen: Seen, fault: Fault, place: Place, setting: Setting): void {
  // At the form the person may try again; elsewhere the application learns of it. No token, and no account before the write.
  expect(seen.outcome.kind).toBe(place === "two" ? "refused" : "relyingPartyError");
  expect(seen.hasAccount).toBe(place === "three");
  expect(seen.text.length).toBeGreaterThan(20);
  const [call, ...others] = seen.calls;
  expect(others).toEqual([]);
  expect(call).toMatchObject({ decision: "fail", connectorId: "api" });
  const kind = typeof fault.met === "number" ? "answer" : fault.met;
  expect(call?.failure?.kind).toBe(kind);
  expect(call?.failure?.detail.length).toBeGreaterThan(10);
  if (fault.met === "timeout") {
    const seconds =
      Math.min(setting.policy.timeout, setting.policy.deadline || Number.POSITIVE_INFINITY) / 1000;
    expect(seen.text).toContain(`within timeout limit ${seconds} seconds`);
  }
}
