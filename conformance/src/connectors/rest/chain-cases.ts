import { Checks } from "../../match.ts";
import { type CaseResult, verdict } from "../../report.ts";
import type { ChainCase } from "../case-file.ts";
import { outcomeName, outcomeText } from "../outcome.ts";
import { answerCall } from "../stub-api.ts";
import { restPolicy, restProfile, visitRestPolicy } from "./rest-policy.ts";

/** Several validation profiles behind one form: which are called, and what is left of their claims. */
export async function chainCase(each: ChainCase): Promise<CaseResult> {
  const address = (id: string) => `https://api.fabrikam.example/${id}`;
  const profiles = each.profiles.map(({ id, outputClaims = [] }) =>
    restProfile(
      id,
      { ServiceUrl: address(id) },
      {},
      {
        outputClaims: outputClaims.map((claim) => ({ claimTypeReferenceId: claim })),
      },
    ),
  );
  const names = [
    ...Object.keys(each.claimsBag ?? {}),
    ...(each.selfAssertedOutputClaims ?? []),
    ...each.profiles.flatMap(({ outputClaims = [], preconditions = [] }) => [
      ...outputClaims,
      ...preconditions.flatMap(({ values }) => values.slice(0, 1)),
    ]),
  ];
  const policy = restPolicy({
    profiles,
    claimTypes: Object.fromEntries(names.map((name) => [name, "string"])),
    caller: "validation",
    ...(each.selfAssertedOutputClaims && { pageOutputClaims: each.selfAssertedOutputClaims }),
    validations: each.profiles.map(({ id, continueOnError, continueOnSuccess, preconditions = [] }) => ({
      referenceId: id,
      ...(continueOnError !== undefined && { continueOnError }),
      ...(continueOnSuccess !== undefined && { continueOnSuccess }),
      preconditions: preconditions.map(({ type, executeActionsIf, values }) => ({
        type: type === "ClaimsExist" ? ("ClaimsExist" as const) : ("ClaimEquals" as const),
        executeActionsIf,
        values,
        action: "SkipThisValidationTechnicalProfile" as const,
      })),
    })),
  });
  const visit = await visitRestPolicy(policy, "validation", {
    bag: each.claimsBag ?? {},
    answer: (call) => {
      const called = each.profiles.find(({ id }) => call.url === address(id));
      return answerCall(call, [called?.answer ?? { transport: "connect" }]);
    },
  });
  const checks = new Checks();
  const called = visit.ports.httpCalls.map(({ url }) => url.slice(address("").length));
  checks.equal("called", called, each.expected.called);
  checks.equal("outcome", outcomeName(visit.browser.outcome), each.expected.outcome);
  if (each.expected.message !== undefined) {
    checks.text("message", outcomeText(visit.browser.outcome), each.expected.message);
  }
  if (each.expected.visibleInNextStep) {
    await visit.browser.send({ kind: "confirmed", keepMeSignedIn: false });
    for (const [name, visible] of Object.entries(each.expected.visibleInNextStep)) {
      checks.equal(`${name} visible in the next step`, Object.hasOwn(visit.browser.state.bag, name), visible);
    }
  }
  return verdict(checks.mismatches);
}
