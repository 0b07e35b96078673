import type { CaseResult, TestReport } from "./run.ts";

/** One result as lines for a terminal. */
export function resultLines(result: CaseResult): readonly string[] {
  const { verdict, title, decision, record, findings, consequence } = result;
  const mark = { ok: "ok    ", failed: "FAILED", skipped: "skip  " }[verdict];
  const time = record ? `${Math.round(record.duration)} ms` : "";
  return [
    `  ${mark} ${title.padEnd(44)} ${(decision ?? "").padEnd(9)} ${time.padStart(8)}`.trimEnd(),
    `           ${consequence}`,
    ...findings.map(({ severity, rule, message }) => `           ${severity} ${rule}: ${message}`),
  ];
}

export interface Summary {
  readonly cases: number;
  readonly failed: number;
  readonly skipped: number;
  readonly errors: number;
  readonly warnings: number;
}

export function summaryOf({ results }: TestReport): Summary {
  const findings = results.flatMap((result) => result.findings);
  const count = (verdict: CaseResult["verdict"]) => results.filter((one) => one.verdict === verdict).length;
  return {
    cases: results.length,
    failed: count("failed"),
    skipped: count("skipped"),
    errors: findings.filter(({ severity }) => severity === "error").length,
    warnings: findings.filter(({ severity }) => severity === "warning").length,
  };
}

/** The whole report for a program to read. */
export function jsonReport(report: TestReport): string {
  return `${JSON.stringify({ url: report.url, summary: summaryOf(report), ...(report.stopped !== undefined && { stopped: report.stopped }), cases: report.results }, null, 2)}\n`;
}

/** The form that build servers read; errors are failures, warnings stand in the output of their case. */
export function junitReport(report: TestReport): string {
  const suites = [...new Set(report.results.map(({ step }) => step))].map((step) => {
    const results = report.results.filter((result) => result.step === step);
    const failed = results.filter(({ verdict }) => verdict === "failed").length;
    const skipped = results.filter(({ verdict }) => verdict === "skipped").length;
    const head = `<testsuite name="${xml(step)}" tests="${results.length}" failures="${failed}" errors="0" skipped="${skipped}" time="${seconds(results)}">`;
    return [head, ...results.map(testCase), "</testsuite>"].join("\n");
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", ...suites, "</testsuites>", ""].join(
    "\n",
  );
}

function testCase(result: CaseResult): string {
  const { step, title, consequence, findings, verdict } = result;
  const lines = (severity: string) =>
    findings.filter((one) => one.severity === severity).map(({ rule, message }) => `${rule}: ${message}`);
  const errors = lines("error");
  const parts = [
    ...(verdict === "skipped" ? [`<skipped message="${xml(consequence)}"/>`] : []),
    ...(errors.length > 0
      ? [`<failure message="${xml(errors[0] ?? "")}">${xml([...errors, consequence].join("\n"))}</failure>`]
      : []),
    `<system-out>${xml([consequence, ...lines("warning")].join("\n"))}</system-out>`,
  ];
  return `<testcase classname="${xml(step)}" name="${xml(title)}" time="${seconds([result])}">${parts.join("")}</testcase>`;
}

function seconds(results: readonly CaseResult[]): string {
  return (results.reduce((sum, { record }) => sum + (record?.duration ?? 0), 0) / 1000).toFixed(3);
}

/** XML 1.0 has no place for control characters at all, and none for half a character. */
function xml(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those are taken out.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
      .replace(/&/g, "&amp;")
      .replace(/</g, "&lt;")
      .replace(/>/g, "&gt;")
      .replace(/"/g, "&quot;")
  );
}
