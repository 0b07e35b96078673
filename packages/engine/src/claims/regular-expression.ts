import { dotNetPattern } from "./dotnet/regular-expression.ts";

/**
 * Searches `text` for a pattern of a policy, a .NET regular expression. A pattern that is none, or that runs too long,
 * gives false: what cannot be checked is refused.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  const compiled = dotNetPattern(pattern);
  return compiled.kind === "pattern" && compiled.search(text).kind === "match";
}
