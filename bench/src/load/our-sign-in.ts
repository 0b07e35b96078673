import { account } from "../scene.ts";
import type { Browser } from "./browser.ts";
import {
  authorizationRequest,
  checkTokens,
  type Issuer,
  newAttempt,
  readCode,
  tokenRequest,
} from "./tokens.ts";

/** The values of a page's `SETTINGS` that a post needs (pages.md 2.1). */
export interface PageSettings {
  readonly csrf: string;
  readonly transId: string;
  readonly api: string;
}

export function readSettings(html: string): PageSettings {
  const value = (name: string) => new RegExp(`"${name}":"([^"]*)"`).exec(html)?.[1];
  const [csrf, transId, api] = [value("csrf"), value("transId"), value("api")];
  if (csrf === undefined || transId === undefined || api === undefined) {
    throw new Error(`no SETTINGS in ${html.slice(0, 500)}`);
  }
  return { csrf, transId, api };
}

/** `/tenant/policy`, below which the pages' endpoints are, and the policy itself. */
export function policyOf(issuer: Issuer): { readonly base: string; readonly policy: string } {
  const base = issuer.authorizationPath.replace(/\/oauth2\/v2\.0\/authorize$/i, "");
  return { base, policy: base.slice(base.lastIndexOf("/") + 1) };
}

/** One whole sign-in at ours: authorize with its page, credentials, code, token. */
export async function signInAtOurs(browser: Browser, issuer: Issuer): Promise<void> {
  const attempt = newAttempt();
  const page = await browser.get(`${issuer.authorizationPath}?${authorizationRequest(attempt)}`);
  const { csrf, transId, api } = readSettings(page.body);
  const { base, policy } = policyOf(issuer);
  const tx = `tx=${transId}&p=${policy}`;
  const posted = await browser.post(
    `${base}/SelfAsserted?${tx}`,
    { request_type: "RESPONSE", ...account },
    { "x-csrf-token": csrf, "x-requested-with": "XMLHttpRequest" },
  );
  if (posted.status !== 200 || !posted.body.includes('"status":"200"')) {
    throw new Error(`credentials: ${posted.status} ${posted.body.slice(0, 300)}`);
  }
  const confirmed = await browser.get(
    `${base}/api/${api}/confirmed?rememberMe=false&csrf_token=${encodeURIComponent(csrf)}&${tx}`,
  );
  const code = readCode(confirmed, attempt);
  checkTokens(await browser.post(issuer.tokenPath, tokenRequest(code, attempt)), attempt, issuer);
}
