import { type Browser, chromium } from "playwright-core";

/** A run without a browser leaves its tests out, loudly (scripts/test.mjs). */
export const withoutBrowser = Boolean(process.env.WITHOUT_BROWSER);

/** The real Chromium; `scripts/test.mjs` finds it, or installs one, and says where it is. `further` are its switches. */
export function launchBrowser(further: readonly string[] = []): Promise<Browser> {
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
      ...further,
    ],
  });
}
