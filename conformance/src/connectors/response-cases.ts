import type { Outcome } from "@vestibule/engine";
import type { JourneyBrowser } from "@vestibule/engine/testing";
import { Checks } from "../match.ts";
import { type CaseResult, verdict } from "../report.ts";
import type { Answer, CaseFile, Expected, ResponseCase } from "./case-file.ts";
import { outcomeName, outcomeText, renderedHtml } from "./outcome.ts";
import { fillIn, openLocalSignUp, signInLocally, signInWithProvider } from "./person.ts";
import { continueAnswer } from "./stub-api.ts";
import { flowPolicy, type Settings, World } from "./user-flow.ts";

const email = "ida.lund@northwind.example";
const nils = {
  issuer: "google.com",
  userId: "110022003344",
  email: "nils@fabrikam.example",
  displayName: "Nils",
};

/** One answer of the API to a whole visit, and everything that it must lead to. */
export async function responseCase(file: CaseFile, each: ResponseCase): Promise<CaseResult> {
  const checks = new Checks();
  await visit(file, each, {}, each.expected, checks);
  const { strictMode, withSetting = {} } = each.expected;
  if (strictMode) await visit(file, each, { strictAnswers: true }, strictMode, checks);
  for (const [setting, expected] of Object.entries(withSetting)) {
    await visit(file, each, { [setting]: true }, expected, checks);
  }
  return verdict(checks.mismatches);
}

async function visit(
  file: CaseFile,
  each: ResponseCase,
  settings: Settings,
  expected: Expected,
  checks: Checks,
) {
  const world = new World(file);
  const typed = each.given?.typed ?? {};
  const seconds = /(\d+) s\b/.exec(each.note ?? "")?.[1];
  const policy = flowPolicy(file, {
    bound: [each.step],
    settings,
    selection: selectionOf(file, each),
    ...(seconds && { timeout: Number(seconds) }),
  });
  world.answers = each.answers ?? [each.answer ?? {}];
  const browser = world.browser(policy);
  let objectId: string | undefined;
  switch (each.step) {
    case "PostFederationSignup":
      await signInWithProvider(browser, world, nils);
      break;
    case "PostAttributeCollection":
      await openLocalSignUp(browser);
      await fillIn(browser, world, typed);
      break;
    case "PreTokenIssuance":
      objectId = await world.localAccount({ email, ...each.given?.directory });
      await signInLocally(browser, email);
  }
  const before = objectId === undefined ? undefined : world.ports.accounts.get(objectId)?.attributes;
  checkOutcome(browser.outcome, expected, checks);
  checkPage(browser, world, expected, checks);
  // What a prefilled page leads to shows only once it is sent.
  const isForm = browser.outcome.kind === "page" && !browser.outcome.page.terminal;
  if (each.step === "PostFederationSignup" && isForm && needsAccount(expected)) {
    await fillIn(browser, world, typed);
  }
  checkToken(browser.outcome, expected, checks);
  checkRecord(world, expected, checks);
  if (expected.accountCreated !== undefined)
    checks.equal("accountCreated", world.ports.accounts.size > 0, expected.accountCreated);
  if (expected.stateEchoed) checks.equal("state of the request", browser.state.request.state, "s-1");
  checkDirectory(world, expected, checks);
  if (expected.directoryUnchanged && objectId !== undefined) {
    checks.equal("directory", world.ports.accounts.get(objectId)?.attributes, before);
    checks.equal("stored city", before, attributesBefore(world, each));
  }
  if (expected.resubmitCallsAgain) await checkResubmit(browser, world, typed, checks);
  if (expected.nextSignInTokenAbsent) {
    world.answers = [continueAnswer];
    const next = world.browser(policy);
    await signInLocally(next, typed.email ?? email);
    const { claims } = next.issued();
    for (const name of expected.nextSignInTokenAbsent)
      checks.equal(`next token's ${name}`, claims[name], undefined);
  }
}

function needsAccount(expected: Expected): boolean {
  const { stored, storedAbsent, tokenClaims, tokenAbsent, accountCreated, tokenIssued } = expected;
  return Boolean(stored ?? storedAbsent ?? tokenClaims ?? tokenAbsent ?? (accountCreated || tokenIssued));
}

/** What a case returns or types but does not select is selected all the same, as an attribute of the form. */
function selectionOf(file: CaseFile, { given, step, answer }: ResponseCase) {
  const { userAttributes, applicationClaims } = file.userFlow.defaultSelection;
  const returned = Object.keys((answer as Answer | undefined)?.body ?? {});
  const mentioned = Object.keys(given?.typed ?? {}).map((name) =>
    Object.hasOwn(file.tenant.customAttributes, name) ? `extension_${name}` : name,
  );
  const builtIn = returned.filter((name) => name === "state" || name === "streetAddress");
  const form = step === "PreTokenIssuance" ? [] : [...mentioned, ...builtIn];
  return {
    userAttributes: given?.userAttributesSelected ?? [...new Set([...userAttributes, ...form])],
    applicationClaims: given?.applicationClaimsSelected ?? applicationClaims,
  };
}

