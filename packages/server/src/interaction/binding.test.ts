import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  policyName,
  type ScriptedServer,
  scriptedServer,
  tenantA,
  tenantB,
} from "./scripted-server.fixture.ts";
import { codeOf, type ShownPage, type TestBrowser } from "./test-browser.fixture.ts";

// A transaction belongs to the browser, the tenant and the policy that it began with, and no order of requests takes a
// step that was not earned.

let server: ScriptedServer;
beforeAll(async () => {
  server = await scriptedServer();
});
afterAll(() => server.close());

const urls = (page: ShownPage, base = page.base) => ({
  post: `${base}/SelfAsserted?tx=${page.transId}&p=${page.policy}`,
  confirmed: `${base}/api/SelfAsserted/confirmed?csrf_token=${page.csrf}&tx=${page.transId}`,
});

async function tryAll(browser: TestBrowser, page: ShownPage, base?: string): Promise<void> {
  server.script.events.length = 0;
  const { post, confirmed } = urls(page, base);
  const posted = await browser.fetch(post, {
    method: "POST",
    headers: { "x-csrf-token": page.csrf, "content-type": "application/x-www-form-urlencoded" },
    body: "answer=ok",
  });
  const body = await posted.text();
  expect(body).not.toBe('{"status":"200"}');
  const moved = await browser.fetch(confirmed);
  expect(moved.status).toBe(400);
  expect(server.script.events).toEqual([]);
}

describe("a transaction is bound to its browser", () => {
  it("refuses a browser without cookies that knows the ids and tokens", async () => {
    const page = await server.browser().start();
    await tryAll(server.browser(), page);
  });

  it("refuses another browser with a journey of its own", async () => {
    const page = await server.browser().start();
    const other = server.browser();
    await other.start();
    await tryAll(other, page);
  });

  it("refuses cookies whose secret was taken from another transaction of the same browser", async () => {
    const victim = await server.browser().start();
    const attacker = server.browser();
    await attacker.start();
    const trans = JSON.parse(
      Buffer.from(attacker.cookies.get("x-ms-cpim-trans") ?? "", "base64").toString(),
    ) as { T_DIC: { I: string }[]; C_ID: string };
    for (const entry of trans.T_DIC) entry.I = victim.tid;
    trans.C_ID = victim.tid;
    attacker.cookies.clear();
    attacker.cookies.set("x-ms-cpim-trans", Buffer.from(JSON.stringify(trans)).toString("base64"));
    await tryAll(attacker, victim);
  });

  it("refuses every changed byte of either cookie's secret", async () => {
    const browser = server.browser();
    const page = await browser.start();
    const [name, value] = [...browser.cookies].find(([one]) => one.startsWith("x-ms-cpim-cache|")) ?? [
      "",
      "",
    ];
    const secretAt = value.lastIndexOf(".") + 1;
    for (let at = secretAt; at < value.length; at += 5) {
      const changed = `${value.slice(0, at)}${value[at] === "A" ? "B" : "A"}${value.slice(at + 1)}`;
      const other = server.browser();
      other.cookies.set(name, changed);
      await tryAll(other, page);
    }
    for (const cut of [value.slice(0, -1), value.slice(0, secretAt), `${value}A`]) {
      const other = server.browser();
      other.cookies.set(name, cut);
      await tryAll(other, page);
    }
  });

  it("refuses the same cookies under another tenant or another policy", async () => {
    const browser = server.browser();
    const page = await browser.start();
    const cookies = new Map(browser.cookies);
    for (const base of [`/${tenantB}/${policyName}`, `/${tenantA}/B2C_1_edit`]) {
      const same = server.browser();
      for (const [name, value] of cookies) same.cookies.set(name, value);
      await tryAll(same, page, base);
    }
  });

  it("refuses the answer of an identity provider in another browser", async () => {
    const browser = server.browser();
    const page = await browser.start();
    await browser.act(page, "unified", "claimsexchange=GoogleExchange&");
    server.script.events.length = 0;
    const other = server.browser({ https: true });
    await other.start();
    const stolen = await other.fetch(`/${tenantA}/oauth2/authresp?state=${page.transId}.nonce&code=good`);
    expect(stolen.status).toBe(400);
    expect(server.script.events).toEqual([]);
  });
});

type Action =
  | { readonly kind: "post"; readonly answer: "ok" | "no" | ""; readonly times: number }
  | { readonly kind: "get"; readonly action: "confirmed" | "unified" | "nonsense"; readonly times: number }
  | { readonly kind: "authresp" };

const times = fc.constantFrom(1, 1, 2);
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant("post" as const), answer: fc.constantFrom("ok", "no", ""), times }),
  fc.record({
    kind: fc.constant("get" as const),
    action: fc.constantFrom("confirmed", "unified", "nonsense"),
    times,
  }),
  fc.constant({ kind: "authresp" as const }),
);

describe("whatever the order of requests", () => {
  it("a code comes out only after each page was answered rightly and then confirmed, and only once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 14 }), async (actions) => {
        server.script.issued = 0;
        const browser = server.browser();
        const page = await browser.start();
        const cookies = new Map(browser.cookies);
        // What the script's two pages demand, counted beside the server.
        let done = 0;
        let answered = false;
        const codes = new Set<string>();
        for (const step of actions) {
          // A browser that lost the last answer still has its cookies.
          for (const [name, value] of cookies)
            if (!browser.cookies.has(name)) browser.cookies.set(name, value);
          const send = (): Promise<Response> => {
            if (step.kind === "post") return browser.post(page, { answer: step.answer });
            if (step.kind === "get") return browser.act(page, step.action);
            return browser.fetch(`/${tenantA}/oauth2/authresp?state=${page.transId}&code=good`);
          };
          const count = step.kind === "authresp" ? 1 : step.times;
          const responses = await Promise.all(Array.from({ length: count }, send));
          if (step.kind === "post" && done < 2) answered = step.answer === "ok";
          if (step.kind === "get" && step.action === "confirmed" && answered) {
            done += 1;
            answered = false;
          }
          for (const response of responses) {
            const code = codeOf(response);
            if (code === undefined) continue;
            expect(done).toBe(2);
            codes.add(code);
          }
          server.clock.now += 1;
        }
        expect(codes.size).toBeLessThanOrEqual(1);
        expect(server.script.issued).toBe(done === 2 ? 1 : 0);
      }),
      { numRuns: 60 },
    );
  });
});
