import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  collectTroubles,
  desktop,
  launchBrowser,
  phone,
  sidewaysOverflow,
  withoutBrowser,
} from "./browser.ts";
import { newPerson, openFlow, proveAddress, shownClaims, signIn, signUp } from "./person.ts";
import {
  confidentialClient,
  demo,
  publicClient,
  type SampleServer,
  startSample,
  tenantDomain,
  tenantId,
} from "./sample-server.ts";

const flow = "B2C_1_signup_signin";
const sessionCookie = "x-ms-cpim-sso:";

describe.skipIf(withoutBrowser)("a person with an account", () => {
  let sample: SampleServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let troubles: string[];

  beforeAll(async () => {
    [sample, browser] = await Promise.all([startSample(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await sample?.close();
  });
  beforeEach(async ({ task }) => {
    // Every other test on a phone, so that both widths are seen.
    context = await browser.newContext({ viewport: task.name.includes("phone") ? phone : desktop });
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
    troubles = collectTroubles(page);
  });
  afterEach(async () => {
    await context.close();
    expect(troubles).toEqual([]);
  });

  const sessionCookies = async () =>
    (await context.cookies(sample.url)).filter(({ name }) => name.startsWith(sessionCookie));

  it("signs in, also on a phone, after a wrong password that the page explains", async () => {
    await openFlow(page, sample, flow);
    await signIn(page, demo.email, "Wrong-passw0rd");
    const error = page.locator("#localAccountForm > .error.pageLevel");
    await error.waitFor({ state: "visible" });
    expect(await error.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await page.inputValue("#email")).toBe(demo.email);
    expect(await sidewaysOverflow(page)).toBe(0);
    await page.fill("#password", demo.password);
    await page.click("#next");
    expect(await shownClaims(page)).toMatchObject({
      name: "Demo Person",
      extension_PromotionCode: "WELCOME-GOLD",
      tfp: flow,
    });
  });

  it("signs in by the sign-in flow, and is asked again where the application wants that", async () => {
    await openFlow(page, sample, "B2C_1_signin");
    expect(await page.locator("#createAccount").count()).toBe(0);
    await signIn(page, demo.email, demo.password);
    expect(await shownClaims(page)).toMatchObject({ tfp: "B2C_1_signin" });
    await openFlow(page, sample, "B2C_1_signin", { prompt: "login" });
    expect(await page.locator("#next").isVisible()).toBe(true);
  });

  it("is not asked twice: another flow of the tenant answers by the session, until sign-out", async () => {
    await openFlow(page, sample, flow);
    await signIn(page, demo.email, demo.password);
    const first = await shownClaims(page);
    expect((await sessionCookies()).map(({ expires }) => expires)).toEqual([-1]);

    await openFlow(page, sample, "B2C_1_signin");
    const second = await shownClaims(page);
    expect(second).toMatchObject({ tfp: "B2C_1_signin", sub: first.sub, auth_time: first.auth_time });

    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Signed out" }).waitFor();
    expect(await sessionCookies()).toEqual([]);
    await openFlow(page, sample, flow);
    expect(await page.locator("#next").isVisible()).toBe(true);
  });

  it("runs a flow from the console, for either kind of application, and finds the call that it made", async () => {
    await page.goto(`${sample.url}/dev`);
    await page.getByRole("button", { name: `Run now ${flow}` }).click();
    await page.waitForSelector("#next");
    await signIn(page, demo.email, demo.password);
    expect(await shownClaims(page)).toMatchObject({ aud: publicClient, tfp: flow });

    await page.goto(`${sample.url}/dev`);
    await page
      .getByLabel("Application and reply URL")
      .selectOption({ label: `Sample web application: ${sample.url}/app/callback` });
    await page.getByRole("button", { name: `Run now ${flow}` }).click();
    expect(await shownClaims(page)).toMatchObject({ aud: confidentialClient.id, tfp: flow });

    await page.getByRole("link", { name: "Development console" }).click();
    await page.getByRole("link", { name: "Calls", exact: true }).click();
    await page.locator("main a[href^='/dev/calls/']").first().click();
    await page.getByRole("heading", { name: "Verdict" }).waitFor();
    expect(await page.locator("main").textContent()).toContain("WELCOME-GOLD");
  });

  it("sees the tenant's logo, and that it is over, where the application names no page of its own", async () => {
    await page.goto(`${sample.url}/${tenantDomain}/${flow}/oauth2/v2.0/logout`);
    await page.getByRole("heading", { name: "You are signed out" }).waitFor();
    const width = await page.locator(".vb-logo").evaluate((logo: HTMLImageElement) => logo.naturalWidth);
    expect(width).toBeGreaterThan(0);
  });

  it("finds an error at its field, above the link for a new password", async () => {
    await openFlow(page, sample, flow);
    await page.click("#next");
    const bottomOf = async (selector: string) => {
      const box = await page.locator(selector).boundingBox();
      return (box?.y ?? 0) + (box?.height ?? 0);
    };
    const error = ".entry-item:has(#password) .error.itemLevel";
    expect(await bottomOf(error)).toBeLessThan(await bottomOf("#forgotPassword"));
    expect(await bottomOf(error)).toBeGreaterThan(await bottomOf("#password"));
  });

  it("stays signed in over a restart of the browser when the box was ticked", async () => {
    await openFlow(page, sample, flow);
    await page.check("#rememberMe");
    await signIn(page, demo.email, demo.password);
    await shownClaims(page);
    const [cookie] = await sessionCookies();
    const days = ((cookie?.expires ?? 0) - Date.now() / 1000) / 86_400;
    expect(days).toBeGreaterThan(29);
    expect(days).toBeLessThanOrEqual(30);

    // A restarted browser keeps exactly the cookies that have an end.
    const kept = (await context.cookies(sample.url)).filter(({ expires }) => expires > 0);
    const restarted = await browser.newContext({ viewport: desktop });
    try {
      await restarted.addCookies(kept);
      const again = await restarted.newPage();
      await openFlow(again, sample, flow);
      expect(await shownClaims(again)).toMatchObject({ name: "Demo Person" });
    } finally {
      await restarted.close();
    }
  });

  it("edits the profile on a phone, and the next token holds the new values", async () => {
    const person = newPerson();
    await openFlow(page, sample, flow);
    await signUp(page, sample, { ...person, loyaltyNumber: "123455" });
    await shownClaims(page);

    await openFlow(page, sample, "B2C_1_edit");
    await page.waitForSelector("#attributeList");
    expect(await sidewaysOverflow(page)).toBe(0);
    expect(await page.inputValue("#givenName")).toBe("Ada");
    expect(await page.inputValue("#extension_LoyaltyNumber")).toBe("123455");
    await page.fill("#surname", "Byron");
    await page.click("#continue");
    expect(await shownClaims(page)).toMatchObject({ family_name: "Byron", tfp: "B2C_1_edit" });
    await openFlow(page, sample, "B2C_1_signin");
    expect(await shownClaims(page)).toMatchObject({ family_name: "Byron", given_name: "Ada" });
  });

  it("leaves the profile as it is by Cancel", async () => {
    await openFlow(page, sample, "B2C_1_edit");
    await signIn(page, demo.email, demo.password);
    await page.waitForSelector("#surname");
    await page.fill("#surname", "Nobody");
    await page.click("#cancel");
    await page.waitForURL(/\/app\/callback/);
    expect(await page.textContent("#error-description")).toContain("AADB2C90091");
    // The journey did not end well, so it left no session behind.
    await openFlow(page, sample, flow);
    await signIn(page, demo.email, demo.password);
    expect(await shownClaims(page)).toMatchObject({ family_name: "Person" });
  });

  it.each([
    ["the flow for it", "B2C_1_reset"],
    ["the sign-in page, on a phone", flow],
  ])("chooses a new password by %s", async (_way, start) => {
    const person = newPerson();
    await openFlow(page, sample, flow);
    await signUp(page, sample, person);
    await shownClaims(page);
    await context.clearCookies();

    await openFlow(page, sample, start);
    if (start === flow) await page.click("#forgotPassword");
    await proveAddress(page, sample, person.email);
    expect(await sidewaysOverflow(page)).toBe(0);
    if (!(await page.locator("#newPassword").count())) await page.click("#continue");
    await page.fill("#newPassword", "An0ther!passw");
    await page.fill("#reenterPassword", "An0ther!passw");
    await page.click("#continue");
    expect(await shownClaims(page)).toMatchObject({ tfp: start });

    await context.clearCookies();
    await openFlow(page, sample, flow);
    await signIn(page, person.email, person.password);
    await page.waitForSelector("#localAccountForm > .error.pageLevel", { state: "visible" });
    await page.fill("#password", "An0ther!passw");
    await page.click("#next");
    expect(await shownClaims(page)).toMatchObject({ name: "Ada Lovelace" });
  });

  it("does several sign-ins in several tabs, each with its own answer", async () => {
    await openFlow(page, sample, flow);
    const other = await context.newPage();
    await openFlow(other, sample, "B2C_1_signin");
    await signIn(page, demo.email, demo.password);
    expect(await shownClaims(page)).toMatchObject({ tfp: flow });
    await signIn(other, demo.email, demo.password);
    expect(await shownClaims(other)).toMatchObject({ tfp: "B2C_1_signin" });
  });

  it("comes back to the application's own copy of the answer by reload, and not into the flow by Back", async () => {
    await openFlow(page, sample, flow);
    await signIn(page, demo.email, demo.password);
    await shownClaims(page);
    await page.reload();
    expect(await shownClaims(page)).toMatchObject({ name: "Demo Person" });
    await page.goBack();
    await page.waitForLoadState();
    expect(await page.locator("#claims").count()).toBe(0);
    // What stands there now can be gone through again, or says that it is over; it is never a broken page.
    expect(await page.locator("#next, h1").count()).toBeGreaterThan(0);
  });

  it("signs in over https to the application that has a secret and a server of its own", async () => {
    const secure = await browser.newContext({ viewport: desktop, ignoreHTTPSErrors: true });
    try {
      const tab = await secure.newPage();
      tab.setDefaultTimeout(20_000);
      const query = new URLSearchParams({ policy: flow, client: confidentialClient.id });
      await tab.goto(`${sample.httpsUrl}/app/login?${query}`);
      await tab.waitForSelector("#next");
      await signIn(tab, demo.email, demo.password);
      expect(await shownClaims(tab)).toMatchObject({
        iss: `${sample.httpsUrl}/${tenantId}/v2.0/`,
        aud: confidentialClient.id,
      });
      const cookies = await secure.cookies(sample.httpsUrl);
      expect(cookies.every(({ secure: only, httpOnly }) => only && httpOnly)).toBe(true);
    } finally {
      await secure.close();
    }
  });
});
