import { Checks } from "../../match.ts";
import { type CaseResult, skipped, verdict } from "../../report.ts";
import type { RestResponseCase } from "../case-file.ts";
import { outcomeName, outcomeText } from "../outcome.ts";
import { answerCall } from "../stub-api.ts";
import { isCaller, restPolicy, restProfile, visibleClaims, visitRestPolicy } from "./rest-policy.ts";

/** What an answer to a RESTful technical profile leads to, in a step or behind a form. */
export async function restResponseCase(each: RestResponseCase): Promise<CaseResult> {
  const { caller, expected, answer } = each;
  if (!isCaller(caller)) return skipped(`the caller '${caller}' is not known`);
  const profile = restProfile(
    each.technicalProfile,
    {
      ...each.metadata,
      ...(answer.timeoutSeconds && {
        "vestibule.timeoutInMilliseconds": String(answer.timeoutSeconds * 1000),
      }),
      ...(answer.attempts && { "vestibule.tries": String(answer.attempts) }),
    },
    {},
    {
      outputClaims: each.outputClaims.map(({ claim, partner, default: value, alwaysUseDefault }) => ({
        claimTypeReferenceId: claim,
        ...(partner !== undefined && { partnerClaimType: partner }),
        ...(value !== undefined && { defaultValue: value }),
        ...(alwaysUseDefault !== undefined && { alwaysUseDefaultValue: alwaysUseDefault }),
      })),
    },
  );
  const bag = each.claimsBag ?? {};
  const types = Object.fromEntries([
    ...Object.keys(bag).map((id) => [id, "string"]),
    ...each.outputClaims.map(({ claim, type }) => [claim, type ?? "string"]),
  ]);
  const localized = localizedText(each.note);
  // A second profile that stands behind the first shows whether anything ran after a failure.
  const later = restProfile("REST-Later", { ServiceUrl: "https://later.example/" }, {}, {});
  const policy = restPolicy({
    profiles: expected.laterProfilesRun === undefined ? [profile] : [profile, later],
    claimTypes: types,
    caller,
    order: Number(each.orchestrationStep) || 1,
    ...(localized && { localized }),
  });
  const visit = await visitRestPolicy(policy, caller, {
    bag,
    answer: (call) =>
      answerCall(call, [call.url.startsWith("https://later.example") ? { status: 200 } : answer]),
    ...(localized && { culture: localized.language }),
  });
  const { outcome } = visit.browser;
  const checks = new Checks();
  // A program hears as JSON what a browser would carry to the application.
  const wantedOutcome = expected.outcome === "token-error" ? "rp-error" : expected.outcome;
  checks.equal("outcome", outcomeName(outcome), wantedOutcome);
  if (expected.message !== undefined) checks.text("message", outcomeText(outcome), expected.message);
  const problem = outcome.kind === "refused" ? outcome.problem : undefined;
  if (expected.errorCode) checks.equal("errorCode", problem?.errorCode, expected.errorCode);
  if (expected.pageResponse) {
    const { message, errorCode } = problem ?? {};
    checks.equal(
      "pageResponse",
      { status: "400", ...(errorCode && { errorCode }), message },
      expected.pageResponse,
    );
  }
  if (outcome.kind === "relyingPartyError") {
    const { error = expected.error, error_description: description = expected.errorDescription } =
      expected.json ?? {};
    if (error) checks.equal("error", outcome.error, error);
    // The correlation id and the time are added where the answer becomes HTTP.
    const wanted = description?.split("\r\n", 1)[0];
    if (wanted) checks.text("errorDescription", `${outcome.code}: ${outcome.message}`, wanted);
  }
  const claims = visibleClaims(visit);
  for (const [name, value] of Object.entries(expected.claims ?? {})) {
    checks.equal(`claim ${name}`, inTypeForm(claims[name], types[name]), value);
  }
  for (const name of expected.claimsAbsent ?? []) checks.equal(`claim ${name}`, claims[name], undefined);
  if (expected.laterProfilesRun !== undefined) {
    const ran = visit.ports.httpCalls.some(({ url }) => url.startsWith("https://later.example"));
    checks.equal("laterProfilesRun", ran, expected.laterProfilesRun);
  }
  return verdict(checks.mismatches);
}

/** Cases write an instant with seven fraction digits; how many the bag keeps is its own affair. */
function inTypeForm(value: unknown, type: string | undefined): unknown {
  if (type !== "dateTime" || typeof value !== "string") return value;
  const [, seconds = value, fraction = ""] = /^([^.]+?)(?:\.(\d+))?Z$/.exec(value) ?? [];
  return `${seconds}.${fraction.padEnd(7, "0")}Z`;
}

/** A note such as `page culture de, LocalizedString Key=Text wins over metadata`. */
function localizedText(note: string | undefined) {
  const language = /culture ([a-z]{2,3}(?:-[A-Za-z]+)?)/.exec(note ?? "")?.[1];
  const [, stringId, value] = /LocalizedString (\w+)=(.+?)(?: wins| beats|$)/.exec(note ?? "") ?? [];
  if (!language || !stringId || value === undefined) return undefined;
  return { language, strings: [{ elementType: "ErrorMessage", stringId, value }] };
}
