import { type Browser, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

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

/** Nothing sticks out sideways, at whatever width the window has. */
export async function expectToFit(page: Page): Promise<void> {
  const { content, window } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
  }));
  expect(content).toBeLessThanOrEqual(window);
}
