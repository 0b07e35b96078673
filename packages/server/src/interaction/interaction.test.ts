import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  policyName,
  redirectUri,
  type ScriptedServer,
  scriptedServer,
  tenantA,
} from "./scripted-server.fixture.ts";
import { codeOf, shown } from "./test-browser.fixture.ts";

let server: ScriptedServer;
beforeAll(async () => {
  server = await scriptedServer();
});
afterAll(() => server.close());
beforeEach(() => {
  server.script.events.length = 0;
  server.script.submissions = 0;
  server.script.issued = 0;
});

describe("a journey over two pages", () => {
  it("moves only on confirmed, and ends in a redirect with the code last", async () => {
    const browser = server.browser();
    const first = await browser.start();
    const posted = await browser.post(first, { answer: "ok" });
    expect(posted.status).toBe(200);
    expect(posted.headers.get("content-type")).toBe("text/json; charset=utf-8");
    expect(await posted.text()).toBe('{"status":"200"}');

    const second = await shown(await browser.act(first));
    expect(second.transId).toBe(first.transId);
    expect(second.csrf).not.toBe(first.csrf);
    expect(second.api).toBe("SelfAsserted");

    expect(await (await browser.post(second, { answer: "ok" })).text()).toBe('{"status":"200"}');
    const end = await browser.act(second);
    expect(end.status).toBe(302);
    expect(end.headers.get("location")).toMatch(/^https:\/\/app\.test\/cb\?state=s1&code=[\w.-]+$/);
    expect(server.script.issued).toBe(1);
  });

  it("answers a refused form with the code and the sentence in B2C's order", async () => {
    const browser = server.browser();
    const page = await browser.start();
    expect(await (await browser.post(page, { answer: "no" })).text()).toBe(
      '{"status":"400","errorCode":"AADB2C90054","message":"Wrong <answer>."}',
    );
  });

  it("leaves the error code out where the sentence is an API's own", async () => {
    server.script.override = (state, event) =>
      event.kind === "submitted"
        ? { state, outcome: { kind: "refused", problem: { message: "Not you.", fields: {} } }, trace: [] }
        : undefined;
    try {
      const browser = server.browser();
      const page = await browser.start();
      expect(await (await browser.post(page, { answer: "ok" })).text()).toBe(
        '{"status":"400","message":"Not you."}',
      );
    } finally {
      delete server.script.override;
    }
  });

  it("shows the current page again on confirmed before any post, and on a repeated confirmed", async () => {
    const browser = server.browser();
    const first = await browser.start();
    expect((await shown(await browser.act(first))).api).toBe("CombinedSigninAndSignup");
    await browser.post(first, { answer: "ok" });
    expect((await shown(await browser.act(first))).api).toBe("SelfAsserted");
    expect((await shown(await browser.act(first))).api).toBe("SelfAsserted");
    expect(server.script.issued).toBe(0);
  });

  it("keeps two tabs apart", async () => {
    const browser = server.browser();
    const one = await browser.start();
    const two = await browser.start();
    expect(one.transId).not.toBe(two.transId);
    await browser.post(one, { answer: "ok" });
    expect((await shown(await browser.act(one))).api).toBe("SelfAsserted");
    expect((await shown(await browser.act(two))).api).toBe("CombinedSigninAndSignup");
  });

  it("goes on at another node that shares store and secret", async () => {
    const other = await scriptedServer({ beside: server });
    try {
      const browser = server.browser();
      const page = await browser.start();
      await browser.post(page, { answer: "ok" });
      const elsewhere = other.browser();
      for (const [name, value] of browser.cookies) elsewhere.cookies.set(name, value);
      expect((await shown(await elsewhere.act(page))).api).toBe("SelfAsserted");
    } finally {
      await other.close();
    }
  });
});

