import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApplicationAnswer, ServerContext } from "../context.ts";
import type { StoredJourney } from "../store/store.ts";
import { keepEnd, repeatEnd } from "./ended-journeys.ts";
import { type ScriptedServer, scriptedServer } from "./scripted-server.fixture.ts";
import { codeOf } from "./test-browser.fixture.ts";

let server: ScriptedServer;
beforeAll(async () => {
  server = await scriptedServer({ pages: 1 });
});
afterAll(() => server.close());

/** Finishes a journey and gives back how its last request is repeated by a browser that lost the answer. */
async function finished(query = "") {
  const browser = server.browser();
  const page = await browser.start(query);
  await browser.post(page, { answer: "ok" });
  const cookies = new Map(browser.cookies);
  const end = await browser.act(page);
  const repeat = async () => {
    for (const [name, value] of cookies) browser.cookies.set(name, value);
    return browser.act(page);
  };
  return { end, repeat };
}

describe("the final response of a finished journey", () => {
  it("is repeated for the life of its code and never renewed", async () => {
    const { end, repeat } = await finished();
    server.clock.now += 599_000;
    expect(codeOf(await repeat())).toBe(codeOf(end));
    server.clock.now += 1_000;
    const late = await repeat();
    expect(late.status).toBe(400);
    expect(await late.text()).toContain("AADB2C90046");
  });

  it("with tokens is repeated no longer than one with a code", async () => {
    const { end, repeat } = await finished("&response_type=id_token&response_mode=fragment&prompt=login");
    expect((await repeat()).headers.get("location")).toBe(end.headers.get("location"));
    server.clock.now += 600_000;
    expect((await repeat()).status).toBe(400);
  });

  it("is not repeated once its code was redeemed", async () => {
    const answer: ApplicationAnswer = {
      redirectUri: "https://app.test/cb",
      mode: "query",
      fields: [["code", "abc"]],
      code: "abc",
    };
    const [tenant] = server.tenants;
    if (tenant === undefined) throw new Error("no tenant");
    const final = keepEnd({ kind: "answer", answer }, server.clock.now);
    const repeatWhere = (live: boolean) => {
      const { store } = server;
      const context = {
        now: () => server.clock.now,
        store: { ...store, grants: { ...store.grants, codeIsLive: async () => live } },
      } as unknown as ServerContext;
      return repeatEnd(context, tenant, { final } as unknown as StoredJourney);
    };
    expect(await repeatWhere(true)).toEqual({ kind: "answer", answer });
    expect(await repeatWhere(false)).toBeUndefined();
    expect(final.codeHash).not.toContain("abc");
  });
});
