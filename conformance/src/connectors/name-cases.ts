import { Checks } from "../match.ts";
import { type CaseResult, verdict } from "../report.ts";
import type { CaseFile, NameCase } from "./case-file.ts";
import { fillIn, openLocalSignUp } from "./person.ts";
import { continueAnswer } from "./stub-api.ts";
import { flowPolicy, World } from "./user-flow.ts";

/** Which attribute a key of an answer sets, observed at what the API connector made of it before creating the user. */
export async function nameCase(file: CaseFile, each: NameCase): Promise<CaseResult> {
  const world = new World(file);
  const custom = Object.keys(file.tenant.customAttributes).map((name) => `extension_${name}`);
  const userAttributes = [...new Set([...file.userFlow.defaultSelection.userAttributes, ...custom])];
  const type = file.tenant.customAttributes[each.expected?.attribute ?? ""];
  const value = type === "Boolean" ? true : "2";
  world.answers = [{ ...continueAnswer, body: { version: "1.0.0", action: "Continue", [each.key]: value } }];
  const browser = world.browser(
    flowPolicy(file, { bound: ["PostAttributeCollection"], selection: { userAttributes } }),
  );
  await openLocalSignUp(browser);
  await fillIn(browser, world, {});
  const found = world.ports.callRecords.at(-1)?.verdicts.find(({ name }) => name === each.key);
  const claim = each.expected === null ? undefined : wantedClaim(each.expected);
  const checks = new Checks();
  checks.equal("claim", found?.verdict === "used" ? found.claim : undefined, claim);
  const account = [...world.ports.accounts.values()].at(-1);
  const stored = Object.entries(account?.attributes ?? {}).find(
    ([, stored_]) => stored_ === value || stored_ === Number(value),
  );
  const directoryName =
    each.expected?.builtIn ?? (each.expected?.attribute && world.directoryName(each.expected.attribute));
  checks.equal("stored attribute", stored?.[0], directoryName || undefined);
  return verdict(checks.mismatches);
}

function wantedClaim(expected: NonNullable<NameCase["expected"]>): string | undefined {
  return expected.builtIn ?? (expected.attribute && `extension_${expected.attribute}`);
}
