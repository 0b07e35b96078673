import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  brokenRules,
  collectTroubles,
  launchBrowser,
  phone,
  sidewaysOverflow,
  withoutBrowser,
} from "../browser.ts";
import { publicClientId } from "../connectors/documents.ts";
import { tenantDomain } from "../connectors/person.ts";
import { goodPassword, newAddress, startWorld, type World } from "../connectors/world.ts";

const policy = "B2C_1A_proofs";
const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

let world: World;
let browser: Browser;
/** The native application: any port of this machine is its. */
let application: Server;
let redirectUri: string;
beforeAll(async () => {
  const text = await readFile(join(import.meta.dirname, "policy.xml"), "utf8");
  application = createServer((_request, response) => {
    response
      .setHeader("Content-Type", "text/html")
      .end("<link rel=icon href=data:,><h1>the application</h1>");
  });
  await new Promise<void>((resolve) => application.listen(0, "localhost", resolve));
  redirectUri = `http://localhost:${(application.address() as AddressInfo).port}/cb`;
  [world, browser] = await Promise.all([
    // The test's API is the mail service of this policy.
    startWorld(({ api }) => ({
      files: { "policies/proofs.xml": text.replace("{mail service}", api.url) },
    })),
    launchBrowser(),
  ]);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await world?.close();
  application?.close();
});

function account(address: string) {
  const tenant = world.server.context.tenants.find(tenantDomain);
  if (!tenant) throw new Error("the tenant is not served");
  return world.server.context.store
    .directory(tenant)
    .find({ kind: "signInName", signInType: "emailAddress", value: address });
}

/** What the mail service got last for an address. */
function mailed(address: string): { readonly template: unknown; readonly code: string } {
  const bodies = world.api.received
    .filter(({ url }) => url === "/mail")
    .map(({ text }) => JSON.parse(text))
    .filter(({ personalizations }) => personalizations[0].to[0].email === address);
  const last = bodies.at(-1);
  return { template: last.template_id, code: last.personalizations[0].dynamic_template_data.otp };
}

