import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { collectTroubles, launchBrowser, phone, sidewaysOverflow, withoutBrowser } from "../browser.ts";
import { goodPassword, startWorld, type World } from "../connectors/world.ts";
import {
  type Application,
  accountsOf,
  expectAccessible,
  newAccount,
  startApplication,
} from "./application.ts";

const policy = "B2C_1A_phone";
const autodialPolicy = "B2C_1A_autodial";
const mobile = "+4790807061";
const office = "+14255550100";

let world: World;
let browser: Browser;
let application: Application;
beforeAll(async () => {
  const text = await readFile(join(import.meta.dirname, "policy.xml"), "utf8");
  [world, browser] = await Promise.all([
    startWorld(() => ({
      files: { "policies/phone.xml": text, "policies/autodial.xml": withAutodial(text) },
    })),
    launchBrowser(),
  ]);
  application = await startApplication(world);
}, 60_000);
afterAll(async () => {
  application?.close();
  await browser?.close();
  await world?.close();
});

/** The same policy, texting by itself where there is one number. */
function withAutodial(text: string): string {
  const items = '<Item Key="setting.autodial">true</Item><Item Key="setting.authenticationMode">sms</Item>';
  return text
    .replaceAll("B2C_1A_phone", autodialPolicy)
    .replace('<Item Key="ManualPhoneNumberEntryAllowed">', `${items}$&`);
}

const account = (attributes: Readonly<Record<string, string>> = {}) => newAccount(world, attributes);

interface Message {
  readonly channel: string;
  readonly to: string;
  readonly code?: string;
  readonly confirm?: string;
}

async function newest(to: string): Promise<Message> {
  const answer = await fetch(`${world.url}/dev/outbox.json?to=${encodeURIComponent(to)}`);
  const [message] = (await answer.json()) as readonly Message[];
  if (!message) throw new Error(`nothing went to ${to}`);
  return message;
}

