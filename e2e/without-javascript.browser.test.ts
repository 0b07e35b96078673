import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchBrowser, phone, sidewaysOverflow, withoutBrowser } from "./browser.ts";
import { authorizeAddress, fillDetails, mailedCode, newPerson, proveAddress, signIn } from "./person.ts";
import { demo, type SampleServer, startSample } from "./sample-server.ts";

const flow = "B2C_1_signup_signin";

/** pages.md 8, case 77: every form works by native posts. */
describe.skipIf(withoutBrowser)("a browser that runs no scripts", () => {
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
  beforeEach(async () => {
    context = await browser.newContext({ viewport: phone, javaScriptEnabled: false });
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
    // The application's address; its page would need a script, so the test answers in its place.
    await context.route(/\/app\/callback/, (route) =>
      route.fulfill({ contentType: "text/html", body: "<h1>the application</h1>" }),
    );
  });
  afterEach(() => context.close());

  const begin = (policy: string) =>
    page.goto(
      authorizeAddress(sample, policy, {
        response_type: "code",
        redirect_uri: `${sample.url}/app/callback`,
        response_mode: "query",
        code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        code_challenge_method: "S256",
        state: "kept",
      }),
    );
  const answer = async () => {
    await page.waitForURL(/\/app\/callback/);
    return new URL(page.url()).searchParams;
  };
  const expectToArrive = async () => {
    const fields = await answer();
    expect(fields.get("error_description")).toBeNull();
    expect(fields.get("state")).toBe("kept");
    expect(fields.get("code")).toMatch(/^[\w.-]{20,}$/);
  };

  it("signs in after a wrong password, and keeps the address that was typed", async () => {
    await begin(flow);
    await signIn(page, demo.email, "Wrong-passw0rd");
    await page.waitForSelector(".error.pageLevel", { state: "visible" });
    expect(await page.inputValue("#email")).toBe(demo.email);
    expect(await sidewaysOverflow(page)).toBe(0);
    await page.fill("#password", demo.password);
    await page.click("#next");
    await expectToArrive();
  });

  it("signs up: proves the address, is corrected by the API, and arrives", async () => {
    const person = newPerson("noscript.example");
    await begin(flow);
    await page.click("#createAccount");
    await proveAddress(page, sample, person.email);
    expect(await sidewaysOverflow(page)).toBe(0);
    await fillDetails(page, { ...person, loyaltyNumber: "12" });
    await page.click("#continue");
    const message = page.locator("#claimVerificationServerError");
    await message.waitFor({ state: "visible" });
    expect(await message.textContent()).toContain("A loyalty number has six digits");
    expect(await page.inputValue("#givenName")).toBe("Ada");

    await fillDetails(page, { ...person, loyaltyNumber: "123456" });
    await page.click("#continue");
    await expectToArrive();
  });

  it("sees what is wrong with a code, asks for another one, and may change the address", async () => {
    const person = newPerson("noscript.example");
    await begin("B2C_1_signup");
    await page.getByRole("link", { name: /email/i }).click();
    await page.fill("#email", "mistyped@noscript.example");
    await page.click("#email_ver_but_send");
    await page.waitForSelector("#email_ver_but_edit", { state: "visible" });
    await page.click("#email_ver_but_edit");
    await page.fill("#email", person.email);
    await page.click("#email_ver_but_send");
    await page.fill("#email_ver_input", "000000");
    await page.click("#email_ver_but_verify");
    expect(
      await page.locator(".error.pageLevel:visible, .verificationErrorText:visible").textContent(),
    ).toMatch(/code/i);
    await page.click("#email_ver_but_resend");
    await page.fill("#email_ver_input", await mailedCode(sample, person.email));
    await page.click("#email_ver_but_verify");
    await page.waitForSelector("#email_success", { state: "visible" });
    await fillDetails(page, person);
    await page.click("#continue");
    await expectToArrive();
  });

  it.each(["B2C_1_reset", flow])("chooses a new password, starting at %s", async (start) => {
    const person = newPerson("noscript.example");
    await begin(flow);
    await page.click("#createAccount");
    await proveAddress(page, sample, person.email);
    await fillDetails(page, person);
    await page.click("#continue");
    await expectToArrive();
    await context.clearCookies();

    await begin(start);
    if (start === flow) await page.click("#forgotPassword");
    await proveAddress(page, sample, person.email);
    if (!(await page.locator("#newPassword").count())) await page.click("#continue");
    await page.fill("#newPassword", "An0ther!passw");
    await page.fill("#reenterPassword", "An0ther!passw");
    await page.click("#continue");
    await expectToArrive();
    await context.clearCookies();
    await begin(flow);
    await signIn(page, person.email, "An0ther!passw");
    await expectToArrive();
  });

  it("goes to the sample provider and comes back", async () => {
    await begin(flow);
    await page.getByRole("link", { name: "Sample social" }).click();
    await page.getByRole("button", { name: "Ravi Menon" }).click();
    // The provider answers by a form that posts itself; without scripts the person presses its button.
    if (await page.locator("button:visible, input[type=submit]:visible").count()) {
      if (!(await page.locator("#attributeList").count()))
        await page.locator("button, input[type=submit]").click();
    }
    await page.waitForSelector("#attributeList");
    expect(await page.inputValue("#givenName")).toBe("Ravi");
  });

  it("returns by Cancel with B2C's code", async () => {
    await begin(flow);
    await page.click("#createAccount");
    await page.click("#cancel");
    expect((await answer()).get("error_description")).toMatch(/^AADB2C90091/);
  });
});