describe.skipIf(withoutBrowser).each([
  ["with scripts", true],
  ["without scripts", false],
] as const)("a page with verification controls, %s", { timeout: 90_000 }, (_name, javaScriptEnabled) => {
  let context: BrowserContext;
  let page: Page;
  let troubles: string[];
  let address: string;
  let backup: string;
  beforeEach(async () => {
    context = await browser.newContext({ viewport: phone, javaScriptEnabled, locale: "en-US" });
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
    troubles = collectTroubles(page);
    address = newAddress();
    backup = newAddress();
    const query = new URLSearchParams({
      client_id: publicClientId,
      response_type: "code",
      redirect_uri: redirectUri,
      scope: "openid",
      code_challenge: challenge,
      code_challenge_method: "S256",
      state: "kept",
      ui_locales: "en",
    });
    await page.goto(`${world.url}/${tenantDomain}/${policy}/oauth2/v2.0/authorize?${query}`);
  });
  afterEach(async () => {
    expect(troubles).toEqual([]);
    await context.close();
  });

  const visible = (selector: string) => page.waitForSelector(selector, { state: "visible" });
  const hidden = (selector: string) => page.waitForSelector(selector, { state: "hidden" });

  async function send(control: string, field: string, value: string): Promise<void> {
    await page.fill(`#${field}`, value);
    await page.click(`#${control}_but_send_code`);
    await visible(`#${control}_but_verify_code`);
  }

  async function check(control: string, field: string, code: string): Promise<void> {
    await page.fill(`#${field}`, code);
    await page.click(`#${control}_but_verify_code`);
  }

  async function proveAddress(): Promise<void> {
    await send("emailControl", "email", address);
    await check("emailControl", "emailCode", await world.code(address));
    await visible("#emailControl_success_message");
  }

  async function proveBackup(): Promise<void> {
    await send("backupControl", "backupEmail", backup);
    await check("backupControl", "backupCode", mailed(backup).code);
    await visible("#backupControl_success_message");
  }

  async function fillRest(): Promise<void> {
    await page.fill("#displayName", "Ida Lund");
    await page.fill("#newPassword", goodPassword);
    await page.fill("#reenterPassword", goodPassword);
  }

  async function answer(): Promise<URLSearchParams> {
    await page.waitForURL((url) => url.href.startsWith(redirectUri));
    return new URL(page.url()).searchParams;
  }

  it("lets the person prove both addresses, and creates the account with what was proved", async () => {
    expect(
      await page
        .locator("#attributeList > ul > li")
        .evaluateAll((items) => items.map((item) => item.className)),
    ).toEqual([
      "VerificationControl emailControl_li",
      "TextBox displayName_li",
      "VerificationControl backupControl_li",
      "Password newPassword_li",
      "Password reenterPassword_li",
    ]);
    expect(await page.textContent("#backupControl_info_message")).toBe(
      "We write to this address when you lose the other one.",
    );
    expect(await page.textContent("#backupControl_but_send_code")).toBe("Send a code to the backup address");
    expect(await page.getAttribute("#continue", "aria-disabled")).toBe("true");
    expect(await page.isVisible("#emailCode")).toBe(false);
    expect(await sidewaysOverflow(page)).toBe(0);

    await proveAddress();
    expect(await page.isVisible("#emailCode")).toBe(false);
    expect(await page.isDisabled("#email")).toBe(true);
    expect(await page.getAttribute("#continue", "aria-disabled")).toBe("true");
    await proveBackup();
    expect(mailed(backup)).toMatchObject({
      template: "d-of-the-test",
      code: expect.stringMatching(/^[a-zA-Z0-9]{8}$/),
    });
    expect(await page.textContent("#backupControl_success_message")).toBe("The backup address is yours.");
    expect(await page.getAttribute("#continue", "aria-disabled")).toBe("false");
    expect(await sidewaysOverflow(page)).toBe(0);

    await fillRest();
    await page.click("#continue");
    expect((await answer()).get("code")).not.toBeNull();
    const stored = await account(address);
    expect(stored?.attributes).toMatchObject({
      displayName: "Ida Lund",
      strongAuthenticationEmailAddress: backup,
    });
  });

  it("says in the control what is wrong, and takes another code and another address", async () => {
    await send("backupControl", "backupEmail", "mistyped@people.example");
    await page.click("#backupControl_but_change_claims");
    await visible("#backupControl_but_send_code");
    expect(await page.isDisabled("#backupEmail")).toBe(false);

    await send("backupControl", "backupEmail", backup);
    await check("backupControl", "backupCode", "not-it");
    await visible("#backupControl_error_message");
    expect(await page.textContent("#backupControl_error_message")).toBe("This code is not the one.");
    const first = mailed(backup).code;
    await page.click("#backupControl_but_send_new_code");
    await hidden("#backupControl_error_message");
    await visible("#backupControl_info_message");
    expect(mailed(backup).code).not.toBe(first);
    await check("backupControl", "backupCode", first);
    await visible("#backupControl_error_message");
    await check("backupControl", "backupCode", mailed(backup).code);
    await visible("#backupControl_success_message");
    await hidden("#backupControl_error_message");
  });

  it.runIf(javaScriptEnabled)("breaks no rule of axe in any state", async () => {
    expect(await brokenRules(page)).toEqual([]);
    await send("emailControl", "email", address);
    await check("emailControl", "emailCode", "wrong");
    await visible("#emailControl_error_message");
    expect(await brokenRules(page)).toEqual([]);
    await check("emailControl", "emailCode", await world.code(address));
    await visible("#emailControl_success_message");
    expect(await brokenRules(page)).toEqual([]);
  });

  it("goes no further while a control is open", async () => {
    await proveAddress();
    expect(await page.isDisabled("#displayName")).toBe(true);
    await page.click("#continue", { force: true });
    await visible(javaScriptEnabled ? "#backupControl_error_message" : ".error.pageLevel[aria-hidden=false]");
    expect(page.url()).not.toContain(redirectUri);
    expect(await account(address)).toBeUndefined();
  });
});
