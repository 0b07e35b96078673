import { existsSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchBrowser, withoutBrowser } from "../browser.ts";
import { PackServer, packsFolder } from "./pack-server.ts";

const isThere = existsSync(packsFolder);
if (!isThere)
  console.warn("!!! SKIPPED: the starter packs are not beside this checkout; no browser ran their journeys.");

const password = "Passw0rd!x";
const packs = [
  { pack: "LocalAccounts", local: true, social: false },
  { pack: "SocialAccounts", local: false, social: true },
  { pack: "SocialAndLocalAccounts", local: true, social: true },
] as const;

describe.skipIf(withoutBrowser || !isThere).each(packs)(
  "the starter pack $pack",
  ({ pack, local, social }) => {
    let served: PackServer;
    let browser: Browser;
    let context: BrowserContext;
    let page: Page;
    beforeAll(async () => {
      served = await PackServer.start(pack);
      browser = await launchBrowser(served.network.browserArguments);
    }, 60_000);
    afterAll(async () => {
      await browser?.close();
      await served?.close();
    });
    beforeEach(async () => {
      context = await browser.newContext({ ignoreHTTPSErrors: true });
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

    async function newPassword(value: string): Promise<void> {
      await page.fill("#newPassword", value);
      await page.fill("#reenterPassword", value);
    }

    async function signUp(address: string) {
      await served.open(page, "B2C_1A_signup_signin");
      await page.click("#createAccount");
      await prove(address);
      await newPassword(password);
      await page.fill("#displayName", "Ida Lund");
      await page.fill("#givenName", "Ida");
      await page.fill("#surname", "Lund");
      await page.click("#continue");
      return served.claims(page);
    }

    async function fillSignIn(address: string, secret: string): Promise<void> {
      await page.fill("#signInName", address);
      await page.fill("#password", secret);
      // The page of its own, in profile editing, has the other button.
      await page.click("#next, #continue");
    }

    /** Signs in at the social network, where the browser is now. */
    async function federate(member: string, choice = "allow"): Promise<void> {
      await page.waitForURL(/^https:\/\/www\.facebook\.com\/dialog\/oauth/);
      await page.fill("#member", member);
      await page.click(`#${choice}`);
    }

    function join(id: string): void {
      served.network.members.set(id, {
        id,
        first_name: "Fay",
        last_name: "Book",
        name: `Fay Book ${id}`,
        email: `fay${id}@social.example`,
      });
    }

    async function firstVisit(id: string) {
      join(id);
      await served.open(page, "B2C_1A_signup_signin");
      if (local) await page.click("#FacebookExchange");
      await federate(id);
      await page.click("#continue");
      return served.claims(page);
    }

    describe.runIf(local)("with local accounts", () => {
      it("signs up, and signs in with the same subject", async () => {
        const first = await signUp("ida@contoso.example");
        expect(first).toMatchObject({ name: "Ida Lund", given_name: "Ida", family_name: "Lund" });
        await served.open(page, "B2C_1A_signup_signin");
        await fillSignIn("ida@contoso.example", "wr0ng!Password");
        await page.waitForSelector(".error.pageLevel", { state: "visible" });
        await fillSignIn("ida@contoso.example", password);
        expect(await served.claims(page)).toMatchObject({ sub: first.sub, name: "Ida Lund" });
      }, 60_000);

      it("edits the profile", async () => {
        const { sub } = await signUp("eda@contoso.example");
        await served.open(page, "B2C_1A_ProfileEdit");
        if (social) await page.click("#LocalAccountSigninEmailExchange");
        await fillSignIn("eda@contoso.example", password);
        await page.waitForSelector("#givenName");
        expect(await page.inputValue("#givenName")).toBe("Ida");
        await page.fill("#givenName", "Edit");
        await page.click("#continue");
        expect(await served.claims(page)).toMatchObject({ sub });
        await served.open(page, "B2C_1A_signup_signin");
        await fillSignIn("eda@contoso.example", password);
        expect(await served.claims(page)).toMatchObject({ sub, given_name: "Edit" });
      }, 60_000);

      it("resets the password", async () => {
        const { sub } = await signUp("rea@contoso.example");
        await served.open(page, "B2C_1A_PasswordReset");
        await prove("rea@contoso.example");
        await page.click("#continue");
        await page.waitForSelector("#newPassword");
        await newPassword("An0ther!one");
        await page.click("#continue");
        expect(await served.claims(page)).toMatchObject({ sub });
        await served.open(page, "B2C_1A_signup_signin");
        await fillSignIn("rea@contoso.example", "An0ther!one");
        expect(await served.claims(page)).toMatchObject({ sub });
      }, 60_000);

      it("tells the application that the password was forgotten", async () => {
        await served.open(page, "B2C_1A_signup_signin");
        await page.click("#forgotPassword");
        expect((await served.answer(page)).error).toMatch(/^access_denied: AADB2C90118/);
      }, 60_000);
    });

    describe.runIf(social)("with its social network", () => {
      it("signs up with what the network says, and signs in with the same subject and no page", async () => {
        const first = await firstVisit("1001");
        expect(first).toMatchObject({ name: "Fay Book 1001", given_name: "Fay", idp: "facebook.com" });
        await served.open(page, "B2C_1A_signup_signin");
        if (local) await page.click("#FacebookExchange");
        await federate("1001");
        expect(await served.claims(page)).toMatchObject({ sub: first.sub, idp: "facebook.com" });
        const other = await firstVisit("1002");
        expect(other.sub).not.toBe(first.sub);
      }, 60_000);

      it("is left out while a session lives, and gone to by its domain", async () => {
        const { sub } = await firstVisit("1003");
        await served.open(page, "B2C_1A_signup_signin", {
          prompt: "",
          domain_hint: "facebook.com",
        });
        expect(await served.claims(page)).toMatchObject({ sub });
        await served.open(page, "B2C_1A_signup_signin", { domain_hint: "facebook.com" });
        await federate("1003");
        expect(await served.claims(page)).toMatchObject({ sub });
      }, 60_000);

      it("edits the profile of its member", async () => {
        const { sub } = await firstVisit("1004");
        await served.open(page, "B2C_1A_ProfileEdit");
        if (local) await page.click("#FacebookExchange");
        await federate("1004");
        await page.waitForSelector("#givenName");
        await page.fill("#givenName", "Edited");
        await page.click("#continue");
        expect(await served.claims(page)).toMatchObject({ sub });
        await served.open(page, "B2C_1A_signup_signin");
        if (local) await page.click("#FacebookExchange");
        await federate("1004");
        expect(await served.claims(page)).toMatchObject({ sub, given_name: "Edited" });
      }, 60_000);

      it("tells the application that the person said no there", async () => {
        await served.open(page, "B2C_1A_signup_signin");
        if (local) await page.click("#FacebookExchange");
        await federate("nobody", "deny");
        expect((await served.answer(page)).error).toMatch(
          /^access_denied: AADB2C90273: .*access_denied: Permissions error/,
        );
      }, 60_000);

      it("offers its button again to a person who comes back without an answer", async () => {
        await served.open(page, "B2C_1A_signup_signin");
        if (!local) return;
        await page.click("#FacebookExchange");
        await page.waitForURL(/^https:\/\/www\.facebook\.com/);
        await page.goBack();
        await page.waitForSelector("#FacebookExchange");
        await page.click("#FacebookExchange");
        join("1005");
        await federate("1005");
        await page.waitForSelector("#displayName");
      }, 60_000);
    });
  },
);
