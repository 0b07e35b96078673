import { type Browser, chromium, type Page } from "playwright-core";

/** A run without a browser leaves these tests out, loudly (scripts/test.mjs). */
export const withoutBrowser = Boolean(process.env.WITHOUT_BROWSER);

export const phone = { width: 390, height: 844 };
export const desktop = { width: 1280, height: 800 };

/** The real Chromium; `scripts/test.mjs` finds it, or installs one, and says where it is. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--headless",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Collects what a page complains about: uncaught errors, refused resources, messages of level error. */
export function collectTroubles(page: Page): string[] {
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") troubles.push(message.text());
  });
  return troubles;
}

/** By how many pixels the page is wider than the window: what sticks out sideways. */
export function sidewaysOverflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
