import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ScriptedServer, scriptedServer, tenantA } from "./scripted-server.fixture.ts";
import { shown } from "./test-browser.fixture.ts";

// What can be seen on the wire of a page: headers, cookies, and the page under the regular expressions of real clients
// (pages.md 1.3, 1.4, 7).

let server: ScriptedServer;
beforeAll(async () => {
  server = await scriptedServer();
});
afterAll(() => server.close());

describe("the page's headers", () => {
  it("are those of pages.md 1.3", async () => {
    const { headers, tid } = await server.browser({ https: true }).start();
    expect(Object.fromEntries(headers)).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store, must-revalidate, no-cache",
      expires: "-1",
      pragma: "no-cache",
      "x-frame-options": "DENY",
      "x-content-type-options": "nosniff",
      "x-xss-protection": "1; mode=block",
      "x-ua-compatible": "IE=edge",
      "x-request-id": tid,
    });
    expect(headers.get("strict-transport-security")).toMatch(/^max-age=\d+/);
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect([...headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([]);
  });

  it("say nothing of https on plain http", async () => {
    const { headers } = await server.browser().start();
    expect(headers.get("strict-transport-security")).toBeNull();
  });

  it("only report the policy of a page with scripts, but forbid framing all the same", async () => {
    server.script.page = (model) => ({
      ...model,
      scriptsAllowed: true,
      contentDefinition: { ...model.contentDefinition, loadUri: "https://cdn.test/page.html" },
    });
    const { headers } = await server.browser().start();
    delete server.script.page;
    expect(headers.get("content-security-policy-report-only")).toMatch(/script-src/);
    expect(headers.get("content-security-policy")).toBe("frame-ancestors 'none'");
  });
});

describe("a template that cannot be had", () => {
  it("is an error page with the correlation id, and the journey stays open", async () => {
    const browser = server.browser();
    const page = await browser.start();
    server.script.page = (model) => ({
      ...model,
      contentDefinition: { ...model.contentDefinition, loadUri: "https://cdn.test/gone.html?secret=1" },
    });
    const lost = await browser.act(page);
    delete server.script.page;
    const html = await lost.text();
    expect(lost.status).toBe(400);
    expect(html).toContain("AADB2C90002");
    expect(html).toContain(page.tid);
    expect(html).not.toContain("secret");
    expect((await browser.act(page)).status).toBe(200);
  });
});

