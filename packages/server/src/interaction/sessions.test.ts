import { afterEach, describe, expect, it } from "vitest";
import { issuer } from "../relying-party/tenants.fixture.ts";
import {
  policyName,
  type ScriptedServer,
  scriptedServer,
  tenantA,
  tenantB,
} from "./scripted-server.fixture.ts";
import { codeOf, type TestBrowser } from "./test-browser.fixture.ts";

let server: ScriptedServer;
afterEach(() => server.close());

const ssoCookie = `x-ms-cpim-sso:${tenantA}_0`;
const authorize = `/${tenantA}/${policyName}/oauth2/v2.0/authorize?state=s1`;

async function signIn(browser: TestBrowser, query = ""): Promise<void> {
  const page = await browser.start();
  await browser.post(page, { answer: "ok" });
  const end = await browser.act(page, "confirmed", query);
  expect(codeOf(end)).toBeDefined();
}

describe("single sign-on", () => {
  it("signs in without a page as long as the session lives", async () => {
    server = await scriptedServer({ pages: 1 });
    const browser = server.browser();
    await signIn(browser);
    const line = browser.lastSetCookies.find((one) => one.startsWith(ssoCookie)) ?? "";
    expect(line).toMatch(/_0=[\w-]{43}; path=\/; SameSite=Lax; HttpOnly$/);
    expect(codeOf(await browser.fetch(authorize))).toBeDefined();
    server.clock.now += 86_401_000;
    expect((await browser.fetch(authorize)).status).toBe(200);
  });

  it("moves the expiry with each use, and keeps the handle", async () => {
    server = await scriptedServer({ pages: 1 });
    const browser = server.browser();
    await signIn(browser);
    const handle = browser.cookies.get(ssoCookie);
    for (let day = 0; day < 3; day += 1) {
      server.clock.now += 80_000_000;
      expect(codeOf(await browser.fetch(authorize))).toBeDefined();
      expect(browser.cookies.get(ssoCookie)).toBe(handle);
    }
  });

  it("gives a new handle for fresh credentials, and the old one finds nothing", async () => {
    server = await scriptedServer({ pages: 1 });
    const browser = server.browser();
    await signIn(browser);
    const planted = browser.cookies.get(ssoCookie) ?? "";
    // Fresh credentials in spite of the session.
    server.script.override = (state, event) =>
      event.kind === "started" && event.session !== undefined
        ? {
            state: {
              ...state,
              status: "suspended",
              pageCount: 1,
              waiting: { kind: "page", pageNumber: 1, selects: true, retries: 0, typed: {} },
            },
            outcome: { kind: "redirect", url: "https://elsewhere.test/" },
            trace: [],
          }
        : undefined;
    const trans = await browser.fetch(authorize);
    expect(trans.status).toBe(302);
    delete server.script.override;
    const tid = JSON.parse(
      Buffer.from(browser.cookies.get("x-ms-cpim-trans") ?? "", "base64").toString(),
    ).C_ID;
    const page = await pageOf(browser, tid);
    await browser.post(page, { answer: "ok" });
    expect(codeOf(await browser.act(page))).toBeDefined();
    expect(browser.cookies.get(ssoCookie)).not.toBe(planted);
    const thief = server.browser();
    thief.cookies.set(ssoCookie, planted);
    expect((await thief.fetch(authorize)).status).toBe(200);
  });

  it("ends the session of the person before when somebody else is let in, and never one's own", async () => {
    server = await scriptedServer({ pages: 1 });
    const browser = server.browser();
    await signIn(browser);
    const letIn = async (subject: string) => {
      const session = { created: 5, authTime: 5, subject, providers: {} };
      const lifetime = { seconds: 900, type: "Rolling", keepAliveInDays: 0 } as const;
      server.script.override = (state) => ({
        state: { ...state, status: "completed" },
        outcome: {
          ...{ kind: "issued", issuer, claims: {}, subject, authTime: 5, grantClaims: {} },
          session: {
            ...{ scope: "Tenant", fresh: false, stranger: true, keepMeSignedIn: false, lifetime },
            session: { ...session, identityProviders: [], relyingParties: [] },
          },
        },
        trace: [],
      });
      expect(codeOf(await browser.fetch(authorize))).toBeDefined();
      delete server.script.override;
      return browser.fetch(authorize);
    };
    expect(codeOf(await letIn("s"))).toBeDefined();
    expect((await letIn("another")).status).toBe(200);
    expect(browser.cookies.has(ssoCookie)).toBe(false);
  });

  it("keeps me signed in with a cookie that lives as long as the policy says", async () => {
    server = await scriptedServer({
      pages: 1,
      behaviors: { singleSignOn: { scope: "Tenant", keepAliveInDays: 30 } },
    });
    const browser = server.browser();
    await signIn(browser, "rememberMe=true&");
    expect(browser.lastSetCookies.find((one) => one.startsWith(ssoCookie))).toContain(
      `; Max-Age=${30 * 86_400}`,
    );
    server.clock.now += 29 * 86_400_000;
    expect(codeOf(await browser.fetch(authorize))).toBeDefined();
  });

  it("drops the persistent session at a policy without that offer", async () => {
    server = await scriptedServer({
      pages: 1,
      behaviors: { singleSignOn: { scope: "Tenant", keepAliveInDays: 30 } },
    });
    const browser = server.browser();
    await signIn(browser, "rememberMe=true&");
    const handle = browser.cookies.get(ssoCookie) ?? "";
    const other = await browser.fetch(`/${tenantA}/B2C_1_edit/oauth2/v2.0/authorize?state=s1`);
    expect(other.status).toBe(200);
    expect(browser.cookies.has(ssoCookie)).toBe(false);
    browser.cookies.set(ssoCookie, handle);
    expect((await browser.fetch(authorize)).status).toBe(200);
  });

  it("is never shared between tenants, also by a copied handle", async () => {
    server = await scriptedServer({ pages: 1 });
    const browser = server.browser();
    await signIn(browser);
    const handle = browser.cookies.get(ssoCookie) ?? "";
    browser.cookies.set(`x-ms-cpim-sso:${tenantB}_0`, handle);
    const foreign = await browser.fetch(`/${tenantB}/${policyName}/oauth2/v2.0/authorize?state=s1`);
    expect(foreign.status).toBe(200);
  });

  it("does not bring back a session that was ended while the journey ran", async () => {
    server = await scriptedServer({ pages: 1 });
    const browser = server.browser();
    await signIn(browser);
    const session = browser.cookies.get(ssoCookie) ?? "";
    server.script.override = (state, event) => {
      if (event.kind !== "started" || event.session === undefined) return undefined;
      return {
        state: {
          ...state,
          status: "suspended",
          sessionAtStart: event.session,
          pageCount: 1,
          waiting: { kind: "page", pageNumber: 1, selects: true, retries: 0, typed: {} },
        },
        outcome: { kind: "redirect", url: "https://elsewhere.test/" },
        trace: [],
      };
    };
    await browser.fetch(authorize);
    delete server.script.override;
    const tid = JSON.parse(
      Buffer.from(browser.cookies.get("x-ms-cpim-trans") ?? "", "base64").toString(),
    ).C_ID;
    const page = await pageOf(browser, tid);
    await server.store.sessions.removeOf(server.tenants[0]?.id ?? "", "s");
    await browser.post(page, { answer: "ok" });
    expect(codeOf(await browser.act(page))).toBeDefined();
    browser.cookies.set(ssoCookie, session);
    expect((await browser.fetch(authorize)).status).toBe(200);
  });
});

