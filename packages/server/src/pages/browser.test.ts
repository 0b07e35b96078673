import formbody from "@fastify/formbody";
import type { PageModel } from "@vestibule/engine";
import axe from "axe-core";
import Fastify, { type FastifyInstance } from "fastify";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchBrowser, withoutBrowser } from "../chromium.fixture.ts";
import type { RenderedPage } from "./contract.ts";
import {
  blockModel,
  detailsModel,
  sampleError,
  sampleSignedOut,
  sampleView,
  selectionModel,
  signInModel,
  signUpModel,
} from "./pages.fixture.ts";
import { createPageRenderer } from "./renderer.tsx";
import { registerStatic } from "./static.ts";

const renderer = createPageRenderer();
const withVerification = (state: "sent" | "verified"): PageModel => ({
  ...signUpModel,
  fields: signUpModel.fields.map((field) =>
    field.id === "email" ? { ...field, verification: { state, address: "ada@x.example" } } : field,
  ),
});
const pages: Readonly<Record<string, () => RenderedPage>> = {
  signIn: () => renderer.page(sampleView(signInModel)),
  signInRefused: () =>
    renderer.page(
      sampleView({ ...signInModel, problem: { message: "Your password is incorrect.", fields: {} } }),
    ),
  classic: () =>
    renderer.page(
      sampleView({
        ...signInModel,
        contentDefinition: { ...signInModel.contentDefinition, loadUri: "~/tenant/default/unified.cshtml" },
      }),
    ),
  signUp: () => renderer.page(sampleView(signUpModel)),
  signUpLatest: () =>
    renderer.page(
      sampleView({
        ...signUpModel,
        contentDefinition: { ...signUpModel.contentDefinition, version: "2.1.26" },
      }),
    ),
  codeSent: () => renderer.page(sampleView(withVerification("sent"))),
  verified: () => renderer.page(sampleView(withVerification("verified"))),
  details: () => renderer.page(sampleView(detailsModel)),
  selection: () => renderer.page(sampleView(selectionModel)),
  block: () => renderer.page(sampleView(blockModel)),
  branded: () =>
    renderer.page(sampleView(signInModel, { branding: { tokens: { brand: "#ffcc00", radius: "2px" } } })),
  rightToLeft: () => renderer.page(sampleView({ ...signUpModel, language: { lang: "ar" } })),
  error: () => renderer.error(sampleError),
  signedOut: () => renderer.signedOut(sampleSignedOut),
  templateWithScripts: () => {
    const html =
      "<head><title>T</title><script>window.atHead=typeof SETTINGS</script></head><div id=api></div><script>window.atEnd=[typeof $element.initialize,window.pageReady,document.getElementById('signInName').id]</script>";
    const contentDefinition = { ...signInModel.contentDefinition, version: "2.1.5" };
    return renderer.page(
      sampleView(
        { ...signInModel, scriptsAllowed: true, contentDefinition },
        { template: { html, url: "" } },
      ),
    );
  },
};

let app: FastifyInstance;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let origin: string;
let posts: { body: string; headers: Record<string, unknown> }[];
let confirmed: string[];
let answer: (body: string) => object | Promise<object>;
let troubles: string[];

beforeAll(async () => {
  app = Fastify({ forceCloseConnections: true });
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  await app.register(formbody);
  registerStatic(app, { tenants: { find: () => undefined, all: () => [], diagnostics: () => [] } });
  app.get<{ Params: { name: string } }>("/p/:name", (request, reply) => {
    const rendered = pages[request.params.name]?.();
    const header = rendered?.contentSecurityPolicy.enforce
      ? "content-security-policy"
      : "content-security-policy-report-only";
    return reply
      .header(header, rendered?.contentSecurityPolicy.value ?? "")
      .type("text/html; charset=utf-8")
      .send(rendered?.html);
  });
  const { base } = sampleView(signInModel);
  app.post(`${base}/SelfAsserted`, async (request) => {
    const body = new URLSearchParams(request.body as Record<string, string>).toString();
    posts.push({ body, headers: request.headers });
    return answer(body);
  });
  app.post(`${base}/client/cspreport`, async (_request, reply) => reply.code(204).send());
  app.get("/favicon.ico", async (_request, reply) => reply.code(204).send());
  app.get(`${base}/api/*`, async (request, reply) => {
    confirmed.push(request.url);
    return reply.type("text/html").send("<h1>next</h1>");
  });
  origin = await app.listen({ port: 0, host: "127.0.0.1" });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await app?.close();
});

