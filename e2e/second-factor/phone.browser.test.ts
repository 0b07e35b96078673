import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { collectTroubles, launchBrowser, phone, sidewaysOverflow, withoutBrowser } from "../browser.ts";
import { publicClientId } from "../connectors/documents.ts";
import { tenantDomain } from "../connectors/person.ts";
import { goodPassword, newAddress, startWorld, type World } from "../connectors/world.ts";

const policy = "B2C_1A_phone";
const mobile = "+4790807061";
const office = "+14255550100";
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
    startWorld(() => ({ files: { "policies/phone.xml": text } })),
    launchBrowser(),
  ]);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await world?.close();
  application?.close();
});

function accounts() {
  const tenant = world.server.context.tenants.find(tenantDomain);
  if (!tenant) throw new Error("the tenant is not served");
  return world.server.context.store.directory(tenant);
}

async function account(attributes: Readonly<Record<string, string>> = {}): Promise<string> {
  const address = newAddress();
  const identity = { signInType: "emailAddress", issuer: tenantDomain, issuerAssignedId: address };
  const made = await accounts().create(
    { identities: [identity], attributes: { displayName: "Ida", ...attributes }, password: goodPassword },
    address,
  );
  if (made.kind !== "created") throw new Error(made.kind);
  return address;
}

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

  async function open(parameters: Readonly<Record<string, string>> = {}): Promise<void> {
    const query = new URLSearchParams({
      client_id: publicClientId,
      response_type: "code",
      redirect_uri: redirectUri,
      scope: "openid",
      code_challenge: challenge,
      code_challenge_method: "S256",
      state: "kept",
      ui_locales: "en",
      ...parameters,
    });
    await page.goto(`${world.url}/${tenantDomain}/${policy}/oauth2/v2.0/authorize?${query}`);
  }

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

  async function answer(): Promise<URLSearchParams> {
    await page.waitForURL((url) => url.href.startsWith(redirectUri));
    return new URL(page.url()).searchParams;
  }

  it("enrols a number, asks for it at the next sign-in and not within the session", async () => {
    const address = await account();
    const typed = javaScriptEnabled ? "90 80 70 61" : "90 80 70 62";
    const number = `+47${typed.replaceAll(" ", "")}`;
    await signIn(address);
    await page.selectOption("#countryCode", { label: "Norway (+47)" });
    await page.fill("#number", typed);
    await page.click("#sendCode");
    await page.waitForSelector("#verificationCode", { state: "visible" });
    const message = await newest(number);
    expect(message).toMatchObject({ channel: "sms", to: number });
    await enterCode(message.code ?? "");
    expect((await answer()).get("code")).not.toBeNull();
    const stored = await accounts().find({ kind: "signInName", value: address });
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
    await page.check('label[for="2"]');
    await page.click("#sendCode");
    await page.waitForSelector("#verificationCode", { state: "visible" });
    const { code = "" } = await newest(office);
    await enterCode(code === "000000" ? "000001" : "000000");
    await page.waitForSelector("#codeVerification .error.itemLevel", { state: "visible" });
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
    const message = await newest(number);
    expect(message.channel).toBe("call");
    const told = () =>
      fetch(message.confirm ?? "", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: '{"status":"confirmed"}',
      });
    expect((await told()).status).toBe(204);
    if (!javaScriptEnabled) await page.click("#callAnswered");
    expect((await answer()).get("code")).not.toBeNull();
    expect((await told()).status).toBe(404);
  });

  it("leaves with an error of its own when the person cancels", async () => {
    await signIn(await account({ strongAuthenticationPhoneNumber: mobile }));
    await page.click("#cancel");
    const fields = await answer();
    expect(fields.get("error")).toBe("access_denied");
    expect(fields.get("error_description")).toContain("AADB2C90091: The user has canceled multi-factor");
  });
});
