// Takes the pictures of docs/images: what a person meets who tries the sample tenant. Run by `npm run screenshots`.
// `--free-ports` where 4480 to 4482 and 4443 are taken; the pictures show the ports.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { desktop, launchBrowser, phone } from "./browser.ts";
import { fillDetails, openFlow, proveAddress, shownClaims, signIn } from "./person.ts";
import { demo, startSample } from "./sample-server.ts";

const folder = fileURLToPath(new URL("../docs/images", import.meta.url));
const flow = "B2C_1_signup_signin";
const viewports = { phone, desktop };
const ada = { email: "ada@people.example", password: "Str0ng!enough", loyaltyNumber: "12" };

await mkdir(folder, { recursive: true });
const sample = await startSample({ wellKnownPorts: !process.argv.includes("--free-ports") });
const browser = await launchBrowser();
try {
  for (const width of ["phone", "desktop"]) {
    for (const scheme of ["light", "dark"]) await visit(width, scheme, signInPage);
    await visit(width, "light", signUpPages);
  }
  await visit("desktop", "light", consolePages);
  await visit("desktop", "dark", consoleInTheDark);
  await visit("phone", "light", consoleOnAPhone);
} finally {
  await browser.close();
  await sample.close();
}

/** Runs `tour` in a window of its own; `take` writes a picture of what it shows. */
async function visit(width, colorScheme, tour) {
  const context = await browser.newContext({
    viewport: viewports[width],
    colorScheme,
    deviceScaleFactor: width === "phone" ? 2 : 1,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const take = async (name, { whole = false } = {}) => {
    const path = join(folder, `${name}.png`);
    await page.screenshot({ path, fullPage: whole, caret: "hide", animations: "disabled" });
    console.log(path);
  };
  await tour({ page, take, width, colorScheme });
  await context.close();
}

async function signInPage({ page, take, width, colorScheme }) {
  await openFlow(page, sample, flow);
  await page.waitForFunction(() => window.pageReady);
  await take(`sign-in-${width}-${colorScheme}`);
}

async function signUpPages({ page, take, width }) {
  const person = { ...ada, email: `ada.${width}@people.example` };
  await openFlow(page, sample, flow);
  await page.click("#createAccount");
  await page.waitForSelector("#email_ver_but_send");
  await take(`sign-up-${width}`);
  await page.fill("#email", person.email);
  await page.click("#email_ver_but_send");
  await page.waitForSelector("#email_ver_input", { state: "visible" });
  await take(`sign-up-code-${width}`);
  await page.click("#email_ver_but_edit");
  await proveAddress(page, sample, person.email);
  await fillDetails(page, person);
  await take(`sign-up-details-${width}`, { whole: true });
  await page.click("#continue");
  await page.waitForSelector("#claimVerificationServerError", { state: "visible" });
  await take(`correction-${width}`);
  await page.fill("#extension_LoyaltyNumber", "000000");
  await page.click("#continue");
  await page.getByText("This loyalty number was withdrawn").waitFor();
  await take(`blocked-${width}`);

  await openFlow(page, sample, flow);
  await page.click("#createAccount");
  await proveAddress(page, sample, person.email);
  await fillDetails(page, { ...person, loyaltyNumber: "123455" });
  await page.click("#continue");
  await shownClaims(page);
  await take(`application-token-${width}`);
  await page.reload();
}

async function consolePages({ page, take }) {
  await openFlow(page, sample, flow);
  await signIn(page, demo.email, demo.password);
  await shownClaims(page);
  await page.goto(`${sample.url}/dev`);
  await take("console-home");
  await page.goto(`${sample.url}/dev/calls`);
  await take("console-calls");
  await page.locator("main a[href^='/dev/calls/']").first().click();
  await page.waitForURL(/\/dev\/calls\/./);
  await take("console-call", { whole: true });
  await page.goto(`${sample.url}/dev/journeys`);
  await take("console-journeys");
  await page.locator("main a[href^='/dev/journeys/']").first().click();
  await page.waitForURL(/\/dev\/journeys\/./);
  await take("console-journey", { whole: true });
  await page.goto(`${sample.url}/dev/outbox`);
  await take("console-outbox");
}

async function consoleInTheDark({ page, take }) {
  await page.goto(`${sample.url}/dev`);
  await take("console-home-dark");
}

async function consoleOnAPhone({ page, take }) {
  await page.goto(`${sample.url}/dev`);
  await take("console-home-phone");
  await page.goto(`${sample.url}/dev/calls`);
  await page.locator("main a[href^='/dev/calls/']").first().click();
  await page.waitForURL(/\/dev\/calls\/./);
  await take("console-call-phone");
}