beforeEach(async () => {
  posts = [];
  confirmed = [];
  troubles = [];
  answer = () => ({ status: "200" });
  context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  page = await context.newPage();
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("Report-Only")) troubles.push(message.text());
  });
});

afterEach(async () => {
  await context.close();
  expect(troubles).toEqual([]);
});

async function open(name: string): Promise<void> {
  await page.goto(`${origin}/p/${name}`);
  await page.waitForFunction(() => (globalThis as { pageReady?: boolean }).pageReady === true);
}

const ownPages = Object.keys(pages).filter((name) => name !== "templateWithScripts");

describe.skipIf(withoutBrowser)("accessibility", () => {
  it.each(ownPages)("axe finds nothing on %s, light on a telephone, dark on a desk", async (name) => {
    const screens = [
      { colorScheme: "light", width: 320 },
      { colorScheme: "dark", width: 1280 },
    ] as const;
    for (const { colorScheme, width } of screens) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 800 });
      await open(name);
      await page.evaluate(axe.source);
      const violations = await page.evaluate(
        `axe.run(document).then(({violations}) => violations.map(({id,nodes}) => id + ": " + nodes.map((node) => node.html + " " + node.failureSummary).join(" | ")))`,
      );
      expect(violations).toEqual([]);
      const overflow = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
      expect(overflow).toBe(0);
    }
  });

  it.each(ownPages)("every control on %s is at least 44 pixels high", async (name) => {
    await open(name);
    const small =
      await page.evaluate(`[...document.querySelectorAll("button, input:not([type=hidden]), select")]
      .map((one) => [one, (one.matches("[type=checkbox],[type=radio]") ? document.querySelector('label[for="' + CSS.escape(one.id) + '"]') : one).getBoundingClientRect()])
      .filter(([, box]) => box.height > 0 && box.height < 40).map(([one]) => one.outerHTML)`);
    expect(small).toEqual([]);
  });

  it("keeps the names that public tests look for", async () => {
    await open("signIn");
    expect(await page.getByRole("textbox", { name: "Email Address", exact: true }).count()).toBe(1);
    expect(await page.getByRole("textbox", { name: "Password", exact: true }).count()).toBe(1);
    expect(await page.getByRole("form", { name: "Sign in with your email address" }).count()).toBe(1);
    expect(await page.getByRole("button", { name: "Sign in", exact: true }).count()).toBe(1);
    expect(await page.getByRole("link", { name: "Forgot your password?" }).count()).toBe(1);
    expect(await page.getByRole("link", { name: "Sign up now" }).count()).toBe(1);
    expect(await page.getByRole("heading", { name: "Sign in with your email address" }).count()).toBe(1);
  });
});

