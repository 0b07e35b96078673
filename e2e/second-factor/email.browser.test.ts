import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { collectTroubles, launchBrowser, phone, withoutBrowser } from "../browser.ts";
import { flow } from "../connectors/documents.ts";
import { goodPassword, startWorld, type World } from "../connectors/world.ts";
import { type Application, expectAccessible, newAccount, startApplication } from "./application.ts";

const policy = "B2C_1_email";

let world: World;
let browser: Browser;
let application: Application;
beforeAll(async () => {
  const multifactorAuthenticationConfiguration = {
    multifactorAuthenticationState: "on",
    multifactorAuthenticationMethod: "email",
  };
  [world, browser] = await Promise.all([
    startWorld(() => ({ flows: { [policy]: flow(policy, { multifactorAuthenticationConfiguration }) } })),
    launchBrowser(),
  ]);
  application = await startApplication(world);
}, 60_000);
afterAll(async () => {
  application?.close();
  await browser?.close();
  await world?.close();
});

describe.skipIf(withoutBrowser).each([
  ["with scripts", true],
  ["without scripts", false],
] as const)("the page that sends a code to the account's address, %s", (_name, javaScriptEnabled) => {
  let context: BrowserContext;
  let page: Page;
  let troubles: string[];
  beforeEach(async () => {
    context = await browser.newContext({ viewport: phone, javaScriptEnabled, locale: "en-US" });
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
    troubles = collectTroubles(page);
  });
  afterEach(async () => {
    expect(troubles).toEqual([]);
    await context.close();
  });

  it("shows the address without letting it be changed, and goes on with the code that was mailed", async () => {
    const address = await newAccount(world);
    await application.open(page, policy);
    await page.fill("#email", address);
    await page.fill("#password", goodPassword);
    await page.click("#next");
    await page.waitForSelector("#secondFactorEmail_ver_but_send", { state: "visible" });
    expect(await page.inputValue("#secondFactorEmail")).toBe(address);
    expect(await page.isEditable("#secondFactorEmail")).toBe(false);
    if (javaScriptEnabled) await expectAccessible(page);
    await page.click("#secondFactorEmail_ver_but_send");
    await page.waitForSelector("#secondFactorEmail_ver_input", { state: "visible" });
    await page.fill("#secondFactorEmail_ver_input", await world.code(address));
    await page.click("#secondFactorEmail_ver_but_verify");
    await page.waitForSelector("#secondFactorEmail_success", { state: "visible" });
    await page.click("#continue");
    expect((await application.answer(page)).get("code")).not.toBeNull();
  });
});
