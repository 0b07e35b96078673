import { Checks } from "../match.ts";
import { type CaseResult, verdict } from "../report.ts";
import type { Answer, CaseFile, SecrecyCase } from "./case-file.ts";
import { fillIn, openLocalSignUp } from "./person.ts";
import { continueAnswer } from "./stub-api.ts";
import { flowPolicy, World } from "./user-flow.ts";

/** Secrets of an address appear in no record, trace or message, whatever the API does and repeats. */
export async function secrecyCase(file: CaseFile, each: SecrecyCase): Promise<CaseResult> {
  const secrets = each.mustNotAppearInLogsOrMessages;
  const echo = secrets.join(" ");
  const answers: readonly Answer[] = [
    continueAnswer,
    { status: 500, rawBody: `<p>${each.targetUrl} ${echo}</p>` },
    { status: 200, rawBody: echo },
    { status: 302, headers: { location: each.targetUrl } },
    { status: 200, body: { version: "1.0.0", action: "Continue", echo } },
    ...["timeout", "dns", "connect", "tls", "reset"].map((transport) => ({ transport })),
  ];
  const policy = flowPolicy(file, { bound: ["PostAttributeCollection"], targetUrl: each.targetUrl });
  const checks = new Checks();
  for (const answer of answers) {
    const world = new World(file);
    world.answers = [answer];
    const browser = world.browser(policy);
    await openLocalSignUp(browser);
    await fillIn(browser, world, {});
    checks.equal("url called", world.ports.httpCalls[0]?.url, each.targetUrl);
    const seen = JSON.stringify([world.ports.callRecords, browser.trace, browser.outcome, browser.state]);
    for (const secret of secrets) {
      checks.truth(
        `after ${JSON.stringify(answer)}`,
        !seen.includes(secret),
        `no '${secret}'`,
        `'${secret}'`,
      );
    }
  }
  return verdict(checks.mismatches);
}
