import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { brokenRules, desktop, launchBrowser, phone, sidewaysOverflow, withoutBrowser } from "./browser.ts";
import { fillDetails, newPerson, openFlow, proveAddress, shownClaims, signIn } from "./person.ts";
import { demo, type SampleServer, startSample, tenantDomain } from "./sample-server.ts";

const flow = "B2C_1_signup_signin";

describe.skipIf(withoutBrowser)("the pages, as the server sends them", () => {
  let sample: SampleServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    [sample, browser] = await Promise.all([startSample(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await sample?.close();
  });
  const visitWith = async (options: Parameters<Browser["newContext"]>[0]) => {
    context = await browser.newContext(options);
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
  };
  afterEach(() => context.close());

  /** Fails with the rules that the page breaks; `about` says at which page. */
  async function expectAccessible(about: string): Promise<void> {
    expect({ about, violations: await brokenRules(page) }).toEqual({ about, violations: [] });
  }

  describe.each([
    ["light", phone],
    ["dark", desktop],
  ] as const)("in %s colours", (colorScheme, viewport) => {
    // Without motion, so that no colour is read in the middle of its fade.
    beforeEach(() => visitWith({ viewport, colorScheme, reducedMotion: "reduce" }));

    it("break no rule of axe while somebody signs in and out", async () => {
      await page.goto(`${sample.url}/app`);
      await page.getByRole("button", { name: flow }).waitFor();
      await expectAccessible("application, start");
      await openFlow(page, sample, flow);
      await expectAccessible("sign-in");
      await page.click("#next");
      await expectAccessible("sign-in, nothing filled in");
      await signIn(page, demo.email, "Wrong-passw0rd");
      await page.waitForSelector("#localAccountForm > .error.pageLevel", { state: "visible" });
      await expectAccessible("sign-in, refused");
      await page.fill("#password", demo.password);
      await page.click("#next");
      await shownClaims(page);
      await expectAccessible("application, token");
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("heading", { name: "Signed out" }).waitFor();
      await page.goto(`${sample.url}/${tenantDomain}/${flow}/oauth2/v2.0/logout`);
      await expectAccessible("signed out");
    });

    it("break no rule of axe while somebody signs up, is corrected and blocked", async () => {
      const person = newPerson("axe.example");
      await openFlow(page, sample, "B2C_1_signup");
      await page.waitForSelector("#api");
      await expectAccessible("ways to sign up");
      await openFlow(page, sample, flow);
      await page.click("#createAccount");
      await page.waitForSelector("#continue");
      await expectAccessible("sign-up");
      await page.fill("#email", person.email);
      await page.click("#email_ver_but_send");
      await page.waitForSelector("#email_ver_input", { state: "visible" });
      await page.fill("#email_ver_input", "000000");
      await page.click("#email_ver_but_verify");
      await page.waitForSelector("#email_fail_retry", { state: "visible" });
      await expectAccessible("sign-up, wrong code");
      await page.click("#email_ver_but_edit");
      await proveAddress(page, sample, person.email);
      await page.click("#continue");
      await page.waitForSelector("#requiredFieldMissing", { state: "visible" });
      await expectAccessible("sign-up, fields missing");
      await fillDetails(page, { ...person, loyaltyNumber: "12" });
      await page.click("#continue");
      await page.waitForSelector("#claimVerificationServerError", { state: "visible" });
      await expectAccessible("sign-up, corrected by the API");
      await page.fill("#extension_LoyaltyNumber", "000000");
      await page.click("#continue");
      await page.getByText("This loyalty number was withdrawn").waitFor();
      await expectAccessible("blocked");
      await page.reload();
      await expectAccessible("error");
    });

    it("break no rule of axe in the development console", async () => {
      await openFlow(page, sample, flow);
      await signIn(page, demo.email, demo.password);
      await shownClaims(page);
      for (const path of ["/dev", "/dev/outbox", "/dev/calls", "/dev/journeys"]) {
        await page.goto(sample.url + path);
        await expectAccessible(path);
        expect(await sidewaysOverflow(page)).toBe(0);
      }
      for (const kind of ["calls", "journeys"]) {
        await page.goto(`${sample.url}/dev/${kind}`);
        await page.locator(`main a[href^='/dev/${kind}/']`).first().click();
        await page.waitForURL(new RegExp(`/dev/${kind}/.`));
        await expectAccessible(`one of the ${kind}`);
        expect(await sidewaysOverflow(page)).toBe(0);
      }
    });

    it("break no rule of axe on the pages for a new password and the profile", async () => {
      await openFlow(page, sample, "B2C_1_reset");
      await page.waitForSelector("#email");
      await expectAccessible("reset, address");
      await proveAddress(page, sample, demo.email);
      await page.click("#continue");
      await page.waitForSelector("#newPassword");
      await expectAccessible("reset, password");
      await openFlow(page, sample, "B2C_1_edit");
      await signIn(page, demo.email, demo.password);
      await page.waitForSelector("#surname");
      await expectAccessible("profile");
    });
  });

  describe("for somebody who has only a keyboard", () => {
    beforeEach(() => visitWith({ viewport: desktop }));
    const focused = () => page.evaluate(() => document.activeElement?.id ?? "");

    it("lead from the first field to the button in the order of the page, and sign in with Enter", async () => {
      await openFlow(page, sample, flow);
      await page.waitForFunction(() => document.activeElement?.id === "email");
      const order: string[] = [];
      await page.keyboard.type(demo.email);
      for (let stop = 0; stop < 10 && order.at(-1) !== "OIDC-V1-SampleSocialExchange"; stop++) {
        await page.keyboard.press("Tab");
        order.push(await focused());
      }
      const named = order.filter((id) => id !== "");
      expect(named).toEqual([
        "password",
        "forgotPassword",
        "rememberMe",
        "next",
        "createAccount",
        "OIDC-V1-SampleSocialExchange",
      ]);
      while ((await focused()) !== "password") await page.keyboard.press("Shift+Tab");
      await page.keyboard.type(demo.password);
      await page.keyboard.press("Enter");
      expect(await shownClaims(page)).toMatchObject({ name: "Demo Person" });
    });

    it("show where the focus is, at every stop", async () => {
      await openFlow(page, sample, flow);
      for (let stop = 0; stop < 8; stop++) {
        await page.keyboard.press("Tab");
        const ring = await page.evaluate(() => {
          const element = document.activeElement;
          if (element === null || element === document.body) return "none";
          const style = getComputedStyle(element);
          return style.outlineStyle === "none" ? `nothing at ${element.outerHTML}` : "ring";
        });
        expect(ring).not.toMatch(/^nothing/);
      }
    });

    it("put the focus on the error, and on the first field that is wrong", async () => {
      await openFlow(page, sample, flow);
      await page.click("#next");
      expect(await focused()).toBe("email");
      expect(await page.locator("#email").getAttribute("aria-invalid")).toBe("true");
      await signIn(page, demo.email, "Wrong-passw0rd");
      await page.waitForFunction(() =>
        document.activeElement?.matches("#localAccountForm > .error.pageLevel"),
      );
    });

    it("sign up without a mouse", async () => {
      const person = newPerson("keyboard.example");
      await openFlow(page, sample, flow);
      await page.locator("#createAccount").press("Enter");
      await page.waitForFunction(() => document.activeElement?.id === "email");
      await page.keyboard.type(person.email);
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.activeElement?.id === "email_ver_input");
      const mails = await (await fetch(`${sample.url}/dev/outbox.json?to=${person.email}`)).json();
      await page.keyboard.type(mails[0].code);
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.activeElement?.id === "newPassword");
      const values: Readonly<Record<string, string>> = {
        newPassword: person.password,
        reenterPassword: person.password,
        givenName: "Ada",
        surname: "Lovelace",
        displayName: "Ada Lovelace",
      };
      for (const [id, value] of Object.entries(values)) {
        while ((await focused()) !== id) await page.keyboard.press("Tab");
        await page.keyboard.type(value);
      }
      await page.keyboard.press("Enter");
      expect(await shownClaims(page)).toMatchObject({ newUser: "true" });
    });
  });

  it("stay within the window at 320 pixels and with text of twice the size", async () => {
    await visitWith({ viewport: { width: 320, height: 640 } });
    await openFlow(page, sample, flow);
    expect(await sidewaysOverflow(page)).toBe(0);
    await page.click("#createAccount");
    await page.waitForSelector("#continue");
    expect(await sidewaysOverflow(page)).toBe(0);
    await page.addStyleTag({ content: "html { font-size: 200% }" }).catch(() => undefined);
    expect(await sidewaysOverflow(page)).toBe(0);
  });
});
