import { describe, expect, it } from "vitest";
import { readPolicyFile } from "./read-policy-file.ts";
import { Report } from "./report.ts";
import { bytesOf, policyText, schema } from "./testing/policy-text.fixture.ts";

const at = (line: number) => ({ file: "a.xml", line, column: 1 });

describe("a report", () => {
  it("keeps a finding once and a bounded number of findings", () => {
    const report = new Report();
    for (let line = 1; line <= 1000; line++) {
      report.error("PL101", at(line), "missing");
      report.error("PL101", at(line), "missing");
    }
    expect(report.diagnostics).toHaveLength(200);
    expect(report.full).toBe(true);
  });

  it("never lets warnings crowd out an error", () => {
    const report = new Report();
    for (let line = 1; line <= 1000; line++) report.warning("PL113", at(line), "other spelling");
    report.error("PL101", at(1), "missing");
    expect(report.hasErrors).toBe(true);
    expect(report.diagnostics.at(-1)?.code).toBe("PL101");
  });

  it("refuses a file whose error comes after hundreds of warnings", () => {
    const twins = Array.from(
      { length: 300 },
      (_, index) => `<ClaimType Id="a${index}" /><ClaimType Id="A${index}" />`,
    );
    const text = policyText("X", `${schema(twins.join(""))}<Nonsense />`);
    const { document, diagnostics } = readPolicyFile(bytesOf(text), "x.xml");
    expect(document).toBeUndefined();
    expect(diagnostics.some(({ code }) => code === "PL004")).toBe(true);
  });
});
