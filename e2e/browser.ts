import axe from "axe-core";
import type { Page } from "playwright-core";

export { launchBrowser, withoutBrowser } from "../packages/server/src/chromium.fixture.ts";

export const phone = { width: 390, height: 844 };
export const desktop = { width: 1280, height: 800 };

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

declare global {
  interface Window {
    readonly axe: { run(): Promise<axe.AxeResults> };
  }
}

/** The rules of accessibility that the page breaks, each with the elements that break it. */
export async function brokenRules(page: Page): Promise<{ readonly id: string; readonly nodes: string[] }[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => (await window.axe.run()).violations);
  return violations.map(({ id, nodes }) => ({
    id,
    nodes: nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary ?? ""}`),
  }));
}