describe.skipIf(withoutBrowser)("signing in", () => {
  it("posts as B2C's page does and goes on to the confirmed address", async () => {
    await open("signIn");
    await page.fill("#signInName", " ada@x.example ");
    await page.fill("#password", "p+w &d");
    await page.check("#rememberMe");
    await page.press("#password", "Enter");
    await page.waitForURL(/\/confirmed/);
    expect(posts).toHaveLength(1);
    expect(posts[0]?.body).toBe("request_type=RESPONSE&signInName=ada%40x.example&password=p%2Bw+%26d");
    expect(posts[0]?.headers).toMatchObject({
      "x-csrf-token": sampleView(signInModel).csrf,
      "x-requested-with": "XMLHttpRequest",
    });
    expect(confirmed[0]).toMatch(
      /\/api\/CombinedSigninAndSignup\/confirmed\?rememberMe=true&csrf_token=[^&]+&tx=StateProperties=[^&]+&p=B2C_1_signup_signin&diags=%7B/,
    );
  });

  it("says at the fields what is missing and sends nothing", async () => {
    await open("signIn");
    await page.click("#next");
    expect(await page.locator(".error.itemLevel:visible").allTextContents()).toEqual([
      "Please enter your Email Address",
      "Please enter your password",
    ]);
    expect(await page.evaluate("document.activeElement.id")).toBe("signInName");
    expect(posts).toEqual([]);
  });

  it("shows the server's message as text, keeps what was typed and moves the focus", async () => {
    answer = () => ({ status: "400", errorCode: "AADB2C90054", message: "Wrong <b>password</b>" });
    await open("signIn");
    await page.fill("#signInName", "ada@x.example");
    await page.fill("#password", "wrong");
    await page.click("#next");
    const error = page.locator("#localAccountForm > .error.pageLevel");
    await error.waitFor();
    expect(await error.textContent()).toBe("Wrong <b>password</b>");
    expect(await error.getAttribute("aria-hidden")).toBe("false");
    expect(await page.evaluate("document.activeElement.className")).toBe("error pageLevel");
    expect(await page.inputValue("#signInName")).toBe("ada@x.example");
    expect(await page.locator(".vb-busy").count()).toBe(0);
  });

  it("is busy at once, cannot be pressed twice, and says after three seconds what it waits for", async () => {
    let release = () => {};
    answer = () =>
      new Promise((resolve) => {
        release = () => resolve({ status: "200" });
      });
    await open("signIn");
    await page.fill("#signInName", "ada@x.example");
    await page.fill("#password", "x");
    const width = await page.locator("#next").evaluate((button) => button.getBoundingClientRect().width);
    await page.evaluate("document.getElementById('next').click();document.getElementById('next').click()");
    expect(await page.getAttribute("#next", "aria-busy")).toBe("true");
    expect(await page.locator("#next").evaluate((button) => button.getBoundingClientRect().width)).toBe(
      width,
    );
    await page.locator(".vb-wait:not(:empty)").waitFor({ timeout: 5000 });
    expect(await page.textContent(".vb-wait")).toContain("longer than usual");
    release();
    await page.waitForURL(/\/confirmed/);
    expect(posts).toHaveLength(1);
  });

  it("shows and hides a password", async () => {
    await open("signIn");
    await page.fill("#password", "secret");
    await page.getByRole("button", { name: "Show password" }).click();
    expect(await page.getAttribute("#password", "type")).toBe("text");
    await page.getByRole("button", { name: "Hide password" }).click();
    expect(await page.getAttribute("#password", "type")).toBe("password");
  });

  it("goes to a provider by its exchange", async () => {
    await open("signIn");
    await page.click("#GoogleExchange");
    await page.waitForURL(/\/unified/);
    expect(confirmed[0]).toMatch(/\/unified\?claimsexchange=GoogleExchange&csrf_token=/);
  });

  it("takes what was typed along as a hint", async () => {
    await open("signIn");
    await page.fill("#signInName", "ada@x.example");
    await page.click("#forgotPassword");
    await page.waitForURL(/\/forgotPassword/);
    expect(confirmed[0]).toContain("&hint=ada%40x.example");
  });
});

