import { createContext, Script } from "node:vm";
import { RE2JS } from "re2js";

/** Patterns of policies are few and live as long as their policy; a bound keeps hostile configuration from filling memory. */
const most = 1000;
const compiled = new Map<string, (text: string) => boolean>();

/**
 * Searches `text` for a pattern of a policy. Whatever RE2 can express runs in linear time; look-around and
 * back-references run with a time limit. A pattern that runs too long or that is none gives false: what cannot be checked
 * is refused.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  let search = compiled.get(pattern);
  if (!search) {
    if (compiled.size >= most) compiled.clear();
    search = linearSearch(pattern) ?? ((candidate) => boundedSearch(pattern, candidate));
    compiled.set(pattern, search);
  }
  return search(text);
}

function linearSearch(pattern: string): ((text: string) => boolean) | undefined {
  try {
    const expression = RE2JS.compile(pattern);
    return (text) => expression.test(text);
  } catch {
    return undefined;
  }
}

/** A pattern that can back-track may take this long: a policy's pattern must not stop the server. */
const milliseconds = 100;

const sandbox = createContext(Object.create(null) as Record<string, unknown>);
const script = new Script("new RegExp(pattern, flags).test(text)");

/** V8 honours the time limit of a script also inside a regular expression. */
function boundedSearch(pattern: string, text: string): boolean {
  for (const flags of ["u", ""]) {
    Object.assign(sandbox, { pattern, text, flags });
    try {
      return script.runInContext(sandbox, { timeout: milliseconds }) === true;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "SyntaxError") return false;
    }
  }
  return false;
}
