import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Report } from "../report.ts";
import { relyingParty, writeSamples } from "../sample-policies.fixture.ts";
import { runScenarios } from "./run.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "conformance-"));
  await writeSamples(folder, {
    "policies/Rating.xml": relyingParty("B2C_1A_Rating"),
    "policies/Broken.xml": relyingParty("B2C_1A_Broken", (text) =>
      text.replace('ReferenceId="Rate"', 'ReferenceId="Nobody"'),
    ),
  });
});
afterAll(() => rm(folder, { recursive: true }));

const ask = {
  page: "selfasserted",
  fields: ["colour", "nick", "mail"],
  shows: { colour: "b", nick: "" },
  required: ["colour", "nick"],
  options: { colour: { values: ["r", "b"], texts: ["Red", "Blue"], selected: "b" } },
  hidden: ["score"],
  fill: { nick: "abc12" },
  press: "continue",
};
const show = {
  page: "selfasserted",
  fields: ["score"],
  shows: { score: "7" },
  readonly: ["score"],
  press: "continue",
};
const good = {
  id: "good",
  policy: "Rating.xml",
  base: "Small",
  needs: ["rest-stub"],
  stubs: [
    {
      url: "https://rating.example/rate",
      method: "GET",
      expect: { query: { nick: "abc12" } },
      answer: { status: 200, json: { score: 7 } },
    },
  ],
  steps: [ask, show],
  expect: { claims: { sub: "1234", colour: "b", nick: "abc12", score: 7 }, absent: ["mail"], stubCalls: 1 },
  why: "",
  certainty: "documented",
};

async function run(...scenarios: readonly object[]) {
  const file = join(folder, "scenarios.json");
  await writeFile(file, JSON.stringify(scenarios));
  const lines: string[] = [];
  const report = new Report((line) => lines.push(line));
  await runScenarios(
    { files: [file], policies: join(folder, "policies"), starterPack: join(folder, "packs") },
    report,
  );
  return { report, lines };
}

const proof = [
  { ...ask, fill: { nick: "abc12", mail: "ada@people.example" }, press: "verify:mail/send" },
  {
    ...ask,
    shows: {},
    fill: { mail_ver_input: "{{wrong:mail.code}}" },
    press: "verify:mail/check",
    error: { kind: "control", contains: "try again" },
  },
  { page: "selfasserted", fill: { mail_ver_input: "{{mail.code}}" }, press: "verify:mail/check" },
  { page: "selfasserted", press: "continue" },
  show,
];

it("passes what holds: pages, stubs, codes, errors, later visits, questions apart, what it cannot do left out", async () => {
  const { lines, report } = await run(
    good,
    { ...good, id: "proof", steps: proof, expect: { claims: { mail: "ada@people.example" } } },
    {
      ...good,
      id: "refused",
      steps: [{ ...ask, fill: { nick: "no" }, error: { kind: "field", field: "nick", contains: "Three" } }],
      expect: { stays: true },
    },
    {
      ...good,
      id: "cancelled",
      steps: [{ ...ask, press: "cancel" }],
      expect: { error: { oauth: "access_denied", code: "AADB2C90091" }, noToken: true },
    },
    // biome-ignore lint/suspicious/noThenProperty: a word of the scenarios
    { ...good, id: "twice", then: [{ steps: [ask, show], expect: { same: ["sub"], claims: { score: 7 } } }] },
    { ...good, id: "like good", expect: { relations: [{ claim: "nick", equals: "good" }] } },
    { ...good, id: "a guess", certainty: "guess", expect: { claims: { score: 8 } } },
    { ...good, id: "by SAML", needs: ["saml-sp-stub"] },
  );
  expect(lines).toEqual([
    expect.stringMatching(/^QUESTION a guess: score/),
    expect.stringMatching(/^SKIPPED by SAML:/),
  ]);
  expect([report.passed, report.failed, report.questions, report.skipped]).toEqual([6, 0, 1, 1]);
});

// A runner that lets everything pass proves nothing: each kind of demand must be able to fail.
const wrong: Readonly<Record<string, object>> = {
  "another page": { steps: [{ ...ask, page: "unifiedssp" }, show] },
  "fields in another order": { steps: [{ ...ask, fields: ["nick", "colour", "mail"] }, show] },
  "another value": { steps: [{ ...ask, shows: { colour: "r" } }, show] },
  "another required field": { steps: [{ ...ask, required: ["nick"] }, show] },
  "other options": { steps: [{ ...ask, options: { colour: { texts: ["Red"] } } }, show] },
  "a hidden field that is there": { steps: [{ ...ask, hidden: ["nick"] }, show] },
  "a field read-only that is not": { steps: [{ ...ask, readonly: ["nick"] }, show] },
  "a button that is not shown": { steps: [ask, { ...show, traits: { cancelButton: true } }] },
  "an error that does not come": { steps: [{ ...ask, error: { kind: "page" } }] },
  "an error that is not expected": { steps: [{ ...ask, fill: { nick: "x" } }, show] },
  "a field that the page does not have": { steps: [{ ...ask, fill: { other: "x" } }, show] },
  "a press that the page does not offer": { steps: [{ ...ask, press: "GoogleExchange" }] },
  "a page too few": { steps: [ask] },
  "a page too many": { steps: [ask, show, show] },
  "another claim": { expect: { claims: { score: "7" } } },
  "a claim too many": { expect: { absent: ["score"] } },
  "a pattern": { expect: { matches: { nick: "^x" } } },
  "the number of calls": { expect: { stubCalls: 2 } },
  "a call without a stub": { stubs: [] },
  "a stub that wants something else": { stubs: [{ ...good.stubs[0], expect: { query: { nick: "x" } } }] },
  "no error where one is expected": { expect: { error: {} } },
  "a token where none may be": { expect: { noToken: true } },
  "a journey that went on": { expect: { stays: true } },
  "an account that is not there": { expect: { directory: { user: "x@y.example", exists: true } } },
  "a relation": { expect: { relations: [{ claim: "nick", differs: "good" }] } },
  // biome-ignore lint/suspicious/noThenProperty: a word of the scenarios
  "a later visit": { then: [{ steps: [ask, show], expect: { claims: { score: 9 } } }] },
  "a policy that does not load": { policy: "Broken.xml" },
  "a policy that is not there": { policy: "None.xml" },
};

it("fails what does not hold, each for its own reason", async () => {
  const scenarios = Object.entries(wrong).map(([id, change]) => ({ ...good, id, ...change }));
  const { lines } = await run(good, ...scenarios);
  const names = Object.keys(wrong);
  expect(lines.map((line) => /^FAILED (.*?):/.exec(line)?.[1])).toEqual(names);
}, 30_000);