describe("repeated requests", () => {
  it("runs a double submit once and gives both the first one's answer", async () => {
    const browser = server.browser();
    const page = await browser.start();
    let open: () => void = () => undefined;
    server.script.gate = new Promise((resolve) => {
      open = resolve;
    });
    let arrived = 0;
    const count = () => {
      arrived += 1;
    };
    server.app.server.on("request", count);
    const both = [browser.post(page, { answer: "no" }), browser.post(page, { answer: "no" })];
    // The second is there before the first is through.
    await expect.poll(() => [arrived, server.script.submissions]).toEqual([2, 1]);
    server.app.server.off("request", count);
    open();
    const bodies = await Promise.all(both.map(async (response) => (await response).text()));
    delete server.script.gate;
    expect(bodies[0]).toBe(bodies[1]);
    expect(bodies[0]).toContain("AADB2C90054");
    expect(server.script.submissions).toBe(1);
  });

  it("runs an accepted submission once, however often it is repeated before confirmed", async () => {
    const browser = server.browser();
    const page = await browser.start();
    for (let time = 0; time < 3; time += 1) {
      server.clock.now += 5_000;
      expect(await (await browser.post(page, { answer: "ok" })).text()).toBe('{"status":"200"}');
    }
    expect(server.script.submissions).toBe(1);
  });

  it("runs a different body, and a refused one that is posted again later", async () => {
    const browser = server.browser();
    const page = await browser.start();
    await browser.post(page, { answer: "no" });
    server.clock.now += 1;
    await browser.post(page, { answer: "no" });
    await browser.post(page, { answer: "never" });
    await browser.post(page, { answer: "ok" });
    expect(server.script.submissions).toBe(4);
  });

  it("does not answer a page with the reply to the same body on another page", async () => {
    const browser = server.browser();
    const first = await browser.start();
    await browser.post(first, { answer: "ok" });
    const second = await shown(await browser.act(first));
    server.clock.now += 1;
    await browser.post(second, { answer: "ok" });
    expect(server.script.submissions).toBe(2);
  });

  it("repeats the final response with the same code while the code is unredeemed", async () => {
    const browser = server.browser();
    const first = await browser.start();
    await browser.post(first, { answer: "ok" });
    const second = await shown(await browser.act(first));
    await browser.post(second, { answer: "ok" });
    const before = new Map(browser.cookies);
    const end = await browser.act(second);
    const code = codeOf(end);
    expect(code).toBeDefined();

    const again = server.browser();
    for (const [name, value] of before) again.cookies.set(name, value);
    const repeated = await again.act(second);
    expect(codeOf(repeated)).toBe(code);
    expect(server.script.issued).toBe(1);

    // A late post finds nothing to do.
    for (const [name, value] of before) again.cookies.set(name, value);
    server.clock.now += 1;
    expect(await (await again.post(second, { answer: "other" })).text()).toContain("AADB2C90046");
  });

  it("forgets the transaction in the browser when the journey is over", async () => {
    const browser = server.browser();
    const page = await browser.start();
    const end = await browser.act(page, "cancelled");
    expect(end.headers.get("location")).toContain("error=access_denied");
    expect([...browser.cookies.keys()].filter((name) => /cache|trans/.test(name))).toEqual([]);
    expect((await browser.act(page)).status).toBe(400);
  });

  it("sends to the identity provider once more without running the step again", async () => {
    const browser = server.browser();
    const page = await browser.start();
    const once = await browser.act(page, "unified", "claimsexchange=GoogleExchange&");
    const twice = await browser.act(page);
    expect(twice.status).toBe(302);
    expect(twice.headers.get("location")).toBe(once.headers.get("location"));
    expect(server.script.events).toHaveLength(1);
  });
});

describe("links of a page", () => {
  it.each([
    ["cancelled", "AADB2C90091"],
    ["canceled", "AADB2C90091"],
    ["Cancel", "AADB2C90091"],
    ["forgotPassword", "AADB2C90118"],
  ])("%s ends with %s at the application, state kept", async (action, code) => {
    const browser = server.browser();
    const page = await browser.start();
    const end = await browser.act(page, action);
    const location = new URL(end.headers.get("location") ?? "");
    expect(location.searchParams.get("error")).toBe("access_denied");
    expect(location.searchParams.get("error_description")).toMatch(new RegExp(`^${code}: `));
    expect(location.searchParams.get("state")).toBe("s1");
  });

  it("hands the hint and the choice to the journey", async () => {
    const browser = server.browser();
    const page = await browser.start();
    await browser.act(page, "unified", "local=signup&hint=a@b.test&");
    await browser.act(page, "unified", "claimsexchange=Bad&");
    expect(server.script.events).toEqual([
      { kind: "signUpChosen", hint: "a@b.test" },
      { kind: "exchangeChosen", exchangeId: "Bad" },
    ]);
  });

  it("shows the error page for an exchange that is not offered, and leaves the journey open", async () => {
    const browser = server.browser();
    const page = await browser.start();
    const refused = await browser.act(page, "unified", "claimsexchange=Bad&");
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain(page.tid);
    expect((await browser.act(page)).status).toBe(200);
  });

  it("shows what the page's script reports, and leaves the journey open", async () => {
    const browser = server.browser();
    const page = await browser.start();
    const reported = await browser.act(page, "error", "code=UX005&");
    expect(reported.status).toBe(200);
    const html = await reported.text();
    expect(html).toContain("AADB2C90002");
    expect(html).toContain("UX005");
    expect(html).toContain(page.tid);
    expect((await browser.act(page)).status).toBe(200);
    const hostile = await browser.act(page, "error", "code=%3Cscript%3Ealert(1)%3C/script%3E&");
    expect(await hostile.text()).not.toContain("alert(1)");
  });

  it("moves nothing for a browser that fetches ahead, or for HEAD", async () => {
    const browser = server.browser();
    const page = await browser.start();
    const url = `${page.base}/api/${page.api}/cancelled?csrf_token=${page.csrf}&tx=${page.transId}`;
    const ahead = await browser.fetch(url, { headers: { "sec-purpose": "prefetch;prerender" } });
    expect(ahead.status).toBe(503);
    expect((await browser.fetch(url, { method: "HEAD" })).status).toBe(404);
    expect(server.script.events).toEqual([]);
  });
});

