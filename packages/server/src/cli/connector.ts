import { writeFile } from "node:fs/promises";
import { readSetting, SettingError } from "../connector-test/read-setting.ts";
import { jsonReport, junitReport, resultLines, summaryOf } from "../connector-test/report.ts";
import { runContractTests, type TestReport } from "../connector-test/run.ts";
import { type Invocation, UsageError } from "./options.ts";
import type { Terminal } from "./terminal.ts";

/** `vestibule connector test URL` and `vestibule connector mock FILE`. */
export async function connector(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [action, operand, ...others] = invocation.directories;
  if (operand === undefined || others.length > 0) {
    throw new UsageError(
      "vestibule connector test URL, or vestibule connector mock FILE: vestibule --help tells more.",
    );
  }
  switch (action) {
    case "test":
      return test(operand, invocation, terminal);
    case "mock":
      return (await import("./connector-mock.ts")).connectorMock(operand, invocation, terminal);
    default:
      throw new UsageError(`There is no vestibule connector ${action}; there are test and mock.`);
  }
}

/** Exit code 0 where every case is well, 1 where one failed or the API could not be reached. */
async function test(url: string, invocation: Invocation, terminal: Terminal): Promise<number> {
  const own = (name: string) => invocation.own?.get(name) ?? [];
  const last = (name: string) => own(name).at(-1);
  const strict = invocation.own?.has("strict") === true;
  const [auth, tenant, preset] = [last("auth"), last("tenant"), last("preset")];
  const signingKey = last("signing-key");
  const { setting, steps } = await attempt(() =>
    readSetting(
      {
        url,
        steps: own("step"),
        attributes: own("attribute"),
        claims: own("claim"),
        ...(auth !== undefined && { auth }),
        ...(signingKey !== undefined && { signingKey }),
        ...(tenant !== undefined && { tenant }),
        ...(preset !== undefined && { preset }),
      },
      process.env,
    ),
  );
  // The report goes where it was asked for; everything else is for the person, and must not stand in its way.
  const [json, junit] = [last("json"), last("junit")];
  const say = (line: string) => (json === "-" || junit === "-" ? terminal.err(line) : terminal.out(line));
  let step = "";
  const report = await runContractTests(setting, steps, (result) => {
    if (result.step !== step) say(result.step);
    step = result.step;
    for (const line of resultLines(result)) say(line);
  });
  if (json !== undefined) await deliver(json, jsonReport(report), terminal);
  if (junit !== undefined) await deliver(junit, junitReport(report), terminal);
  if (report.stopped !== undefined) say(report.stopped);
  say(sentence(report));
  const { credentials, signingKey: signed } = setting;
  if (credentials.kind === "none" && signed === undefined && new URL(setting.url).search === "") {
    say("No case looked whether the API checks its caller: --auth says how the server proves itself.");
  }
  const { errors, warnings, skipped, cases } = summaryOf(report);
  const bad = errors > 0 || report.stopped !== undefined || cases === skipped || (strict && warnings > 0);
  return bad ? 1 : 0;
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