describe.skipIf(withoutBrowser)("signing up", () => {
  async function verify(): Promise<void> {
    await page.fill("#email", "ada@x.example");
    await page.press("#email", "Enter");
    await page.locator("#email_ver_input:visible").waitFor();
    await page.fill("#email_ver_input", "123456");
    await page.click("#email_ver_but_verify");
    await page.locator("#email_success:visible").waitFor();
  }

  it("verifies the address without a reload and posts the fields in order", async () => {
    answer = (body) => ({ status: "200", ...(body.includes("claim_id") && { result: 0 }) });
    await open("signUp");
    expect(await page.getAttribute("#continue", "aria-disabled")).toBe("true");
    await verify();
    expect(await page.getAttribute("#continue", "aria-disabled")).toBe("false");
    expect(await page.isDisabled("#email")).toBe(true);
    await page.fill("#newPassword", "Passw0rd!");
    await page.fill("#reenterPassword", "Passw0rd!");
    await page.fill("#displayName", "Ada");
    await page.press("#displayName", "Enter");
    await page.waitForURL(/\/confirmed/);
    expect(posts.map(({ body }) => body)).toEqual([
      "claim_id=email&claim_value=ada%40x.example&request_type=VERIFICATION_REQUEST",
      "claim_id=email&claim_value=ada%40x.example&user_input=123456&request_type=VALIDATION_REQUEST",
      "email=ada%40x.example&email_ver_input=123456&newPassword=Passw0rd%21&reenterPassword=Passw0rd%21&displayName=Ada&extension_LoyaltyNumber=&request_type=RESPONSE",
    ]);
  });

  it.each([
    [3, "fail_retry"],
    [4, "fail_no_retry"],
    [5, "fail_code_expired"],
    [2, "fail_throttled"],
  ])("says what result %i of a code means", async (result, id) => {
    answer = (body) => ({ status: "200", result: body.includes("VALIDATION") ? result : 0 });
    await open("signUp");
    await page.fill("#email", "ada@x.example");
    await page.click("#email_ver_but_send");
    await page.fill("#email_ver_input", "000000");
    await page.press("#email_ver_input", "Enter");
    await page.locator(`#email_${id}:visible`).waitFor();
    expect(await page.getAttribute(`#email_${id}`, "aria-hidden")).toBe("false");
    expect(await page.locator(".verificationErrorText:visible").count()).toBe(1);
  });

  it("sends no code to half an address, and lets a sent one be changed", async () => {
    answer = () => ({ status: "200", result: 0 });
    await open("signUp");
    await page.fill("#email", "ada");
    await page.click("#email_ver_but_send");
    await page.locator("#email_incorrect_format:visible").waitFor();
    expect(posts).toEqual([]);
    await page.fill("#email", "ada@x.example");
    await page.click("#email_ver_but_send");
    await page.click("#email_ver_but_edit");
    expect(await page.isEnabled("#email")).toBe(true);
    expect(await page.isVisible("#email_ver_but_send")).toBe(true);
    expect(await page.isVisible("#email_ver_input")).toBe(false);
  });

  it("wakes the other fields when the address is proved, from layout 2.1.18 on", async () => {
    answer = () => ({ status: "200", result: 0 });
    await open("signUpLatest");
    expect(await page.isDisabled("#displayName")).toBe(true);
    await verify();
    expect(await page.isEnabled("#displayName")).toBe(true);
    expect(await page.evaluate("document.activeElement.id")).toBe("newPassword");
  });

  it("ticks the rules of a password while it is typed", async () => {
    await open("signUp");
    await page.fill("#newPassword", "Abc1");
    expect(await page.locator("#newPassword_rules .vb-met").count()).toBe(4);
    await page.fill("#newPassword", "Abc1efgh");
    expect(await page.locator("#newPassword_rules .vb-met").count()).toBe(5);
  });

  it("checks in B2C's order and says it at the fields", async () => {
    answer = () => ({ status: "200", result: 0 });
    await open("signUp");
    await verify();
    await page.click("#continue");
    expect(await page.isVisible("#requiredFieldMissing")).toBe(true);
    expect(await page.evaluate("document.activeElement.id")).toBe("newPassword");
    await page.fill("#newPassword", "short");
    await page.fill("#reenterPassword", "other");
    await page.fill("#displayName", "Ada");
    await page.fill("#extension_LoyaltyNumber", "12");
    await page.click("#continue");
    expect(await page.isVisible("#fieldIncorrect")).toBe(true);
    expect(await page.textContent("#extension_LoyaltyNumber_error")).toBe(
      "Write the eight digits of your card.",
    );
    await page.fill("#newPassword", "Passw0rd!");
    await page.fill("#extension_LoyaltyNumber", "");
    await page.click("#continue");
    expect(await page.isVisible("#passwordEntryMismatch")).toBe(true);
    expect(await page.locator(".error.pageLevel:visible").count()).toBe(1);
  });

  it("posts choices and dates as B2C's page does", async () => {
    await open("details");
    await page.selectOption("#country", "Finland");
    await page.check("#extension_Size_Medium");
    await page.check("#extension_Interests_Music");
    await page.check("#extension_Interests_Sports");
    await page.selectOption("#dateOfBirth_day", "9");
    await page.click("#continue");
    await page.waitForURL(/\/confirmed/);
    const body = new URLSearchParams(posts[0]?.body);
    expect(Object.fromEntries(body)).toMatchObject({
      country: "Finland",
      extension_Size: "Medium",
      extension_Interests: "Music,Sports",
      dateOfBirth: "1990-02-09",
      customerNumber: "C-1029",
      mobile: "",
    });
    expect(body.has("terms")).toBe(false);
  });

  it("refuses a date that does not exist", async () => {
    await open("details");
    await page.selectOption("#country", "Finland");
    await page.check("#extension_Size_Medium");
    await page.selectOption("#dateOfBirth_day", "31");
    await page.click("#continue");
    expect(await page.isVisible("#fieldIncorrect")).toBe(true);
    expect(posts).toEqual([]);
  });

  it("cancels by the page's own address", async () => {
    await open("signUp");
    await page.click("#cancel");
    await page.waitForURL(/\/cancelled/);
    expect(confirmed[0]).toContain("/api/SelfAsserted/cancelled?csrf_token=");
  });
});

