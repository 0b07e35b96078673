import { Checks } from "../../match.ts";
import { type CaseResult, verdict } from "../../report.ts";
import type { RestRequestCase } from "../case-file.ts";
import { outcomeText } from "../outcome.ts";
import { answerCall } from "../stub-api.ts";
import { restPolicy, restProfile, visitRestPolicy } from "./rest-policy.ts";

const builtInTexts: Readonly<Record<string, string>> = {
  DefaultUserMessageIfRequestFailed: "Failed to establish connection to restful service end point.",
  UserMessageIfCircuitOpen: "Restful Service URL:",
  UserMessageIfDnsResolutionFailed: "Failed to resolve the hostname of the restful service endpoint.",
  UserMessageIfRequestTimeout:
    "Failed to establish connection to restful service end point within timeout limit",
};

/** The request that a RESTful technical profile makes of a bag of claims, or the reason why it makes none. */
export async function restRequestCase(each: RestRequestCase): Promise<CaseResult> {
  const { claimsBag = {}, environment = {}, keys = {}, expected } = each;
  const profile = restProfile("REST-Conformance", each.metadata, keys, {
    inputClaims: each.inputClaims.map(({ claim, partner, default: value, alwaysUseDefault }) => ({
      claimTypeReferenceId: claim,
      ...(partner !== undefined && { partnerClaimType: partner }),
      ...(value !== undefined && { defaultValue: value }),
      ...(alwaysUseDefault !== undefined && { alwaysUseDefaultValue: alwaysUseDefault }),
    })),
  });
  const types = Object.fromEntries([
    ...each.inputClaims.map(({ claim }) => [claim, "string"]),
    ...Object.entries(claimsBag).map(([id, { type }]) => [id, type]),
  ]);
  const policy = restPolicy({
    profiles: [profile],
    claimTypes: types,
    caller: "orchestration",
    deploymentMode: environment.deploymentMode === "Development" ? "Development" : "Production",
  });
  const { browser, ports } = await visitRestPolicy(policy, "orchestration", {
    bag: Object.fromEntries(Object.entries(claimsBag).map(([id, { value }]) => [id, value])),
    keys,
    answer: (call) => answerCall(call, [{ status: 200 }]),
    ...(environment.culture && { culture: environment.culture }),
    ...(environment.clientId && { clientId: environment.clientId }),
  });
  const checks = new Checks();
  const [call] = ports.httpCalls;
  if (expected.requestSent === false) {
    checks.equal("requests", ports.httpCalls.length, 0);
    const { outcome } = browser;
    const code = outcome.kind === "relyingPartyError" ? outcome.code : outcome.kind;
    if (expected.errorCode) checks.equal("errorCode", code, expected.errorCode);
    if (expected.failure) {
      const text = builtInTexts[expected.failure] ?? expected.failure;
      checks.truth("failure", outcomeText(outcome)?.includes(text) ?? false, text, outcomeText(outcome));
    }
    return verdict(checks.mismatches);
  }
  checks.equal("requests", ports.httpCalls.length, 1);
  if (!call)
    return verdict([...checks.mismatches, { what: "outcome", expected: "a request", got: browser.outcome }]);
  const headers = Object.fromEntries(
    Object.entries(call.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  if (expected.method) checks.equal("method", call.method, expected.method);
  if (expected.url) checks.equal("url", call.url, expected.url);
  for (const [name, value] of Object.entries(expected.headers ?? {})) {
    checks.equal(`header ${name}`, headers[name.toLowerCase()], value);
  }
  for (const name of expected.headersAbsent ?? [])
    checks.equal(`header ${name}`, headers[name.toLowerCase()], undefined);
  if (expected.rawBody !== undefined) checks.equal("body", call.body, expected.rawBody);
  if (expected.bodyAbsent) checks.equal("body", call.body, undefined);
  if (expected.form) checks.equal("form", Object.fromEntries(new URLSearchParams(call.body)), expected.form);
  if (expected.json !== undefined) checks.equal("json", JSON.parse(call.body ?? "null"), expected.json);
  if (expected.absent) {
    const sent = JSON.parse(call.body ?? "{}");
    for (const name of expected.absent) checks.equal(`member ${name}`, sent[name], undefined);
  }
  return verdict(checks.mismatches);
}
