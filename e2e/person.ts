import type { Page } from "playwright-core";
import { publicClient, type SampleServer, tenantDomain } from "./sample-server.ts";

export interface Details {
  readonly email: string;
  readonly password: string;
  readonly loyaltyNumber?: string;
}

export const goodPassword = "Str0ng!enough";

let people = 0;

/** Somebody whom the tenant does not know yet. */
export function newPerson(domain = "people.example"): Details {
  people += 1;
  return { email: `person${people}@${domain}`, password: goodPassword };
}

/** Opens a flow as the sample application does it; `parameters` go to the authorization endpoint. */
export async function openFlow(
  page: Page,
  sample: SampleServer,
  policy: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<void> {
  const query = new URLSearchParams({ policy, client: publicClient, ...parameters });
  await page.goto(`${sample.url}/app/login?${query}`);
  await page.waitForURL(/\/oauth2\/v2\.0\/authorize|\/app\/callback/i);
}

/** The address of an authorization request, for a browser that runs no scripts. */
export function authorizeAddress(
  sample: SampleServer,
  policy: string,
  parameters: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams({
    client_id: publicClient,
    response_type: "id_token",
    redirect_uri: "http://localhost:9/cb",
    response_mode: "fragment",
    scope: "openid",
    nonce: "n-of-the-test",
    ...parameters,
  });
  return `${sample.url}/${tenantDomain}/${policy}/oauth2/v2.0/authorize?${query}`;
}

/** The newest code that was mailed to the address. */
export async function mailedCode(sample: SampleServer, address: string): Promise<string> {
  const answer = await fetch(`${sample.url}/dev/outbox.json?to=${encodeURIComponent(address)}`);
  const mails = (await answer.json()) as readonly { readonly to: string; readonly code?: string }[];
  const code = mails[0]?.code;
  if (code === undefined) throw new Error(`no code was mailed to ${address}`);
  return code;
}

/** Fills the sign-in form and sends it. */
export async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.fill("#email", email);
  await page.fill("#password", password);
  await page.click("#next");
}

/** Proves the address on a page with e-mail verification, by script or, with JavaScript off, by posts. */
export async function proveAddress(page: Page, sample: SampleServer, email: string): Promise<void> {
  await page.fill("#email", email);
  await page.click("#email_ver_but_send");
  await page.waitForSelector("#email_ver_input", { state: "visible" });
  await page.fill("#email_ver_input", await mailedCode(sample, email));
  await page.click("#email_ver_but_verify");
  await page.waitForSelector("#email_success", { state: "visible" });
}

/** Fills what the sign-up page of the sample tenant asks for beside the address. */
export async function fillDetails(page: Page, details: Details): Promise<void> {
  await page.fill("#newPassword", details.password);
  await page.fill("#reenterPassword", details.password);
  await page.fill("#givenName", "Ada");
  await page.fill("#surname", "Lovelace");
  await page.fill("#displayName", "Ada Lovelace");
  if (details.loyaltyNumber !== undefined) {
    await page.fill("#extension_LoyaltyNumber", details.loyaltyNumber);
  }
}

/** Signs up from the sign-in page, up to and without what comes after the button. */
export async function signUp(page: Page, sample: SampleServer, details: Details): Promise<void> {
  await page.click("#createAccount");
  await proveAddress(page, sample, details.email);
  await fillDetails(page, details);
  await page.click("#continue");
}

/** Waits for the sample application and reads the claims that it shows of the id token. */
export async function shownClaims(page: Page): Promise<Readonly<Record<string, string>>> {
  await page.waitForSelector("#claims");
  return page.$$eval("#claims tr[data-claim]", (rows) =>
    Object.fromEntries(
      rows.map((row) => [row.getAttribute("data-claim"), row.querySelector(".value")?.textContent ?? ""]),
    ),
  );
}
