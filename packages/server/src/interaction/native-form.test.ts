import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ScriptedServer, scriptedServer, tenantA } from "./scripted-server.fixture.ts";
import { codeOf, type ShownPage, shown, type TestBrowser } from "./test-browser.fixture.ts";

// Forms of a browser without JavaScript (pages.md 4.8), and the return from an identity provider.

let server: ScriptedServer;
let browser: TestBrowser;
let page: ShownPage;
beforeAll(async () => {
  server = await scriptedServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  browser = server.browser();
  page = await browser.start();
  server.script.events.length = 0;
});

async function native(fields: readonly (readonly [string, string])[]): Promise<Response> {
  const body = new URLSearchParams([
    ["_native", "1"],
    ["csrf_token", page.csrf],
    ["request_type", "RESPONSE"],
  ]);
  for (const [name, value] of fields) body.append(name, value);
  return browser.fetch(`${page.base}/SelfAsserted?tx=${page.transId}&p=${page.policy}`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "text/html" },
    body: body.toString(),
  });
}

describe("a form without script", () => {
  it("goes on by 303 to confirmed, and so through the whole journey", async () => {
    for (const api of ["SelfAsserted", undefined]) {
      const accepted = await native([["answer", "ok"]]);
      expect(accepted.status).toBe(303);
      const next = await browser.fetch(accepted.headers.get("location") ?? "");
      if (api === undefined) expect(codeOf(next)).toBeDefined();
      else {
        page = await shown(next);
        expect(page.api).toBe(api);
      }
    }
  });

  it("shows the page with the sentence when it was refused, as text and never as markup", async () => {
    const refused = await native([["answer", "no"]]);
    expect(refused.status).toBe(200);
    const html = await refused.text();
    expect(html).toContain("Wrong &lt;answer>.");
    expect(html).not.toContain("Wrong <answer>.");
  });

  it("may name a field as the page calls it, and repeat the boxes of a group", async () => {
    await native([
      ["Your answer", "ok"],
      ["tastes", "sweet"],
      ["tastes", "sour"],
      ["rememberMe", "true"],
    ]);
    const event = server.script.events.at(-1);
    expect(event).toMatchObject({
      kind: "submitted",
      step: 1,
      fields: { answer: "ok", tastes: "sweet,sour" },
    });
  });

  it("carries the keep-me-signed-in box to confirmed", async () => {
    const accepted = await native([
      ["answer", "ok"],
      ["rememberMe", "true"],
    ]);
    await browser.fetch(accepted.headers.get("location") ?? "");
    expect(server.script.events.at(-1)).toEqual({ kind: "confirmed", keepMeSignedIn: true });
  });

  it("cancels", async () => {
    const cancelled = await native([["_action", "cancel"]]);
    expect(cancelled.status).toBe(303);
    const end = await browser.fetch(cancelled.headers.get("location") ?? "");
    expect(end.headers.get("location")).toContain("AADB2C90091");
  });

  it("sends, verifies and changes an address, and says when a code is wrong", async () => {
    for (const [action, code] of [
      ["send", ""],
      ["verify", "000000"],
      ["verify", "123456"],
      ["change", ""],
    ]) {
      const response = await native([
        ["answer", "a@b.test"],
        ["answer_ver_input", code ?? ""],
        ["_action", `${action}:answer`],
      ]);
      expect(response.status).toBe(200);
      expect((await response.text()).includes("That code is incorrect.</")).toBe(code === "000000");
    }
    expect(server.script.events).toMatchObject([
      { kind: "verification", action: "send", claimId: "answer", address: "a@b.test" },
      { kind: "verification", action: "verify", code: "000000" },
      { kind: "verification", action: "verify", code: "123456" },
      { kind: "verification", action: "change" },
    ]);
  });

  it("with a wrong token or without cookies shows the error page and runs nothing", async () => {
    browser.cookies.clear();
    const refused = await native([["answer", "ok"]]);
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain("AADB2C90211");
    expect(server.script.events).toEqual([]);
  });
});