describe.skipIf(withoutBrowser)("templates with scripts", () => {
  it("see the page's data in their head and a finished page at their end", async () => {
    await open("templateWithScripts");
    expect(await page.evaluate("[window.atHead, ...window.atEnd]")).toEqual([
      "object",
      "function",
      true,
      "signInName",
    ]);
    expect(await page.getAttribute("#localAccountForm", "action")).toBe("JavaScript:void(0);");
  });
});

describe.skipIf(withoutBrowser)("without JavaScript", () => {
  it("signs in by the form itself, and Enter sends it", async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const bare = await plain.newPage();
    await bare.goto(`${origin}/p/signIn`);
    await bare.fill("#signInName", "ada@x.example");
    await bare.fill("#password", "secret");
    await bare.press("#password", "Enter");
    await bare.waitForURL(/SelfAsserted/);
    expect(Object.fromEntries(new URLSearchParams(posts[0]?.body))).toMatchObject({
      "Email Address": "ada@x.example",
      Password: "secret",
      _native: "1",
      request_type: "RESPONSE",
    });
    await plain.close();
  });

  it("verifies an address by buttons, and Enter presses the right one", async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const bare = await plain.newPage();
    const pressed = async (name: string, field: string) => {
      await bare.goto(`${origin}/p/${name}`);
      await bare.press(field, "Enter");
      await bare.waitForURL(/SelfAsserted/);
      return new URLSearchParams(posts.at(-1)?.body).get("_action");
    };
    expect(await pressed("signUp", "#email")).toBe("send:email");
    expect(await pressed("codeSent", "#email_ver_input")).toBe("verify:email");
    expect(await pressed("verified", "#displayName")).toBeNull();
    expect(new URLSearchParams(posts.at(-1)?.body).get("email")).toBe("ada@x.example");
    await plain.close();
  });
});
