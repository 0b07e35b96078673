import { existsSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchBrowser, withoutBrowser } from "../browser.ts";
import { client, TestProvider } from "./identity-provider.ts";
import { PackServer, packsFolder } from "./pack-server.ts";
import { providerPolicy, variants } from "./provider-policy.ts";

// One certified provider, asked in every way that a policy can ask, by a real browser.

const isThere = existsSync(packsFolder);
if (!isThere) console.warn("!!! SKIPPED: the starter packs are not beside this checkout.");
const policy = "B2C_1A_providers";
const names = Object.keys(variants);

describe.skipIf(withoutBrowser || !isThere)("an OpenID Connect provider of a custom policy", () => {
  let provider: TestProvider;
  let served: PackServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  beforeAll(async () => {
    served = await PackServer.start("SocialAndLocalAccounts", async (redirectUri, signedOut) => {
      provider = await TestProvider.start(redirectUri, signedOut(policy));
      return { "Providers.xml": providerPolicy(provider.url, client) };
    });
    await served.setSecret("B2C_1A_ProviderSecret", client.secret);
    browser = await launchBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await served?.close();
    await provider?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
  });
  afterEach(() => context.close());

  async function signInThere(name: string): Promise<void> {
    await page.waitForURL(new RegExp(`^${provider.url}/login/`));
    await page.fill("#name", name);
    await page.click("#go");
  }

  it("offers its buttons in the order of the selections", async () => {
    await served.open(page, policy);
    const ids = await page.$$eval("button.claims-provider-selection, .accountButton", (all) =>
      all.map(({ id }) => id),
    );
    expect(ids).toEqual(names.map((name) => `${name}Exchange`));
  }, 60_000);

  it.each(names)(
    "signs up by %s, and signs in with the same subject",
    async (name) => {
      await served.open(page, policy);
      await page.click(`#${name}Exchange`);
      await signInThere(`ida-${name}`);
      await page.waitForSelector("#displayName");
      expect(await page.inputValue("#displayName")).toBe(`ida-${name} Lund`);
      await page.click("#continue");
      const first = await served.claims(page);
      expect(first).toMatchObject({
        name: `ida-${name} Lund`,
        email: `ida-${name}@provider.example`,
        idp: provider.url,
      });
      // The provider remembers the person; we ask it because the application wants a fresh sign-in.
      await served.open(page, policy, { domain_hint: `${name}.EXAMPLE` });
      expect(await served.claims(page)).toMatchObject({ sub: first.sub });
    },
    60_000,
  );

  it("hands the login hint on, where the profile asks for it", async () => {
    const asked = page.waitForRequest((request) => request.url().startsWith(`${provider.url}/auth?`));
    await served.open(page, policy, { domain_hint: "query.example", login_hint: "ida@contoso.example" });
    const { searchParams } = new URL((await asked).url());
    expect(Object.fromEntries(searchParams)).toMatchObject({
      login_hint: "ida@contoso.example",
      response_mode: "query",
      ui_locales: "en-US",
    });
  }, 60_000);

  it.each(["FormPost", "Query", "Hybrid"])(
    "that says no by %s is quoted to the application",
    async (name) => {
      await served.open(page, policy, { domain_hint: `${name}.example` });
      await signInThere("nobody");
      expect((await served.answer(page)).error).toMatch(/^access_denied: AADB2C90273: .*the person said no/);
    },
    60_000,
  );

  it("is signed out of with the person", async () => {
    await served.open(page, policy, { domain_hint: "query.example" });
    await signInThere("out");
    await page.click("#continue");
    await served.claims(page);
    await served.signOut(page, policy);
    await page.waitForURL(new RegExp(`^${provider.url}/session/end`));
    await page.click("button[name=logout], [type=submit]");
    await page.waitForURL((url) => url.pathname === "/cb");
    await served.open(page, policy, { domain_hint: "query.example" });
    await page.waitForURL(new RegExp(`^${provider.url}/login/`));
  }, 60_000);
});
