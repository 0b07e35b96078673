import { Secret, TOTP } from "otpauth";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { collectTroubles, launchBrowser, phone, sidewaysOverflow, withoutBrowser } from "../browser.ts";
import { flow } from "../connectors/documents.ts";
import { goodPassword, startWorld, type World } from "../connectors/world.ts";
import { type Application, expectAccessible, newAccount, startApplication } from "./application.ts";

const policy = "B2C_1_app";

let world: World;
let browser: Browser;
let application: Application;
beforeAll(async () => {
  const multifactorAuthenticationConfiguration = {
    multifactorAuthenticationState: "on",
    multifactorAuthenticationMethod: "authenticator",
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

/** The code that the app shows now, by the server's clock. */
const codeOf = (secret: string) =>
  new TOTP({ secret: Secret.fromBase32(secret.toUpperCase()) }).generate({
    timestamp: world.server.context.now(),
  });

describe.skipIf(withoutBrowser).each([
  ["with scripts", true],
  ["without scripts", false],
] as const)("the pages of an authenticator app, %s", (_name, javaScriptEnabled) => {
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

  async function signIn(address: string): Promise<void> {
    await application.open(page, policy, { prompt: "login" });
    await page.fill("#email", address);
    await page.fill("#password", goodPassword);
    await page.click("#next");
  }

  it("show a picture and the same for typing, enrol the app, and ask for its code from then on", async () => {
    const address = await newAccount(world);
    await signIn(address);
    await page.waitForSelector("#totpQrCodeControl-img", { state: "visible" });
    expect(await sidewaysOverflow(page)).toBe(0);
    expect(
      await page.$eval("#totpQrCodeControl-img", (image) => (image as HTMLImageElement).naturalWidth),
    ).toBeGreaterThan(0);
    const link = new URL((await page.getAttribute("#totpQrCodeControl-text", "href")) ?? "");
    expect([link.protocol, link.host]).toEqual(["otpauth:", "totp"]);
    expect(decodeURIComponent(link.pathname)).toContain(address);
    await page.click("#authenticatorInfoControl-collapse_text");
    if (javaScriptEnabled) await expectAccessible(page);
    const shown = await page.textContent("#authenticatorInfoControl-secret .value");
    const secret = link.searchParams.get("secret") ?? "";
    expect(shown).toBe(secret);
    expect(await page.textContent("#authenticatorInfoControl-account_name")).toContain(address);
    await page.click("#continue");

    await page.waitForSelector("#otpCode", { state: "visible" });
    if (javaScriptEnabled) await expectAccessible(page);
    const code = codeOf(secret);
    await page.fill("#otpCode", code === "000000" ? "000001" : "000000");
    await page.click("#continue");
    await page.waitForSelector("#claimVerificationServerError", { state: "visible" });
    await page.fill("#otpCode", codeOf(secret));
    await page.click("#continue");
    expect((await application.answer(page)).get("code")).not.toBeNull();

    // The code that enrolled the app is used up; the next one is not.
    await signIn(address);
    await page.waitForSelector("#otpCode", { state: "visible" });
    expect(await page.$("#totpQrCodeControl")).toBeNull();
    await page.fill("#otpCode", codeOf(secret));
    await page.click("#continue");
    await page.waitForSelector("#claimVerificationServerError", { state: "visible" });
    world.clock.advance(60_000);
    await page.fill("#otpCode", codeOf(secret));
    await page.click("#continue");
    expect((await application.answer(page)).get("code")).not.toBeNull();
  });
});
