import type { AuthenticationResult, Configuration, PublicClientApplication } from "@azure/msal-browser";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { desktop, launchBrowser, withoutBrowser } from "./browser.ts";
import { signIn } from "./person.ts";
import {
  demo,
  publicClient,
  type SampleServer,
  startSample,
  tenantDomain,
  tenantId,
} from "./sample-server.ts";
import { type SinglePageApplication, startSinglePageApplication } from "./single-page-application.ts";

const policy = "B2C_1_signup_signin";
const otherPolicy = "B2C_1_signin";
const scopes = [publicClient];

/** What the pages of the application hold. */
declare global {
  interface Window {
    readonly msal: { readonly PublicClientApplication: new (of: Configuration) => PublicClientApplication };
    application: PublicClientApplication;
  }
}

type Result = Pick<AuthenticationResult, "accessToken" | "idTokenClaims" | "fromCache" | "account"> | null;

/** protocol.md 12.1 and C240, C241: the real library in a real browser, on another origin than the server. */
describe.skipIf(withoutBrowser)("a single-page application with @azure/msal-browser", () => {
  let spa: SinglePageApplication;
  let sample: SampleServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let requests: string[];

  beforeAll(async () => {
    spa = await startSinglePageApplication();
    [sample, browser] = await Promise.all([
      startSample({ spaRedirectUris: [spa.url, spa.bridgeUrl] }),
      launchBrowser(),
    ]);
    spa.useCertificate(sample.tls);
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([sample?.close(), spa?.close()]);
  });
  beforeEach(async () => {
    // A person trusts the local authority once; this browser accepts it for the length of the test.
    context = await browser.newContext({ viewport: desktop, ignoreHTTPSErrors: true });
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
    requests = [];
    page.on("request", (request) => requests.push(`${request.method()} ${request.url().split("?")[0]}`));
  });
  afterEach(() => context.close());

  const authority = (name: string) => `${sample.httpsUrl}/${tenantDomain}/${name}`;

  /** Starts the application's code on the page that is shown, and takes the answer that the address holds. */
  async function startApplication(): Promise<Result> {
    await page.waitForFunction(() => window.msal !== undefined);
    return page.evaluate(
      async (auth) => {
        window.application = new window.msal.PublicClientApplication({
          auth,
          cache: { cacheLocation: "sessionStorage" },
        });
        await window.application.initialize();
        return window.application.handleRedirectPromise();
      },
      {
        clientId: publicClient,
        authority: authority(policy),
        knownAuthorities: [new URL(sample.httpsUrl).host],
        redirectUri: spa.url,
        postLogoutRedirectUri: spa.url,
      },
    );
  }

  /** Begins a sign-in; the page goes away while this runs. */
  async function leaveTo(name: string): Promise<void> {
    await Promise.all([
      page.waitForRequest(/\/oauth2\/v2\.0\/authorize/),
      page
        .evaluate((request) => window.application.loginRedirect(request), {
          scopes,
          authority: authority(name),
        })
        .catch(() => undefined),
    ]);
  }

  async function login(name: string): Promise<Result> {
    await page.goto(spa.url);
    await startApplication();
    await leaveTo(name);
    await page.waitForURL((url) => url.hash !== "" || url.href.startsWith(sample.httpsUrl));
    if (page.url().startsWith(sample.httpsUrl)) await signIn(page, demo.email, demo.password);
    await page.waitForURL((url) => url.href.startsWith(spa.url));
    return startApplication();
  }

  const silent = (request: { readonly forceRefresh?: boolean }): Promise<Result> =>
    page.evaluate(
      ({ scopes, request }) => {
        const [account] = window.application.getAllAccounts();
        return window.application.acquireTokenSilent({ scopes, ...(account && { account }), ...request });
      },
      { scopes, request },
    );

  it("signs in, takes tokens from its cache, and renews them", async () => {
    const result = await login(policy);
    expect(result?.idTokenClaims).toMatchObject({
      name: "Demo Person",
      tfp: policy,
      extension_PromotionCode: "WELCOME-GOLD",
    });
    const accounts = await page.evaluate(() => window.application.getAllAccounts());
    expect(accounts).toMatchObject([
      {
        homeAccountId: `${accounts[0]?.localAccountId}-${policy.toLowerCase()}.${tenantId}`,
      },
    ]);

    const cached = await silent({});
    expect([cached?.fromCache, cached?.accessToken]).toEqual([true, result?.accessToken]);
    const renewed = await silent({ forceRefresh: true });
    expect(renewed?.fromCache).toBe(false);
    expect(renewed?.idTokenClaims).toMatchObject({ sub: result?.account?.localAccountId });
    expect(await silent({})).toMatchObject({ fromCache: true, accessToken: renewed?.accessToken });
  });

  it("sends a second policy to that policy's own endpoints", async () => {
    await login(policy);
    requests = [];
    const result = await login(otherPolicy);
    expect(result?.idTokenClaims).toMatchObject({ tfp: otherPolicy });
    const endpoints = requests.filter((line) => line.includes("/oauth2/v2.0/"));
    expect(endpoints).toEqual([
      `GET ${authority(otherPolicy.toLowerCase())}/oauth2/v2.0/authorize`,
      `POST ${authority(otherPolicy.toLowerCase())}/oauth2/v2.0/token`,
    ]);
    const accounts = await page.evaluate(() => window.application.getAllAccounts());
    expect(accounts.map(({ homeAccountId }) => homeAccountId.split(".")[0]?.slice(37)).sort()).toEqual([
      otherPolicy.toLowerCase(),
      policy.toLowerCase(),
    ]);
  });

  it("asks in a hidden frame without a page, and learns that a sign-in is needed when there is no session", async () => {
    await login(policy);
    const ask = () =>
      page.evaluate(
        async ({ scopes, redirectUri }) => {
          try {
            const { idTokenClaims } = await window.application.ssoSilent({ scopes, redirectUri });
            return { claims: idTokenClaims };
          } catch (error) {
            return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
          }
        },
        { scopes, redirectUri: spa.bridgeUrl },
      );
    expect(await ask()).toMatchObject({ claims: { name: "Demo Person" } });
    await context.clearCookies();
    expect(await ask()).toMatchObject({ error: expect.stringMatching(/InteractionRequired.*AADB2C90077/s) });
  });

  it("signs out: the session ends, and the next sign-in asks for the password", async () => {
    await login(policy);
    await Promise.all([
      page.waitForURL((url) => url.href === spa.url),
      page.waitForRequest(/\/oauth2\/v2\.0\/logout/),
      page.evaluate(() => window.application.logoutRedirect()).catch(() => undefined),
    ]);
    await startApplication();
    expect(await page.evaluate(() => window.application.getAllAccounts())).toEqual([]);
    const cookies = await context.cookies(sample.httpsUrl);
    expect(cookies.filter(({ name }) => name.startsWith("x-ms-cpim-sso:"))).toEqual([]);
    await leaveTo(policy);
    await page.waitForURL((url) => url.href.startsWith(sample.httpsUrl));
    expect(await page.locator("#next").isVisible()).toBe(true);
  });
});
