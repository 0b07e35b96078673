import { isDeepStrictEqual } from "node:util";
import type { Mismatch } from "./report.ts";

/** What a case demands of one thing, collected until the case is judged. */
export class Checks {
  readonly mismatches: Mismatch[] = [];

  equal(what: string, got: unknown, expected: unknown): void {
    if (!isDeepStrictEqual(got, expected)) this.mismatches.push({ what, expected, got });
  }

  /** Text in which `{words in braces}` stand for any value of that shape. */
  text(what: string, got: string | undefined, expected: string, start = false): void {
    if (got === undefined || !textPattern(expected, start).test(got)) {
      this.mismatches.push({ what, expected, got });
    }
  }

  truth(what: string, holds: boolean, expected: unknown, got: unknown): void {
    if (!holds) this.mismatches.push({ what, expected, got });
  }
}

const shapes: Readonly<Record<string, string>> = {
  step: "\\d+",
  guid: "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
  "yyyy-MM-dd HH:mm:ssZ": "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ",
};

function textPattern(expected: string, start: boolean): RegExp {
  const source = expected
    .split(/(\{[^{}]*\})/)
    .map((part) =>
      /^\{.*\}$/.test(part)
        ? (shapes[part.slice(1, -1)] ?? ".+?")
        : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"),
    )
    .join("");
  return new RegExp(`^${source}${start ? "" : "$"}`, "is");
}