describe("identifiers and cookies", () => {
  it("name the transaction in the same way everywhere", async () => {
    const browser = server.browser({ https: true });
    const page = await browser.start();
    expect(page.transId).toHaveLength(78);
    expect(page.html).toContain(`CorrelationId: ${page.tid}`);
    expect(page.csrf).toMatch(/^[A-Za-z0-9]+=*$/);
    const plain = Buffer.from(page.csrf, "base64").toString("latin1");
    expect(plain).toMatch(
      /^[A-Za-z0-9+/]{86}==;\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z;[A-Za-z0-9+/]{22}==;\{"OrchestrationStep":1\}$/,
    );
    expect(browser.cookies.get("x-ms-cpim-csrf")).toBe(page.csrf);
    const trans = JSON.parse(Buffer.from(browser.cookies.get("x-ms-cpim-trans") ?? "", "base64").toString());
    expect(trans).toMatchObject({
      T_DIC: [
        {
          I: page.tid,
          T: tenantA,
          P: "b2c_1_susi",
          C: "bbbbbbbb-0000-4000-8000-000000000001",
          S: 1,
          M: {},
          D: 0,
        },
      ],
      C_ID: page.tid,
    });
    expect(Object.keys(trans.T_DIC[0])).toEqual(["I", "T", "P", "C", "S", "M", "D", "E"]);
  });

  it("over https are for this host, Secure and SameSite=None; each page sets one csrf cookie", async () => {
    const browser = server.browser({ https: true });
    await browser.start();
    expect(browser.lastSetCookies).toHaveLength(3);
    for (const line of browser.lastSetCookies)
      expect(line).toMatch(
        /^x-ms-cpim-[^=]+=[^"\s;]+; domain=login\.test; path=\/; SameSite=None; secure; HttpOnly$/,
      );
    expect(browser.lastSetCookies.filter((line) => line.startsWith("x-ms-cpim-csrf="))).toHaveLength(1);
    const cache = browser.lastSetCookies.find((line) => line.startsWith("x-ms-cpim-cache|")) ?? "";
    expect(cache).toMatch(/^x-ms-cpim-cache\|[a-z0-9_-]{22}_0=m1\.[^.;]+\.[^.;]+\.0\.[^.;]+;/);
  });

  it("over plain http are Lax, and without a domain for an address", async () => {
    const browser = server.browser();
    await browser.start();
    for (const line of browser.lastSetCookies) expect(line).toMatch(/; path=\/; SameSite=Lax; HttpOnly$/);
    expect(browser.lastSetCookies.join()).not.toContain("domain=");
  });

  it("are sent again with every form answer, the csrf cookie excepted", async () => {
    const browser = server.browser();
    const page = await browser.start();
    await browser.post(page, { answer: "ok" });
    expect(browser.lastSetCookies.map((line) => line.replace(/[|=].*/, "")).sort()).toEqual([
      "x-ms-cpim-cache",
      "x-ms-cpim-trans",
    ]);
  });

  it("stay small however many tabs are left behind, and keep the newest", async () => {
    const browser = server.browser();
    let page = await browser.start();
    for (let tab = 0; tab < 15; tab += 1) page = await browser.start();
    const all = [...browser.cookies].map(([name, value]) => `${name}=${value}`);
    expect(Math.max(...all.map((cookie) => cookie.length))).toBeLessThan(4_096);
    expect(all.filter((cookie) => cookie.startsWith("x-ms-cpim-cache"))).toHaveLength(8);
    await browser.post(page, { answer: "ok" });
    expect((await shown(await browser.act(page))).api).toBe("SelfAsserted");
  });

  it("expire when the journey is over, with the same attributes", async () => {
    const browser = server.browser({ https: true });
    const page = await browser.start();
    await browser.act(page, "cancelled");
    expect(browser.lastSetCookies).toHaveLength(2);
    for (const line of browser.lastSetCookies)
      expect(line).toMatch(
        /=; domain=login\.test; path=\/; SameSite=None; secure; HttpOnly; Max-Age=0; expires=/,
      );
  });

  it("keep the other tab's transaction when one is over", async () => {
    const browser = server.browser();
    const one = await browser.start();
    const two = await browser.start();
    await browser.act(two, "cancelled");
    await browser.post(one, { answer: "ok" });
    expect((await shown(await browser.act(one))).api).toBe("SelfAsserted");
  });
});

describe("the page under real clients' regular expressions", () => {
  it.each([
    ["openHAB, opower and others", /^var SETTINGS = (.*);$/m],
    ["clients that stop at the first };", /var SETTINGS = ({.*?});/],
    ["clients that stop at the first ;", /var SETTINGS = ([^;]*);/],
  ])("%s read SETTINGS as JSON", async (_client, pattern) => {
    const page = await server.browser().start();
    const settings = JSON.parse(pattern.exec(page.html)?.[1] ?? "");
    expect(settings).toMatchObject({
      api: "CombinedSigninAndSignup",
      csrf: page.csrf,
      transId: page.transId,
      hosts: { tenant: "/contoso.onmicrosoft.com/B2C_1_susi", policy: "B2C_1_susi" },
    });
  });

  it("look-around expressions find token and transaction", async () => {
    const page = await server.browser().start();
    expect(/(?<="csrf":").*?(?=","transId)/.exec(page.html)?.[0]).toBe(page.csrf);
    expect(/StateProperties=.*?(?=","pageViewId)/.exec(page.html)?.[0]).toBe(page.transId);
  });

  it("JMeter's extractors find them in body and headers", async () => {
    const browser = server.browser();
    const page = await browser.start();
    expect(`StateProperties=${/.*StateProperties=([^"]*)/.exec(page.html)?.[1]}`).toBe(page.transId);
    const headers = browser.lastSetCookies.map((line) => `Set-Cookie: ${line}`).join("\n");
    expect(/.*x-ms-cpim-csrf=([^;]*)/.exec(headers)?.[1]).toBe(page.csrf);
  });

  it("repeats the tenant and policy as they must be in every later address", async () => {
    const browser = server.browser();
    const byId = "/aaaaaaaa-0000-4000-8000-000000000001/b2c_1_SUSI";
    const page = await browser.start("", byId);
    expect(page.base).toBe("/aaaaaaaa-0000-4000-8000-000000000001/B2C_1_susi");
    expect(page.policy).toBe("B2C_1_susi");
    expect((await browser.act(page)).status).toBe(200);
  });
});
