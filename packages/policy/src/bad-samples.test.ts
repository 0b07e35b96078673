import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatDiagnostic } from "./diagnostic.ts";
import { loadPolicies } from "./policy-set.ts";

/** Each file of test/bad says in its last line what it must raise and where; the good base stands beside it. */
const folder = new URL("../test/", import.meta.url);
const base = { file: "B2C_1A_Base.xml", bytes: readFileSync(new URL("good/B2C_1A_Base.xml", folder)) };
const options = {
  tenant: { domains: ["contoso.onmicrosoft.com"] },
  keyContainers: ["B2C_1A_TokenSigningKeyContainer"],
};
const samples = readdirSync(new URL("bad/", folder)).sort();

describe("policies that are right", () => {
  it("finds nothing in the base that the bad samples build on", () => {
    expect(loadPolicies([base], options).diagnostics.map(formatDiagnostic)).toEqual([]);
  });
});

describe("policies that are wrong", () => {
  it.each(samples)("says so at the place: %s", (file) => {
    const bytes = readFileSync(new URL(`bad/${file}`, folder));
    const expected = /<!-- expect (\w+) (PL\d+) (\d+:\d+) -->/.exec(bytes.toString("utf8"));
    const [, severity = "", code = "", place = ""] = expected ?? [];
    const { diagnostics } = loadPolicies([base, { file, bytes }], options);
    const found = diagnostics.map(
      (each) => `${each.severity} ${each.code} ${each.at?.line}:${each.at?.column}`,
    );
    expect(found).toContain(`${severity} ${code} ${place}`);
    // Nothing else is refused: a check that cries twice hides the cause.
    const others = diagnostics.filter((each) => each.severity === "error" && each.code !== code);
    expect(others.map(formatDiagnostic)).toEqual([]);
    expect(diagnostics.every(({ at }) => at?.file === file || at?.file === base.file)).toBe(true);
  });
});
