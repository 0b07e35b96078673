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
import { fillDetails, newPerson, openFlow, proveAddress, shownClaims, signIn, signUp } from "./person.ts";
import { type SampleServer, startSample, tenantDomain } from "./sample-server.ts";

const flow = "B2C_1_signup_signin";

describe.skipIf(withoutBrowser)("a person who signs up in a browser", () => {
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
  const visitWith = async (viewport: { width: number; height: number }) => {
    context = await browser.newContext({ viewport });
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
    troubles = collectTroubles(page);
  };
  beforeEach(() => visitWith(desktop));
  afterEach(async () => {
    await context.close();
    expect(troubles).toEqual([]);
  });

  const accountOf = (email: string) => {
    const tenant = sample.server.context.tenants.find(tenantDomain);
    if (!tenant) throw new Error("the sample tenant is not served");
    const { store } = sample.server.context;
    return store.directory(tenant).find({ kind: "signInName", value: email });
  };

  describe.each([
    ["a phone", phone],
    ["a desktop", desktop],
  ])("on %s", (_name, viewport) => {
    beforeEach(async () => {
      await context.close();
      await visitWith(viewport);
    });

    it("is corrected by the API, keeps what was typed, and ends at the application with the API's claim", async () => {
      const person = newPerson();
      await page.goto(`${sample.url}/app`);
      expect(await sidewaysOverflow(page)).toBe(0);
      await page.getByRole("button", { name: flow }).click();
      await page.waitForSelector("#createAccount");
      expect(await sidewaysOverflow(page)).toBe(0);
      await signUp(page, sample, { ...person, loyaltyNumber: "12" });

      const message = page.locator("#claimVerificationServerError");
      await message.waitFor({ state: "visible" });
      expect(await message.textContent()).toContain("A loyalty number has six digits");
      expect(await message.evaluate((element) => element === document.activeElement)).toBe(true);
      expect(await page.inputValue("#givenName")).toBe("Ada");
      expect(await page.inputValue("#newPassword")).toBe(person.password);
      expect(await sidewaysOverflow(page)).toBe(0);

      await page.fill("#extension_LoyaltyNumber", "123455");
      await page.click("#continue");
      expect(await shownClaims(page)).toMatchObject({
        given_name: "Ada",
        newUser: "true",
        emails: `["${person.email}"]`,
        extension_LoyaltyNumber: "123455",
        extension_PromotionCode: "WELCOME-GOLD",
      });
      expect(await sidewaysOverflow(page)).toBe(0);
    });

    it("is blocked by the API: neither reload nor Back goes on", async () => {
      const person = newPerson();
      await openFlow(page, sample, flow);
      await signUp(page, sample, { ...person, loyaltyNumber: "000000" });
      const blocked = page.getByText("This loyalty number was withdrawn");
      await blocked.waitFor();
      expect(await sidewaysOverflow(page)).toBe(0);
      expect(await page.locator("#continue:visible").count()).toBe(0);

      const reloaded = await page.reload();
      expect([reloaded?.status(), await page.locator("input:visible").count()]).toEqual([400, 0]);
      const back = await page.goBack();
      expect([back?.status(), await page.locator("input:visible").count()]).toEqual([400, 0]);
      expect(page.url()).not.toContain("/app/callback");
      expect(await accountOf(person.email)).toBeUndefined();
      expect(troubles.splice(0)).toEqual([expect.stringContaining("status of 400"), expect.anything()]);
    });

    it("comes by the sample provider, finds the page prefilled, and ends at the application", async () => {
      await openFlow(page, sample, flow);
      await page.getByRole("link", { name: "Sample social" }).click();
      const email = `${viewport === phone ? "phone" : "desktop"}@social.example`;
      await page.fill("input[name=email]", email);
      await page.fill("input[name=name]", "Grace Brewster Hopper");
      await page.click("button.go");
      await page.waitForSelector("#attributeList");
      expect(await page.inputValue("#givenName")).toBe("Grace Brewster");
      expect(await page.inputValue("#surname")).toBe("Hopper");
      // Nobody typed this: the API answered it after federating.
      expect(await page.inputValue("#jobTitle")).toBe("Member");
      expect(await sidewaysOverflow(page)).toBe(0);
      if (await page.locator("#email_ver_but_send:visible").count()) await proveAddress(page, sample, email);
      await page.click("#continue");
      expect(await shownClaims(page)).toMatchObject({
        name: "Grace Brewster Hopper",
        jobTitle: "Member",
        extension_PromotionCode: "WELCOME-BRONZE",
      });
    });
  });

  it("is turned away after federating when the API's list does not hold the company", async () => {
    await openFlow(page, sample, flow);
    await page.getByRole("link", { name: "Sample social" }).click();
    await page.getByRole("button", { name: "Bela Blocked" }).click();
    await page.getByText("People of blocked.example cannot sign up here.").waitFor();
    expect(await page.locator("input:visible").count()).toBe(0);
    const again = await page.reload();
    expect(again?.status()).toBe(400);
    expect(await page.locator("input:visible").count()).toBe(0);
    expect(troubles.splice(0)).toEqual([expect.stringContaining("status of 400")]);
  });

  it("sees a wrong code, a wrong password rule and differing passwords at the fields", async () => {
    const person = newPerson();
    await openFlow(page, sample, flow);
    await page.click("#createAccount");
    await page.fill("#email", person.email);
    await page.click("#email_ver_but_send");
    await page.fill("#email_ver_input", "000000");
    await page.click("#email_ver_but_verify");
    await page.waitForSelector("#email_fail_retry", { state: "visible" });
    expect(await page.locator("#continue").getAttribute("aria-disabled")).toBe("true");
    await page.click("#email_ver_but_edit");
    await proveAddress(page, sample, person.email);
    await fillDetails(page, { ...person, password: "short" });
    await page.click("#continue");
    await page.waitForSelector("#newPassword_error", { state: "visible" });
    expect(await page.locator("#newPassword").evaluate((one) => one === document.activeElement)).toBe(true);
    await page.fill("#newPassword", person.password);
    await page.fill("#reenterPassword", `${person.password}?`);
    await page.click("#continue");
    await page.waitForSelector("#passwordEntryMismatch", { state: "visible" });
    await page.fill("#reenterPassword", person.password);
    await page.click("#continue");
    expect(await shownClaims(page)).toMatchObject({ newUser: "true" });
  });

  it("creates one account by pressing the button twice", async () => {
    const person = newPerson();
    await openFlow(page, sample, flow);
    await page.click("#createAccount");
    await proveAddress(page, sample, person.email);
    await fillDetails(page, person);
    await page.locator("#continue").dblclick();
    await shownClaims(page);
    expect(await accountOf(person.email)).toMatchObject({ attributes: { givenName: "Ada" } });
  });

  it("is told that the address has an account, and signs in with it instead", async () => {
    const person = newPerson();
    await openFlow(page, sample, flow);
    await signUp(page, sample, person);
    await shownClaims(page);
    await context.clearCookies();

    await openFlow(page, sample, flow);
    await signUp(page, sample, person);
    await page.waitForSelector("#claimVerificationServerError", { state: "visible" });
    await openFlow(page, sample, flow);
    await signIn(page, person.email, person.password);
    expect(await shownClaims(page)).not.toHaveProperty("newUser");
  });

  it("returns to the application by Cancel, with B2C's code", async () => {
    await openFlow(page, sample, flow);
    await page.click("#createAccount");
    await page.click("#cancel");
    await page.waitForURL(/\/app\/callback/);
    expect(await page.textContent("#error-description")).toContain("AADB2C90091");
  });
});
