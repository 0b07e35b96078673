import { isDeepStrictEqual } from "node:util";

/** Texts of pages: trimmed; truth values without regard to case. */
export function sameText(got: string | undefined, expected: unknown): boolean {
  if (got === undefined) return false;
  const [left, right] = [
    got.trim(),
    String(Array.isArray(expected) ? expected.join(",") : (expected ?? "")).trim(),
  ];
  if (left === right) return true;
  return /^(true|false)$/i.test(right) && left.toLowerCase() === right.toLowerCase();
}

export function containsText(got: string, expected: string): boolean {
  const plain = (text: string) => text.replace(/\s+/g, " ").toLowerCase();
  return plain(got).includes(plain(expected));
}

/** What a regular expression is held against: text as it is, anything else as compact JSON. */
export function matchable(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Deep comparison with the words `$match`, `$contains` and `$ignore` in `expected`. */
export function jsonFits(got: unknown, expected: unknown): boolean {
  if (Array.isArray(expected))
    return (
      Array.isArray(got) &&
      got.length === expected.length &&
      expected.every((each, index) => jsonFits(got[index], each))
    );
  if (!isRecord(expected)) return isDeepStrictEqual(got, expected);
  if (typeof expected.$match === "string") return new RegExp(expected.$match).test(matchable(got ?? null));
  if ("$contains" in expected) return membersFit(got, expected.$contains, false, []);
  const ignored = Array.isArray(expected.$ignore) ? expected.$ignore.map(String) : [];
  const { $ignore: _, ...members } = expected;
  return membersFit(got, members, true, ignored);
}

function membersFit(got: unknown, expected: unknown, exactly: boolean, ignored: readonly string[]): boolean {
  if (!isRecord(got) || !isRecord(expected)) return isDeepStrictEqual(got, expected);
  if (exactly && Object.keys(got).some((name) => !(name in expected) && !ignored.includes(name)))
    return false;
  return Object.entries(expected).every(([name, each]) =>
    // Below `$contains` only the members that are named count, at every depth.
    !exactly && isRecord(each) && !("$match" in each)
      ? membersFit(got[name], each, false, [])
      : jsonFits(got[name], each),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
