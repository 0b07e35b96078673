import { Checks } from "../match.ts";
import { type CaseResult, skipped, verdict } from "../report.ts";
import type { CaseFile, NoCallCase, WireStep } from "./case-file.ts";
import { fillIn, openLocalSignUp, signInLocally, signInWithProvider } from "./person.ts";
import { redeemRefreshToken } from "./refresh.ts";
import { continueAnswer } from "./stub-api.ts";
import { flowPolicy, World } from "./user-flow.ts";

const email = "ida.lund@northwind.example";

/** Situations are described in words; the words that matter are looked for. */
export async function noCallCase(file: CaseFile, each: NoCallCase): Promise<CaseResult> {
  const { situation } = each;
  const bound = boundSteps(situation);
  const returned = /returned (extension_\w+)=\\?"([^"]*)\\?"/.exec(situation);
  const world = new World(file);
  const applicationClaims = [
    ...file.userFlow.defaultSelection.applicationClaims,
    ...(returned?.[1] ? [returned[1]] : []),
  ];
  const flow = (type?: "profileUpdate" | "passwordReset") =>
    flowPolicy(file, { bound: type ? [] : bound, selection: { applicationClaims }, ...(type && { type }) });
  const checks = new Checks();
  if (/profile edit|password reset/i.test(situation)) {
    // A connector cannot be bound to these flows at all; that they run without one is what is left to show.
    await world.localAccount({ email });
    for (const type of ["profileUpdate", "passwordReset"] as const) {
      const browser = world.browser(flow(type));
      await browser.start();
      checks.equal(`${type} begins with`, browser.outcome.kind, "page");
    }
  } else if (/refresh/i.test(situation)) {
    await world.localAccount({ email });
    const body = {
      version: "1.0.0",
      action: "Continue",
      ...(returned?.[1] && { [returned[1]]: returned[2] }),
    };
    world.answers = [{ ...continueAnswer, body }];
    const policy = flow();
    const browser = world.browser(policy);
    await signInLocally(browser, email);
    const issued = browser.issued();
    world.ports.httpCalls.length = 0;
    const refreshed = await redeemRefreshToken(browser, issued);
    checks.equal("outcome", refreshed.kind, "issued");
    const claims = refreshed.kind === "issued" ? refreshed.claims : {};
    for (const [name, value] of Object.entries(each.expected.tokenClaims ?? {})) {
      checks.equal(`token claim ${name}`, claims[name], value);
    }
  } else if (/local sign-up/i.test(situation)) {
    const browser = world.browser(flow());
    await openLocalSignUp(browser);
    await fillIn(browser, world, { email, displayName: "Ida" });
    checks.equal("outcome", browser.outcome.kind, "issued");
  } else if (/known federated user/i.test(situation)) {
    await world.federatedAccount({ displayName: "Nils" }, "google.com", "110022003344");
    const browser = world.browser(flow());
    await signInWithProvider(browser, world, { issuer: "google.com", userId: "110022003344" });
    checks.equal("outcome", browser.outcome.kind, "issued");
  } else if (/local (user|account)? ?sign/i.test(situation)) {
    await world.localAccount({ email });
    const browser = world.browser(flow());
    await signInLocally(browser, email);
    checks.equal("outcome", browser.outcome.kind, "issued");
  } else {
    return skipped(`the situation '${situation}' is not known`);
  }
  checks.equal("calls", world.ports.httpCalls.length, each.calls);
  return verdict(checks.mismatches);
}

function boundSteps(situation: string): WireStep[] {
  const names: readonly [RegExp, WireStep][] = [
    [/postFederationSignup/i, "PostFederationSignup"],
    [/postAttributeCollection/i, "PostAttributeCollection"],
    [/preTokenIssuance/i, "PreTokenIssuance"],
  ];
  return names.flatMap(([pattern, step]) => (pattern.test(situation) ? [step] : []));
}
