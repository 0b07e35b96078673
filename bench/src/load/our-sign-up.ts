import type { Browser } from "./browser.ts";
import { type PageSettings, policyOf, readSettings } from "./our-sign-in.ts";
import { authorizationRequest, type Issuer, newAttempt } from "./tokens.ts";

export interface SignUpPage extends PageSettings {
  readonly base: string;
  readonly policy: string;
}

/** Opens the sign-up form. */
export async function beginSignUp(browser: Browser, issuer: Issuer): Promise<SignUpPage> {
  const page = await browser.get(`${issuer.authorizationPath}?${authorizationRequest(newAttempt())}`);
  return { ...readSettings(page.body), ...policyOf(issuer) };
}

/** Posts the form that creates the account. */
export async function submitSignUp(browser: Browser, page: SignUpPage, email: string): Promise<void> {
  const password = "Benchmark!Passw0rd";
  const posted = await browser.post(
    `${page.base}/SelfAsserted?tx=${page.transId}&p=${page.policy}`,
    { request_type: "RESPONSE", email, newPassword: password, reenterPassword: password },
    { "x-csrf-token": page.csrf, "x-requested-with": "XMLHttpRequest" },
  );
  if (posted.status !== 200 || !posted.body.includes('"status":"200"')) {
    throw new Error(`sign-up: ${posted.status} ${posted.body.slice(0, 300)}`);
  }
}
