import { createContext, Script } from "node:vm";

/** A pattern may back-track for this long before the input is refused: a policy's pattern must not stop the server. */
const milliseconds = 50;

const sandbox = createContext(Object.create(null) as Record<string, unknown>);
const search = new Script("new RegExp(pattern, flags).test(text)");

/**
 * Searches `text` for a pattern of a policy. A pattern that runs too long or that is not one gives false: what cannot
 * be checked is refused. V8 honours the time limit also inside a regular expression.
 */
export function matchesPattern(pattern: string, text: string, flags = "u"): boolean {
  sandbox.pattern = pattern;
  sandbox.text = text;
  sandbox.flags = flags;
  try {
    return search.runInContext(sandbox, { timeout: milliseconds }) === true;
  } catch {
    return flags === "u" ? matchesPattern(pattern, text, "") : false;
  }
}
