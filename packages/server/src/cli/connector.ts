import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Case, Subject } from "../connector-test/case.ts";
import { jsonReport, junitReport, resultLines, summaryOf } from "../connector-test/report.ts";
import { runContractTests, type TestReport } from "../connector-test/run.ts";
import { provesItself } from "../connector-test/strangers.ts";
import { readProfileSetting } from "../connector-test/technical-profile/read-setting.ts";
import { proofOf as proofOfProfile } from "../connector-test/technical-profile/setting.ts";
import { profileSubject } from "../connector-test/technical-profile/subject.ts";
import { readSetting } from "../connector-test/user-flow/read-setting.ts";
import { proofOf } from "../connector-test/user-flow/setting.ts";
import { connectorSubject } from "../connector-test/user-flow/subject.ts";
import { SettingError } from "../connector-test/written.ts";
import { connectorSchema } from "./connector-schema.ts";
import { type Invocation, optionTable, UsageError } from "./options.ts";
import type { Terminal } from "./terminal.ts";

/** `vestibule connector test [URL]`, `vestibule connector mock FILE` and `vestibule connector schema ID`. */
export async function connector(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [action, operand, ...others] = invocation.directories;
  const isProfile = action === "test" && invocation.own?.has("profile") === true;
  if ((operand === undefined && !isProfile) || others.length > 0) {
    throw new UsageError(
      "vestibule connector test URL, vestibule connector test [URL] --tenant DIR --profile ID, vestibule connector mock FILE, or vestibule connector schema ID --tenant DIR: vestibule --help tells more.",
    );
  }
  switch (action) {
    case "test":
      if (isProfile) return testProfile(operand, invocation, terminal);
      return testConnector(operand ?? "", invocation, terminal);
    case "mock":
      return (await import("./connector-mock.ts")).connectorMock(operand ?? "", invocation, terminal);
    case "schema":
      refuse(invocation, testOptions, "beside the tenant", "schema");
      return connectorSchema(operand ?? "", optionsOf(invocation).last("tenant"), terminal);
    default:
      throw new UsageError(`There is no vestibule connector ${action}; there are test, mock and schema.`);
  }
}

/** An API behind steps of user flows, as the options describe it. */
async function testConnector(url: string, invocation: Invocation, terminal: Terminal): Promise<number> {
  const { all, last } = optionsOf(invocation);
  refuse(invocation, ["policy", "key"], "without --profile");
  const [auth, tenant, preset] = [last("auth"), last("tenant"), last("preset")];
  const signingKey = last("signing-key");
  const [id, template] = [last("connector"), last("template")];
  const { setting, steps } = await attempt(() =>
    readSetting(
      {
        url,
        steps: all("step"),
        attributes: all("attribute"),
        claims: all("claim"),
        refused: all("refused"),
        ...(auth !== undefined && { auth }),
        ...(signingKey !== undefined && { signingKey }),
        ...(tenant !== undefined && { tenant }),
        ...(preset !== undefined && { preset }),
        ...(id !== undefined && { connector: id }),
        ...(template !== undefined && { template }),
      },
      process.env,
    ),
  );
  const hint = provesItself(proofOf(setting)) ? undefined : "--auth says how the server proves itself.";
  return runTests(connectorSubject(setting, steps), hint, invocation, terminal);
}

/** An API behind a RESTful technical profile, as the policy describes it. */
async function testProfile(
  url: string | undefined,
  invocation: Invocation,
  terminal: Terminal,
): Promise<number> {
  const { all, last } = optionsOf(invocation);
  refuse(
    invocation,
    ["step", "auth", "signing-key", "attribute", "connector", "template", "preset"],
    "beside --profile: the profile's own metadata counts",
  );
  const [tenant, policy] = [last("tenant"), last("policy")];
  const { dataDir, database } = invocation;
  const { setting, close } = await attempt(() =>
    readProfileSetting(
      {
        profile: last("profile") ?? "",
        claims: all("claim"),
        refused: all("refused"),
        keys: all("key"),
        ...(url !== undefined && { url }),
        ...(tenant !== undefined && { tenant }),
        ...(policy !== undefined && { policy }),
      },
      { dataDir: resolve(dataDir ?? ".vestibule"), ...(database !== undefined && { database }) },
      process.env,
    ),
  );
  try {
    const hint = provesItself(proofOfProfile(setting.metadata))
      ? undefined
      : "the profile's AuthenticationType is None.";
    return await runTests(profileSubject(setting), hint, invocation, terminal);
  } finally {
    await close();
  }
}

/** Exit code 0 where every case is well, 1 where one failed or the API could not be reached. */
async function runTests<C extends Case>(
  subject: Subject<C>,
  /** Why no case looked whether the API checks its caller. */
  unchecked: string | undefined,
  invocation: Invocation,
  terminal: Terminal,
): Promise<number> {
  const { last } = optionsOf(invocation);
  const strict = invocation.own?.has("strict") === true;
  // The report goes where it was asked for; everything else is for the person, and must not stand in its way.
  const [json, junit] = [last("json"), last("junit")];
  const say = (line: string) => (json === "-" || junit === "-" ? terminal.err(line) : terminal.out(line));
  let step = "";
  const report = await runContractTests(subject, (result) => {
    if (result.step !== step) say(result.step);
    step = result.step;
    for (const line of resultLines(result)) say(line);
  });
  if (json !== undefined) await deliver(json, jsonReport(report), terminal);
  if (junit !== undefined) await deliver(junit, junitReport(report), terminal);
  if (report.stopped !== undefined) say(report.stopped);
  say(sentence(report));
  if (unchecked !== undefined) say(`No case looked whether the API checks its caller: ${unchecked}`);
  const { errors, warnings, skipped, cases } = summaryOf(report);
  const bad = errors > 0 || report.stopped !== undefined || cases === skipped || (strict && warnings > 0);
  return bad ? 1 : 0;
}

function optionsOf(invocation: Invocation) {
  const all = (name: string) => invocation.own?.get(name) ?? [];
  return { all, last: (name: string) => all(name).at(-1) };
}

type OptionName = keyof typeof optionTable;

/** What only tests take. */
const testOptions = (Object.keys(optionTable) as OptionName[]).filter((name) => {
  const option = optionTable[name];
  return "command" in option && option.command === "connector" && name !== "tenant";
});

/** An option of the other form would be ignored in silence. One that stands in the environment was not meant. */
function refuse(
  invocation: Invocation,
  names: readonly OptionName[],
  why: string,
  action: "test" | "schema" = "test",
): void {
  for (const name of names) {
    const { variable } = optionTable[name];
    const given = invocation.own?.get(name)?.at(-1);
    if (given === undefined || (variable !== undefined && given === process.env[variable])) continue;
    throw new UsageError(`vestibule connector ${action} takes no --${name} ${why}.`);
  }
}

async function deliver(file: string, text: string, terminal: Terminal): Promise<void> {
  if (file === "-") return terminal.out(text.trimEnd());
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${(error as NodeJS.ErrnoException).code ?? "unknown"}.`);
  }
}

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof SettingError ? new UsageError(error.message) : error;
  }
}

function sentence(report: TestReport): string {
  const { cases, failed, skipped, errors, warnings } = summaryOf(report);
  const of = (count: number, one: string) => `${count} ${one}${count === 1 ? "" : "s"}`;
  const parts = [of(cases, "case"), `${failed} failed`, ...(skipped > 0 ? [`${skipped} not asked`] : [])];
  return `${parts.join(", ")}: ${of(errors, "error")}, ${of(warnings, "warning")}`;
}