describe("classic verification by script", () => {
  it("answers with the result as a number", async () => {
    const post = (fields: Readonly<Record<string, string>>) => browser.post(page, fields);
    const send = await post({
      request_type: "VERIFICATION_REQUEST",
      claim_id: "email",
      claim_value: "a@b.test",
    });
    expect(await send.text()).toBe('{"status":"200","result":0}');
    const verify = { request_type: "VALIDATION_REQUEST", claim_id: "email", claim_value: "a@b.test" };
    expect(await (await post({ ...verify, user_input: "1" })).text()).toBe('{"status":"200","result":3}');
    expect(await (await post({ ...verify, user_input: "123456" })).text()).toBe(
      '{"status":"200","result":0}',
    );
  });
});

describe("the return from an identity provider", () => {
  const returnTo = `/${tenantA}/oauth2/authresp`;
  const leave = async (who: TestBrowser, from: ShownPage) =>
    expect((await who.act(from, "unified", "claimsexchange=GoogleExchange&")).status).toBe(302);

  it.each([
    returnTo,
    `/${tenantA}/B2C_1_susi/oauth2/authresp`,
    `/te/${tenantA}/B2C_1_susi/oauth2/authresp`,
    `/te/${tenantA}/oauth2/authresp`,
    `/TE/${tenantA.toUpperCase()}/OAUTH2/AuthResp`,
  ])("works by query and by post at %s", async (address) => {
    for (const method of ["GET", "POST"]) {
      const secure = server.browser({ https: true });
      const from = await secure.start();
      await leave(secure, from);
      const answer = `state=${encodeURIComponent(`${from.transId}.n0nce`)}&code=good`;
      const end =
        method === "GET"
          ? await secure.fetch(`${address}?${answer}`)
          : await secure.fetch(address, {
              method,
              body: answer,
              headers: { "content-type": "application/x-www-form-urlencoded" },
            });
      expect(codeOf(end)).toBeDefined();
    }
  });

  it("is consumed once, and nothing comes of it while the journey waits for something else", async () => {
    const url = `${returnTo}?state=${page.transId}.n&code=good`;
    const early = await browser.fetch(url);
    expect(early.status).toBe(400);
    expect(await early.text()).toContain("AADB2C90046");
    await leave(browser, page);
    expect(codeOf(await browser.fetch(url))).toBeDefined();
    expect((await browser.fetch(url)).status).toBe(400);
    expect(server.script.events.filter((event) => event.kind === "providerReturned")).toHaveLength(1);
  });

  it("without a state belongs to nobody", async () => {
    await leave(browser, page);
    expect((await browser.fetch(`${returnTo}?code=good`)).status).toBe(400);
    expect(codeOf(await browser.fetch(`${returnTo}?state=${page.transId}.n&code=good`))).toBeDefined();
  });

  it("over plain http passes a cross-site post through a page of our own", async () => {
    await leave(browser, page);
    const answer = { state: `${page.transId}.n`, code: "good", extra: "'><script>alert(1)</script>" };
    // `SameSite=Lax`: the browser sends no cookies with a cross-site post.
    const hop = await browser.fetch(returnTo, {
      method: "POST",
      body: new URLSearchParams(answer).toString(),
      headers: { "content-type": "application/x-www-form-urlencoded", cookie: "" },
    });
    expect(hop.status).toBe(200);
    const html = await hop.text();
    expect(html).toContain(`action='/${tenantA}/oauth2/authresp'`);
    expect(html).not.toContain("<script>alert(1)");
    const fields = [...html.matchAll(/name='([^']*)' id='[^']*' value='([^']*)'/g)].map(
      ([, name, value]) => [name ?? "", value ?? ""] as [string, string],
    );
    const end = await browser.fetch(returnTo, {
      method: "POST",
      body: new URLSearchParams(fields).toString(),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(codeOf(end)).toBeDefined();
    const event = server.script.events.at(-1);
    expect(event?.kind === "providerReturned" && Object.keys(event.parameters)).toEqual([
      "state",
      "code",
      "extra",
    ]);
  });

  it("hops once only", async () => {
    const again = await server.browser().fetch(returnTo, {
      method: "POST",
      body: `state=${page.transId}&code=good&_same_site=1`,
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(again.status).toBe(400);
    expect(await again.text()).toContain("AADB2C90211");
  });

  it("tells the application of a refusal", async () => {
    await leave(browser, page);
    const end = await browser.fetch(`${returnTo}?state=${page.transId}.n&error=access_denied`);
    expect(end.headers.get("location")).toContain("AADB2C90273");
  });
});