describe("small endpoints", () => {
  const base = `/${tenantA}/${policyName}`;
  it.each([
    ["/client/perftrace", 200, '{"status":"200"}'],
    ["/client/cspreport", 204, ""],
    ["/SelfAsserted/DisplayControlAction/vbeta/emailControl/SendCode", 400, ""],
    ["/CombinedSigninAndSignup/DisplayControlAction/vbeta/emailControl/SendCode", 400, ""],
    ["/api/SelfAsserted/DisplayControlAction/vbeta/emailControl/SendCode", 400, ""],
    ["/Phonefactor/verify", 400, ""],
  ])("POST %s is %i", async (path, status, body) => {
    const response = await server.browser().fetch(`${base}${path}?tx=x&p=y`, {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json" },
    });
    expect(response.status).toBe(status);
    expect(await response.text()).toBe(body);
  });

  it("answers 404 for a policy or tenant that is not there", async () => {
    const get = (path: string) => server.browser().fetch(path);
    expect((await get(`/${tenantA}/B2C_1_none/api/SelfAsserted/confirmed`)).status).toBe(404);
    expect((await get(`/nobody.test/${policyName}/api/SelfAsserted/confirmed`)).status).toBe(404);
  });

  it("refuses a form of more than 64 KiB with 413", async () => {
    const browser = server.browser();
    const page = await browser.start();
    const response = await browser.post(page, { answer: "x".repeat(70_000) });
    expect(response.status).toBe(413);
    expect(server.script.submissions).toBe(0);
  });
});

describe("failures", () => {
  it("answers a form with an empty 500 and lets the person post again", async () => {
    const browser = server.browser();
    const page = await browser.start();
    server.script.override = (_state, event) => {
      if (event.kind === "submitted") throw new Error("secret detail");
      return undefined;
    };
    const failed = await browser.post(page, { answer: "ok" });
    delete server.script.override;
    expect(failed.status).toBe(500);
    expect(await failed.text()).toBe("");
    expect(await (await browser.post(page, { answer: "ok" })).text()).toBe('{"status":"200"}');
  });

  it("sends the application a server_error when a step throws, and runs it no second time", async () => {
    const browser = server.browser();
    const page = await browser.start();
    await browser.post(page, { answer: "ok" });
    let runs = 0;
    server.script.override = (_state, event) => {
      if (event.kind !== "confirmed") return undefined;
      runs += 1;
      throw new Error("secret detail");
    };
    const before = new Map(browser.cookies);
    const end = await browser.act(page);
    for (const [name, value] of before) browser.cookies.set(name, value);
    const again = await browser.act(page);
    delete server.script.override;
    expect(end.headers.get("location")).toContain("error=server_error&error_description=AADB2C90037%3a+");
    expect(await end.text()).not.toContain("secret detail");
    expect(again.headers.get("location")).toBe(end.headers.get("location"));
    expect(runs).toBe(1);
  });

  it("keeps a failure of the journey behind a form for the next confirmed", async () => {
    const browser = server.browser();
    const page = await browser.start();
    server.script.override = (state, event) =>
      event.kind === "submitted"
        ? {
            state: { ...state, status: "failed" },
            outcome: {
              kind: "relyingPartyError",
              error: "server_error",
              code: "AADB2C90157",
              message: "Enough.",
            },
            trace: [],
          }
        : undefined;
    const posted = await browser.post(page, { answer: "no" });
    delete server.script.override;
    expect(await posted.text()).toBe('{"status":"400","errorCode":"AADB2C90157","message":"Enough."}');
    expect((await browser.act(page)).headers.get("location")).toContain("AADB2C90157");
  });

  it("ends a transaction after a day", async () => {
    const browser = server.browser();
    const page = await browser.start();
    server.clock.now += 24 * 3_600_000;
    const late = await browser.act(page);
    expect(late.status).toBe(400);
    expect(await late.text()).toContain("AADB2C90046");
  });

  it("never answers prompt=none with a page", async () => {
    const response = await server
      .browser()
      .fetch(`/${tenantA}/${policyName}/oauth2/v2.0/authorize?state=s1&prompt=none`);
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toMatch(
      new RegExp(`^${redirectUri}\\?error=interaction_required&error_description=AADB2C90077%3a`),
    );
    expect(
      response.headers.getSetCookie().filter((line) => /cache\|/.test(line) && !/Max-Age=0/.test(line)),
    ).toEqual([]);
  });
});

describe("what is left for the operator", () => {
  it("writes audit rows and the trace in development mode", async () => {
    const browser = server.browser();
    const page = await browser.start();
    await browser.act(page, "cancelled");
    const tenantId = server.tenants[0]?.id ?? "";
    const audit = (await server.store.observations.listAudit(tenantId, 100)).filter(
      (row) => row.correlationId === page.tid,
    );
    expect(audit.map((row) => [row.activity, row.result, row.reason]).sort()).toEqual([
      ["Start user journey", "success", undefined],
      ["Validate user authentication", "failure", "AADB2C90091"],
    ]);
    const trace = await server.store.observations.trace(tenantId, page.tid);
    expect(trace.map((entry) => entry.text)).toEqual(["started", "cancelled"]);
  });
});