describe("the end of a session", () => {
  it("removes record and cookie and tells what they held", async () => {
    server = await scriptedServer({ pages: 1 });
    const browser = server.browser();
    await signIn(browser);
    const handle = browser.cookies.get(ssoCookie) ?? "";
    const ended = await endThrough(browser);
    expect(ended).toEqual({
      relyingParties: [{ clientId: "bbbbbbbb-0000-4000-8000-000000000001", policyId: policyName }],
      identityProviders: [{ technicalProfile: "Google" }],
    });
    expect(browser.cookies.has(ssoCookie)).toBe(false);
    browser.cookies.set(ssoCookie, handle);
    expect((await browser.fetch(authorize)).status).toBe(200);
    browser.cookies.clear();
    expect(await endThrough(browser)).toEqual({ relyingParties: [], identityProviders: [] });
  });
});

async function endThrough(browser: TestBrowser): Promise<unknown> {
  const response = await browser.fetch(`/${tenantA}/${policyName}/test-logout`);
  expect(response.status).toBe(200);
  return response.json();
}

async function pageOf(browser: TestBrowser, tid: string) {
  const transId = `StateProperties=${Buffer.from(JSON.stringify({ TID: tid })).toString("base64url")}`;
  const base = `/${tenantA}/${policyName}`;
  return {
    html: "",
    headers: new Headers(),
    base,
    api: "SelfAsserted",
    transId,
    policy: policyName,
    tid,
    csrf: await (await browser.fetch(`${base}/test-csrf?tid=${tid}`)).text(),
  };
}
