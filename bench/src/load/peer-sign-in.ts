import { account } from "../scene.ts";
import { type Browser, pathOf } from "./browser.ts";
import {
  authorizationRequest,
  checkTokens,
  type Issuer,
  newAttempt,
  readCode,
  tokenRequest,
} from "./tokens.ts";

/** One whole sign-in at oidc-provider: authorize, page, credentials, resume, code, token. */
export async function signInAtPeer(browser: Browser, issuer: Issuer): Promise<void> {
  const attempt = newAttempt();
  const begun = await browser.get(`${issuer.authorizationPath}?${authorizationRequest(attempt)}`);
  const page = pathOf(begun.location, issuer.issuer);
  const shown = await browser.get(page);
  if (!shown.body.includes(`action="${page}"`)) throw new Error(`no page but ${shown.status}`);
  const posted = await browser.post(page, account);
  const resumed = await browser.get(pathOf(posted.location, issuer.issuer));
  const code = readCode(resumed, attempt);
  checkTokens(await browser.post(issuer.tokenPath, tokenRequest(code, attempt)), attempt, issuer);
}
