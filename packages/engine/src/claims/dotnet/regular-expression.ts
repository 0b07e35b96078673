import { createContext, Script } from "node:vm";
import { RE2JS } from "re2js";
import { readPattern } from "./pattern-reader.ts";
import { type Pattern, PatternFault } from "./pattern-syntax.ts";
import { type WrittenPattern, writeForJavaScript, writeForRe2 } from "./pattern-writer.ts";

export type PatternSearch =
  /** `groups`: name, or number as text, of each group that took part → what it captured. */
  | { readonly kind: "match"; readonly groups: ReadonlyMap<string, string> }
  | { readonly kind: "none" }
  /** The search was given up: it ran too long, or the text is longer than any that is searched. */
  | { readonly kind: "abandoned" };

export type DotNetPattern =
  | {
      readonly kind: "pattern";
      readonly groupNames: readonly string[];
      search(text: string): PatternSearch;
      /** The text with every match replaced by `replacement`, taken literally; undefined where the search was given up. */
      replace(text: string, replacement: string): string | undefined;
    }
  | { readonly kind: "invalid"; readonly reason: string };

/** Patterns of policies are few and live as long as their policy; a bound keeps hostile configuration from filling memory. */
const most = 1000;
const compiled = new Map<string, DotNetPattern>();

/** No claim that a pattern is made for is as long as this. */
const longestText = 200_000;

/**
 * Compiles a .NET regular expression (RegexOptions.None, invariant culture). Whatever RE2 can express runs in linear time;
 * look-around and back-references run with a time limit. Code points are searched, not UTF-16 units.
 * Source: claims-transformations.md 4.5.
 */
export function dotNetPattern(pattern: string): DotNetPattern {
  const known = compiled.get(pattern);
  if (known) return known;
  if (compiled.size >= most) compiled.clear();
  const made = compilePattern(pattern);
  compiled.set(pattern, made);
  return made;
}

function compilePattern(text: string): DotNetPattern {
  let pattern: Pattern;
  let javaScript: string;
  try {
    pattern = readPattern(text);
    javaScript = writeForJavaScript(pattern);
    new RegExp(javaScript, "v");
  } catch (fault) {
    if (fault instanceof PatternFault) return { kind: "invalid", reason: fault.message };
    if (fault instanceof SyntaxError) return { kind: "invalid", reason: "it cannot be compiled" };
    throw fault;
  }
  const written = writeForRe2(pattern);
  const linear = written && compileLinear(written);
  const named = (captures: readonly (string | undefined)[]) => groupsOf(pattern, captures);
  return {
    kind: "pattern",
    groupNames: [...pattern.groups.keys()].filter((name) => !/^\d+$/.test(name)),
    replace: (candidate, replacement) =>
      candidate.length > longestText ? undefined : replaceBounded(javaScript, candidate, replacement),
    search(candidate) {
      if (candidate.length > longestText) return { kind: "abandoned" };
      const exact =
        linear &&
        !(written.needsNoFinalNewline && candidate.endsWith("\n")) &&
        // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII
        !(written.needsAscii && /[^\x00-\x7F]/.test(candidate));
      return exact ? searchLinear(linear, candidate, named) : searchBounded(javaScript, candidate, named);
    },
  };
}

type Named = (captures: readonly (string | undefined)[]) => ReadonlyMap<string, string>;

/** Of several groups with one name, the last that took part counts. */
function groupsOf(pattern: Pattern, captures: readonly (string | undefined)[]): Map<string, string> {
  const groups = new Map<string, string>();
  for (const [name, orders] of pattern.groups) {
    const order = orders.findLast((candidate) => captures[candidate] !== undefined);
    const text = order === undefined ? undefined : captures[order];
    if (text !== undefined) groups.set(name, text);
  }
  return groups;
}

function compileLinear(written: WrittenPattern): RE2JS | undefined {
  try {
    return RE2JS.compile(written.source);
  } catch {
    return undefined;
  }
}

function searchLinear(expression: RE2JS, text: string, named: Named): PatternSearch {
  // Most searches find nothing or need no groups: asking first is cheaper.
  if (!expression.test(text)) return { kind: "none" };
  const matcher = expression.matcher(text);
  if (!matcher.find()) return { kind: "none" };
  const captures = Array.from(
    { length: matcher.groupCount() + 1 },
    (_, order) => matcher.group(order) ?? undefined,
  );
  return { kind: "match", groups: named(captures) };
}

/**
 * A pattern that can back-track may take this long: a policy's pattern must not stop the server. The clock is the wall's,
 * so that a busy machine gets a second, longer try before what a person typed is refused.
 */
const patience = [100, 400];

const sandbox = createContext(Object.create(null) as Record<string, unknown>);
const replacing = new Script("text.replace(new RegExp(pattern, 'gv'), () => replacement)");
const script = new Script("new RegExp(pattern, 'v').exec(text)");

/** V8 honours the time limit of a script also inside a regular expression. */
function searchBounded(pattern: string, text: string, named: Named): PatternSearch {
  const run = runBounded(script, { pattern, text });
  if (!run) return { kind: "abandoned" };
  const found = run.result as readonly (string | undefined)[] | null;
  return found ? { kind: "match", groups: named(found) } : { kind: "none" };
}

function runBounded(work: Script, given: Readonly<Record<string, string>>): { result: unknown } | undefined {
  Object.assign(sandbox, given);
  for (const timeout of patience) {
    try {
      return { result: work.runInContext(sandbox, { timeout }) as unknown };
    } catch {
      // It ran too long, or out of stack.
    }
  }
  return undefined;
}

function replaceBounded(pattern: string, text: string, replacement: string): string | undefined {
  const run = runBounded(replacing, { pattern, text, replacement });
  return run && String(run.result);
}