function attributesBefore(world: World, each: ResponseCase): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(each.given?.directory ?? {}).map(([name, value]) => [world.directoryName(name), value]),
  );
}

function checkOutcome(outcome: Outcome, expected: Expected, checks: Checks): void {
  checks.equal("outcome", outcomeName(outcome), expected.outcome);
  const text = outcomeText(outcome);
  if (expected.message !== undefined) checks.text("message", text, expected.message);
  if (expected.outcome === "page") {
    const problem = outcome.kind === "refused" ? outcome.problem : undefined;
    if (expected.errorCode) checks.equal("errorCode", problem?.errorCode, expected.errorCode);
    if (expected.pageResponse && problem) {
      const { message, errorCode } = problem;
      checks.equal(
        "pageResponse",
        { status: "400", ...(errorCode && { errorCode }), message },
        expected.pageResponse,
      );
    }
  }
  if (outcome.kind === "relyingPartyError") {
    const description = `${outcome.code}: ${outcome.message}`;
    if (expected.error) checks.equal("error", outcome.error, expected.error);
    if (expected.errorDescriptionStartsWith) {
      checks.text("errorDescription", description, expected.errorDescriptionStartsWith, true);
    }
  }
  if (expected.redirectToApp === false) {
    const stays = outcome.kind !== "issued" && outcome.kind !== "relyingPartyError";
    checks.truth("redirectToApp", stays, false, outcome.kind);
  }
  if (expected.htmlContains !== undefined) {
    // A closing bracket needs no escape in text, and a serialiser may leave it: both spellings are the same document.
    const spelling = (html: string) => html.replaceAll("&gt;", ">");
    const html = outcome.kind === "page" ? renderedHtml(outcome.page) : "";
    const holds = spelling(html).includes(spelling(expected.htmlContains));
    checks.truth("html", holds, expected.htmlContains, outcomeText(outcome));
  }
}

function checkPage(browser: JourneyBrowser, world: World, expected: Expected, checks: Checks): void {
  for (const [name, value] of Object.entries(expected.prefill ?? {})) {
    const field =
      browser.outcome.kind === "page"
        ? browser.outcome.page.fields.find(({ id }) => id === world.claimName(name))
        : undefined;
    checks.equal(`field ${name}`, field?.value, String(value));
    if (expected.editable !== undefined)
      checks.equal(`field ${name} editable`, field && !field.readOnly, expected.editable);
  }
}

function checkToken(outcome: Outcome, expected: Expected, checks: Checks): void {
  if (expected.tokenIssued !== undefined) {
    checks.equal("tokenIssued", outcome.kind === "issued", expected.tokenIssued);
  }
  const claims = outcome.kind === "issued" ? outcome.claims : {};
  for (const [name, value] of Object.entries(expected.tokenClaims ?? {})) {
    checks.equal(`token claim ${name}`, claims[name], value);
  }
  for (const name of expected.tokenAbsent ?? []) checks.equal(`token claim ${name}`, claims[name], undefined);
}

function checkRecord(world: World, expected: Expected, checks: Checks): void {
  const { callRecords } = world.ports;
  const record = callRecords.at(-1);
  if (expected.numberOfAttempts !== undefined) {
    checks.equal("numberOfAttempts", record?.attempts.length, expected.numberOfAttempts);
  }
  if (expected.auditRows !== undefined) checks.equal("auditRows", callRecords.length, expected.auditRows);
  for (const warning of expected.warnings ?? []) {
    checks.truth(
      `warning ${warning}`,
      record?.warnings.includes(warning) ?? false,
      warning,
      record?.warnings,
    );
  }
}

function checkDirectory(world: World, expected: Expected, checks: Checks): void {
  const account = [...world.ports.accounts.values()].at(-1);
  for (const [name, value] of Object.entries(expected.stored ?? {})) {
    const got =
      name === "email"
        ? account?.identities.find(({ signInType }) => signInType === "emailAddress")?.issuerAssignedId
        : account?.attributes[world.directoryName(name)];
    checks.equal(`stored ${name}`, got, value);
  }
  for (const name of expected.storedAbsent ?? []) {
    checks.truth("account", account !== undefined, "an account", "none");
    checks.equal(`stored ${name}`, account?.attributes[world.directoryName(name)], undefined);
  }
}

/** The corrected page is sent again: the API is asked again, and now the account is made. */
async function checkResubmit(
  browser: JourneyBrowser,
  world: World,
  typed: Readonly<Record<string, string>>,
  checks: Checks,
) {
  const calls = world.ports.httpCalls.length;
  world.answers = [continueAnswer];
  await browser.send({ kind: "reload" });
  await fillIn(browser, world, typed);
  checks.equal("calls after the resubmit", world.ports.httpCalls.length, calls + 1);
  checks.equal("outcome after the resubmit", browser.outcome.kind, "issued");
  checks.equal("accounts after the resubmit", world.ports.accounts.size, 1);
}