describe.skipIf(withoutBrowser).each([
  ["with scripts", true],
  ["without scripts", false],
] as const)("the page that proves a phone, %s", (_name, javaScriptEnabled) => {
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

  const open = (parameters: Readonly<Record<string, string>> = {}) =>
    application.open(page, policy, parameters);
  const answer = () => application.answer(page);

  async function signIn(address: string): Promise<void> {
    await open();
    await page.fill("#signInName", address);
    await page.fill("#password", goodPassword);
    await page.click("#next");
    await page.waitForSelector("#phonefactor_initial", { state: "visible" });
    expect(await sidewaysOverflow(page)).toBe(0);
  }

  async function enterCode(code: string): Promise<void> {
    await page.waitForSelector("#verificationCode", { state: "visible" });
    await page.fill("#verificationCode", code);
    // With scripts the sixth digit is enough.
    if (!javaScriptEnabled) await page.click("#verifyCode");
  }

  it("enrols a number, asks for it at the next sign-in and not within the session", async () => {
    const address = await account();
    const typed = javaScriptEnabled ? "90 80 70 61" : "90 80 70 62";
    const number = `+47${typed.replaceAll(" ", "")}`;
    await signIn(address);
    if (javaScriptEnabled) await expectAccessible(page);
    await page.selectOption("#countryCode", { label: "Norway (+47)" });
    await page.fill("#number", typed);
    await page.click("#sendCode");
    await page.waitForSelector("#verificationCode", { state: "visible" });
    const message = await newest(number);
    expect(message).toMatchObject({ channel: "sms", to: number });
    await enterCode(message.code ?? "");
    expect((await answer()).get("code")).not.toBeNull();
    const stored = await accountsOf(world).find({ kind: "signInName", value: address });
    expect(stored?.attributes.strongAuthenticationPhoneNumber).toBe(number);

    await open();
    expect((await answer()).get("code")).not.toBeNull();

    await open({ prompt: "login" });
    await page.fill("#signInName", address);
    await page.fill("#password", goodPassword);
    await page.click("#next");
    await page.waitForSelector("#phoneNumbers", { state: "visible" });
    expect(await page.textContent("#phoneNumbers .number")).toBe(`XXX-XXX-${number.slice(-4)}`);
    expect(await page.content()).not.toContain(number.slice(0, -4));
  });

  it("offers several numbers, says that a code is wrong, and takes the right one", async () => {
    await signIn(
      await account({
        strongAuthenticationPhoneNumber: mobile,
        strongAuthenticationAlternativePhoneNumber: office,
      }),
    );
    if (javaScriptEnabled) await expectAccessible(page);
    await page.check('label[for="2"]');
    await page.click("#sendCode");
    await page.waitForSelector("#verificationCode", { state: "visible" });
    const { code = "" } = await newest(office);
    await enterCode(code === "000000" ? "000001" : "000000");
    await page.waitForSelector("#codeVerification .error.itemLevel", { state: "visible" });
    if (javaScriptEnabled) await expectAccessible(page);
    expect(await page.textContent("#codeVerification .error.itemLevel")).toContain(
      "does not match our records",
    );
    await enterCode(code);
    expect((await answer()).get("code")).not.toBeNull();
    // The next browser may text the same number at once.
    world.clock.advance(11 * 60_000);
  });

  it("tells the application after three wrong codes", async () => {
    await signIn(await account({ strongAuthenticationPhoneNumber: mobile }));
    await page.click("#sendCode");
    await page.waitForSelector("#verificationCode", { state: "visible" });
    const { code = "" } = await newest(mobile);
    for (let round = 0; round < 3; round += 1) {
      await enterCode(code === "000000" ? "000001" : "000000");
      if (round < 2)
        await page.waitForFunction(() => {
          const box = document.querySelector<HTMLInputElement>("#verificationCode");
          const error = document.querySelector<HTMLElement>("#codeVerification .error.itemLevel");
          return box?.value === "" && error?.style.display === "block";
        });
    }
    const fields = await answer();
    expect(fields.get("error")).toBe("server_error");
    expect(fields.get("error_description")).toContain("AADB2C90151");
    expect(fields.get("code")).toBeNull();
  });

  it("calls, and goes on when the person presses #", async () => {
    const number = javaScriptEnabled ? "+4790807071" : "+4790807072";
    await signIn(await account({ strongAuthenticationPhoneNumber: number }));
    await page.click("#verifyPhone");
    await page.waitForSelector(".dialing-modal", { state: "visible" });
    if (javaScriptEnabled) await expectAccessible(page);
    const message = await newest(number);
    expect(message.channel).toBe("call");
    // The console stands in for the phone, and any program that holds the address.
    const outbox = await context.newPage();
    await outbox.goto(`${world.url}/dev/outbox`);
    const settled = outbox.waitForResponse((response) => response.request().method() === "POST");
    await outbox.click(`[data-key]:has-text("${number}") button[value="confirmed"]`);
    expect((await settled).status()).toBe(204);
    expect(outbox.url()).toContain("/dev/outbox");
    const told = () =>
      fetch(message.confirm ?? "", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: '{"status":"confirmed"}',
      });
    expect((await told()).status).toBe(404);
    if (!javaScriptEnabled) await page.click("#callAnswered");
    expect((await answer()).get("code")).not.toBeNull();
  });

  it("leaves with an error of its own when the person cancels", async () => {
    await signIn(await account({ strongAuthenticationPhoneNumber: mobile }));
    await page.click("#cancel");
    const fields = await answer();
    expect(fields.get("error")).toBe("access_denied");
    expect(fields.get("error_description")).toContain("AADB2C90091: The user has canceled multi-factor");
  });

  it("texts by itself where the policy says so, once, and only by script", async () => {
    const number = javaScriptEnabled ? "+4790807081" : "+4790807082";
    const address = await account({ strongAuthenticationPhoneNumber: number });
    await application.open(page, autodialPolicy);
    await page.fill("#signInName", address);
    await page.fill("#password", goodPassword);
    await page.click("#next");
    if (!javaScriptEnabled) await page.click("#sendCode");
    await page.waitForSelector("#verificationCode", { state: "visible" });
    const { code = "" } = await newest(number);
    await page.reload();
    await page.waitForSelector("#verificationCode", { state: "visible" });
    expect((await newest(number)).code).toBe(code);
    await enterCode(code);
    expect((await answer()).get("code")).not.toBeNull();
  });
});
