import axe from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchBrowser, withoutBrowser } from "../chromium.fixture.ts";
import {
  type ConsoleServer,
  hostileTexts,
  policy,
  publicClient,
  sendJson,
  startConsole,
} from "./console.fixture.ts";

let server: ConsoleServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let troubles: string[];
let callId: string;
let journeyId: string;

const runElsewhere = `/dev/run?${new URLSearchParams({
  tenant: "contoso.onmicrosoft.com",
  policy,
  target: `${publicClient} http://localhost:9/cb`,
  login_hint: "demo@contoso.example",
})}`;

async function visit(options: Parameters<Browser["newContext"]>[0]): Promise<void> {
  await context?.close();
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  page = await context.newPage();
  page.setDefaultTimeout(10_000);
  troubles = [];
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") troubles.push(message.text());
  });
}

function mail(to: string, code: string): Promise<void> {
  return server.server.context.store.outbox.add({
    id: `mail-${code}`,
    tenantId: server.tenantId,
    at: Date.now(),
    to,
    subject: "Your code",
    text: `Your code is ${code}`,
    html: `<p>Your code is ${code}</p><script>parent.hacked=1;top.hacked=1</script><img src=x onerror=parent.hacked=1>`,
    code,
    delivery: "outbox",
  });
}

const pages = (): Readonly<Record<string, string>> => ({
  home: "/dev",
  run: runElsewhere,
  outbox: "/dev/outbox",
  calls: "/dev/calls",
  call: `/dev/calls/${callId}`,
  journeys: "/dev/journeys",
  journey: `/dev/journeys/${journeyId}`,
  nothingFound: "/dev/journeys?q=nothing-like-it",
  notThere: "/dev/nothing",
});

// A run without a browser leaves these out, loudly (scripts/test.mjs).
describe.skipIf(withoutBrowser)("in a browser", () => {
  beforeAll(async () => {
    [server, browser] = await Promise.all([startConsole(), launchBrowser()]);
    const claims = Object.fromEntries(hostileTexts.map((text, index) => [`claim${index}${text}`, text]));
    server.answers((response) =>
      sendJson(response, { ...claims, action: "Continue", extension_PromotionCode: hostileTexts.join("") }),
    );
    await server.signIn();
    await mail("ada@x.example", "111111");
    const [call] = await (await fetch(`${server.url}/dev/calls.json`)).json();
    callId = call.id;
    journeyId = call.correlationId;
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  beforeEach(() => visit({}));
  afterEach(async () => {
    await context.close();
    expect(troubles).toEqual([]);
  });

  describe.each([
    ["a phone, dark", { viewport: { width: 390, height: 844 }, colorScheme: "dark" as const }],
    ["a desktop, light", { viewport: { width: 1280, height: 800 }, colorScheme: "light" as const }],
  ])("on %s", (_name, options) => {
    it("every page fits, has no accessibility violation, and runs nothing that an API or a mail sent", async () => {
      // axe is put into the page from outside, which the pages' own policy forbids.
      await visit({ ...options, bypassCSP: true });
      for (const [name, path] of Object.entries(pages())) {
        await page.goto(server.url + path);
        await page.evaluate(() => {
          for (const part of document.querySelectorAll("details")) part.open = true;
        });
        const sticksOut = await page.evaluate(() =>
          document.documentElement.scrollWidth <= innerWidth
            ? []
            : [...document.querySelectorAll("main *")]
                .filter((one) => one.getBoundingClientRect().right > innerWidth && !one.closest(".table"))
                .map((one) => one.outerHTML.slice(0, 200)),
        );
        expect(sticksOut, name).toEqual([]);
        await page.addScriptTag({ content: axe.source });
        const violations = await page.evaluate(async () => {
          const run = Reflect.get(globalThis, "axe").run;
          const result = await run(document, { resultTypes: ["violations"] });
          return result.violations.map((one: { id: string; nodes: { html: string }[] }) => [
            one.id,
            ...one.nodes.map((node) => node.html.slice(0, 200)),
          ]);
        });
        expect(violations, name).toEqual([]);
        expect(await page.evaluate(() => Reflect.get(globalThis, "hacked")), name).toBeUndefined();
      }
      // The frame's refusal to run the mail's script is what the browser reports.
      troubles = troubles.filter((one) => !/sandboxed|404|NotSameOrigin/.test(one));
    });
  });

  describe("the outbox", () => {
    it("follows what happens while somebody reads: focus and open mails stay", async () => {
      await page.goto(`${server.url}/dev/outbox`);
      const known = page.locator('li[data-key="mail-111111"]');
      await known.locator("summary").focus();
      await page.keyboard.press("Enter");
      expect(await known.locator("details").getAttribute("open")).not.toBeNull();
      await mail("grace@x.example", "222222");
      await page.locator('li[data-key="mail-222222"]').waitFor();
      expect(await known.locator("details").getAttribute("open")).not.toBeNull();
      expect(await known.locator("summary").evaluate((one) => one === document.activeElement)).toBe(true);
      troubles = troubles.filter((one) => !/sandboxed|Content Security Policy/.test(one));
    });

    it("copies a code", async () => {
      await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.url });
      await page.goto(`${server.url}/dev/outbox`);
      await page.getByRole("button", { name: "Copy the code for ada@x.example" }).click();
      await page.getByText("Copied").waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("111111");
    });
  });

  describe("the keyboard", () => {
    it("searches with /, walks the list with the arrows, opens with Enter and goes back with Escape", async () => {
      await page.goto(`${server.url}/dev/calls`);
      await page.keyboard.press("/");
      await page.keyboard.type("no such call");
      await page.getByText("No call fits").waitFor();
      expect(page.url()).toContain("?q=no+such+call");
      await page.keyboard.press("Escape");
      await page.locator("tr[data-key]").first().waitFor();
      await page.keyboard.press("ArrowDown");
      const row = page.locator(`tr[data-key] a[data-row]`).first();
      expect(await row.evaluate((one) => one === document.activeElement)).toBe(true);
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/dev\/calls\/[\w-]+$/);
      await page.keyboard.press("Escape");
      await page.waitForURL(/\/dev\/calls$/);
    });
  });

  describe.each([
    ["with JavaScript", true],
    ["without JavaScript", false],
  ])("%s", (_name, javaScriptEnabled) => {
    it("a call is edited and sent again, and the new record stands beside the old one", async () => {
      await visit({ javaScriptEnabled });
      await page.goto(`${server.url}/dev/calls/${callId}`);
      await page.getByLabel("Body", { exact: true }).fill('{"edited":"in the browser"}');
      server.answers((response) => sendJson(response, { action: "ShowBlockPage", userMessage: "No." }));
      await page.getByRole("button", { name: "Replay" }).click();
      await page.getByRole("heading", { name: "Sent again" }).waitFor();
      expect(server.received.at(-1)).toBe('{"edited":"in the browser"}');
      await page.getByRole("heading", { name: /^Before / }).waitFor();
    });

    it("Run now starts the flow that was chosen, with its parameters, and the console redeems the code", async () => {
      await visit({ javaScriptEnabled });
      server.answers((response) =>
        sendJson(response, { action: "Continue", extension_PromotionCode: "RUN" }),
      );
      await page.goto(`${server.url}/dev`);
      await page
        .getByLabel("Application and reply URL")
        .selectOption(`${publicClient} http://localhost:9/cb`);
      await page.getByText("Parameters").click();
      await page.getByLabel("login_hint").fill("demo@contoso.example");
      await page.getByRole("button", { name: `Run now ${policy}`, exact: true }).click();
      const link = page.getByRole("link", { name: "Run now in a new tab" });
      const [tab] = await Promise.all([context.waitForEvent("page"), link.click()]);
      await tab.waitForSelector("#email");
      expect(await tab.inputValue("#email")).toBe("demo@contoso.example");
      await tab.fill("#password", "Passw0rd!demo");
      const [answer] = await Promise.all([tab.waitForRequest(/localhost:9\/cb/), tab.click("#next")]);

      await page.getByLabel("Address that the browser ended at").fill(answer.url());
      await page.getByRole("button", { name: "Redeem the code" }).click();
      await page.getByText("Signed in; the signature is right").waitFor();
      expect(await page.locator('tr[data-claim="extension_PromotionCode"] td').textContent()).toBe("RUN");
    });
  });
});
