import { existsSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchBrowser, withoutBrowser } from "../browser.ts";
import { PackServer, packsFolder } from "./pack-server.ts";

const isThere = existsSync(packsFolder);
if (!isThere)
  console.warn("!!! SKIPPED: the starter packs are not beside this checkout; no browser ran their journeys.");

interface Person {
  readonly address: string;
  /** Of a Norwegian phone. */
  readonly number: string;
}

const password = "Passw0rd!x";
const family = (folder: string, controls: boolean) => [
  { pack: `${folder}LocalAccounts`, local: true, social: false, factor: false, controls },
  { pack: `${folder}SocialAccounts`, local: false, social: true, factor: false, controls },
  { pack: `${folder}SocialAndLocalAccounts`, local: true, social: true, factor: false, controls },
  { pack: `${folder}SocialAndLocalAccountsWithMfa`, local: true, social: true, factor: true, controls },
];
const packs = [...family("", false), ...family("Display Controls Starterpack/", true)];

describe.skipIf(withoutBrowser || !isThere).each(packs)(
  "the starter pack $pack",
  ({ pack, local, social, factor, controls }) => {
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

    /** Proves the address, by the classic verification or by a control. */
    async function prove(address: string): Promise<void> {
      const [send, box, verify, done] = controls
        ? [
            "#emailVerificationControl_but_send_code",
            "#verificationCode",
            "#emailVerificationControl_but_verify_code",
            "#emailVerificationControl_success_message",
          ]
        : ["#email_ver_but_send", "#email_ver_input", "#email_ver_but_verify", "#email_success"];
      await page.fill("#email", address);
      await page.click(send);
      await page.waitForSelector(box, { state: "visible" });
      await page.fill(box, await served.code(address));
      await page.click(verify);
      await page.waitForSelector(done, { state: "visible" });
    }

    /** Proves a phone where the pack asks for one: a new number the first time, the known one afterwards. */
    async function secondFactor(number: string): Promise<void> {
      if (!factor) return;
      await page.waitForSelector("#phonefactor_initial", { state: "visible" });
      if (await page.isVisible("#number")) {
        await page.selectOption("#countryCode", { label: "Norway (+47)" });
        await page.fill("#number", number);
      }
      await page.click("#sendCode");
      await page.waitForSelector("#verificationCode", { state: "visible" });
      // The sixth digit is enough.
      await page.fill("#verificationCode", await served.code(`+47${number}`));
    }

    async function newPassword(value: string): Promise<void> {
      await page.fill("#newPassword", value);
      await page.fill("#reenterPassword", value);
    }

    async function fillSignIn({ address, number }: Person, secret: string): Promise<void> {
      await page.fill("#signInName", address);
      await page.fill("#password", secret);
      // The page of its own, in profile editing, has the other button.
      await page.click("#next, #continue");
      await secondFactor(number);
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

    /** Begins a journey at the social network: a pack without local accounts goes there at once. */
    async function openNetwork(policy: string): Promise<void> {
      await served.open(page, policy);
      if (local) await page.click("#FacebookExchange");
    }

    async function editProfile(before: string, after: string) {
      await page.waitForSelector("#givenName");
      expect(await page.inputValue("#givenName")).toBe(before);
      await page.fill("#givenName", after);
      await page.click("#continue");
      return served.claims(page);
    }

    it.runIf(local)(
      "signs a person up and in, edits the profile and resets the password",
      async () => {
        const ida: Person = { address: "ida@contoso.example", number: "90807060" };
        await served.open(page, "B2C_1A_signup_signin");
        await page.click("#createAccount");
        await prove(ida.address);
        await newPassword(password);
        await page.fill("#displayName", "Ida Lund");
        await page.fill("#givenName", "Ida");
        await page.fill("#surname", "Lund");
        await page.click("#continue");
        await secondFactor(ida.number);
        const { sub, ...claims } = await served.claims(page);
        expect(claims).toMatchObject({ name: "Ida Lund", given_name: "Ida", family_name: "Lund" });

        await served.open(page, "B2C_1A_ProfileEdit");
        if (social) await page.click("#LocalAccountSigninEmailExchange");
        await fillSignIn(ida, password);
        expect(await editProfile("Ida", "Idun")).toMatchObject({ sub });

        await served.open(page, "B2C_1A_PasswordReset");
        await prove(ida.address);
        await page.click("#continue");
        await secondFactor(ida.number);
        await page.waitForSelector("#newPassword");
        await newPassword("An0ther!one");
        await page.click("#continue");
        expect(await served.claims(page)).toMatchObject({ sub });

        await served.open(page, "B2C_1A_signup_signin");
        await page.fill("#signInName", ida.address);
        await page.fill("#password", password);
        await page.click("#next");
        await page.waitForSelector(".error.pageLevel", { state: "visible" });
        await fillSignIn(ida, "An0ther!one");
        expect(await served.claims(page)).toMatchObject({ sub, given_name: "Idun" });
      },
      120_000,
    );

    it.runIf(social)(
      "signs a member of its social network up and in, and edits the profile",
      async () => {
        const number = "90807061";
        join("1001");
        await openNetwork("B2C_1A_signup_signin");
        await federate("1001");
        await page.waitForSelector("#displayName");
        expect(await page.inputValue("#displayName")).toBe("Fay Book 1001");
        await page.click("#continue");
        await secondFactor(number);
        const { sub, ...claims } = await served.claims(page);
        expect(claims).toMatchObject({ name: "Fay Book 1001", given_name: "Fay", idp: "facebook.com" });

        // The session stands in for the network, and its second factor for another.
        await served.open(page, "B2C_1A_signup_signin", { prompt: "", domain_hint: "facebook.com" });
        expect(await served.claims(page)).toMatchObject({ sub });

        await openNetwork("B2C_1A_ProfileEdit");
        await federate("1001");
        await secondFactor(number);
        expect(await editProfile("Fay", "Faye")).toMatchObject({ sub });

        // No page at all: the network's domain leads there, and the account is known.
        await served.open(page, "B2C_1A_signup_signin", { domain_hint: "FACEBOOK.com" });
        await federate("1001");
        await secondFactor(number);
        expect(await served.claims(page)).toMatchObject({ sub, given_name: "Faye", idp: "facebook.com" });

        join("1002");
        await openNetwork("B2C_1A_signup_signin");
        await federate("1002");
        await page.click("#continue");
        await secondFactor("90807062");
        expect((await served.claims(page)).sub).not.toBe(sub);
      },
      120_000,
    );

    it.runIf(pack === "SocialAndLocalAccounts")(
      "tells the application what went otherwise",
      async () => {
        await served.open(page, "B2C_1A_signup_signin");
        await page.click("#forgotPassword");
        expect((await served.answer(page)).error).toMatch(/^access_denied: AADB2C90118/);

        await openNetwork("B2C_1A_signup_signin");
        await federate("nobody", "deny");
        expect((await served.answer(page)).error).toMatch(
          /^access_denied: AADB2C90273: .*access_denied: Permissions error/,
        );
      },
      60_000,
    );

    it.runIf(pack === "SocialAndLocalAccounts")(
      "offers its buttons again to who comes back",
      async () => {
        await openNetwork("B2C_1A_signup_signin");
        await page.waitForURL(/^https:\/\/www\.facebook\.com/);
        await page.goBack();
        await page.click("#FacebookExchange");
        join("1003");
        await federate("1003");
        await page.waitForSelector("#displayName");
      },
      60_000,
    );
  },
);
