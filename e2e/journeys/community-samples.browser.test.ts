import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchBrowser, withoutBrowser } from "../browser.ts";
import { PackServer, packsFolder } from "./pack-server.ts";

const isThere = existsSync(packsFolder);
if (!isThere)
  console.warn("!!! SKIPPED: the community's samples are not beside this checkout; no browser ran them.");

const password = "Passw0rd!x";

/** The policy files of samples, by name. */
async function published(...samples: readonly string[]): Promise<Record<string, string>> {
  const folders = samples.map((sample) => join(packsFolder, "../samples", sample, "policy"));
  const files: Record<string, string> = {};
  for (const folder of folders)
    for (const name of await readdir(folder)) files[name] = await readFile(join(folder, name), "utf8");
  return files;
}

// Three of different kinds, byte for byte as they were published: one narrows a claim of the base, one calls a
// sub-journey from a link of the sign-in page, one lets people change what they sign in with.
describe.skipIf(withoutBrowser || !isThere)("samples of the community, on one starter pack", () => {
  let served: PackServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  beforeAll(async () => {
    served = await PackServer.start("SocialAndLocalAccounts", () =>
      published("sign-up-domain-allowlist", "embedded-password-reset", "change-sign-in-name"),
    );
    browser = await launchBrowser(served.network.browserArguments);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
  });
  afterEach(() => context.close());

  async function prove(address: string): Promise<void> {
    await page.fill("#email", address);
    await page.click("#email_ver_but_send");
    await page.waitForSelector("#email_ver_input", { state: "visible" });
    await page.fill("#email_ver_input", await served.code(address));
    await page.click("#email_ver_but_verify");
    await page.waitForSelector("#email_success", { state: "visible" });
  }

  async function signUp(address: string, policy = "B2C_1A_signup_signin") {
    await served.open(page, policy);
    await page.click("#createAccount");
    await prove(address);
    await page.fill("#newPassword", password);
    await page.fill("#reenterPassword", password);
    await page.fill("#displayName", "Ida Lund");
    await page.fill("#givenName", "Ida");
    await page.fill("#surname", "Lund");
    await page.click("#continue");
    return served.claims(page);
  }

  async function signIn(address: string, secret: string, policy = "B2C_1A_signup_signin") {
    await served.open(page, policy);
    await page.fill("#signInName", address);
    await page.fill("#password", secret);
    await page.click("#next");
  }

  it("lets only the allowed domains sign up, and says which these are", async () => {
    const policy = "B2C_1A_Demo_SignUpSignIn_DomainAllowlist";
    await served.open(page, policy);
    await page.click("#createAccount");
    await page.fill("#email", "ida@contoso.example");
    await page.click("#email_ver_but_send");
    await page
      .getByText(/outlook\.com, live\.com, (?:or )?gmail\.com/)
      .first()
      .waitFor();
    expect(await page.isVisible("#email_ver_input")).toBe(false);
    expect(await signUp("ida@outlook.com", policy)).toMatchObject({ name: "Ida Lund" });
  }, 60_000);

  it("resets a forgotten password inside the sign-in, and goes on with it", async () => {
    const { sub } = await signUp("rea@contoso.example");
    const policy = "B2C_1A_Demo_SignUp_SignIn_SSPR";
    await served.open(page, policy);
    await page.click("#forgotPassword");
    await prove("rea@contoso.example");
    await page.click("#continue");
    await page.fill("#newPassword", "An0ther!one");
    await page.fill("#reenterPassword", "An0ther!one");
    await page.click("#continue");
    expect(await served.claims(page)).toMatchObject({ sub });
    await signIn("rea@contoso.example", password, policy);
    await page.waitForSelector(".error.pageLevel", { state: "visible" });
    await signIn("rea@contoso.example", "An0ther!one", policy);
    expect(await served.claims(page)).toMatchObject({ sub });
  }, 60_000);

  it("changes the address that a person signs in with, once the new one is proved", async () => {
    const { sub } = await signUp("old@contoso.example");
    await served.open(page, "B2C_1A_Demo_ChangeSignInName");
    await page.fill("#signInName", "old@contoso.example");
    await page.fill("#password", password);
    await page.click("#next, #continue");
    await prove("new@contoso.example");
    await page.click("#continue");
    expect(await served.claims(page)).toMatchObject({ sub });
    await signIn("old@contoso.example", password);
    await page.waitForSelector(".error.pageLevel", { state: "visible" });
    await signIn("new@contoso.example", password);
    expect(await served.claims(page)).toMatchObject({ sub });
  }, 60_000);
});
