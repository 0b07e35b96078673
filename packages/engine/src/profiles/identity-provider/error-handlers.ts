import type { ErrorHandler } from "@vestibule/policy";
import { JSONPathEnvironment, JSONPathError, type JSONValue } from "json-p3";

const paths = new JSONPathEnvironment();
// A pattern over a provider's text could hang the server.
for (const name of ["match", "search"]) paths.functionRegister.delete(name);

/**
 * The first handler whose `ResponseMatch` selects something of the token endpoint's answer. `@@` stands for `@`, and the
 * filter runs over the answer as the one element of a list (policy-language.md 8.8).
 */
export function matchingHandler(
  handlers: readonly ErrorHandler[],
  answer: unknown,
): ErrorHandler | undefined {
  if (answer === undefined) return undefined;
  return handlers.find(({ responseMatch }) => selects(responseMatch, [answer as JSONValue]));
}

/** Why an expression cannot be used; undefined where it can. */
export function faultyMatch(responseMatch: string): string | undefined {
  try {
    paths.compile(pathOf(responseMatch));
    return undefined;
  } catch (error) {
    if (error instanceof JSONPathError) return error.message;
    throw error;
  }
}

function selects(responseMatch: string, answer: JSONValue): boolean {
  try {
    return paths.compile(pathOf(responseMatch)).query(answer).nodes.length > 0;
  } catch (error) {
    // A hostile answer may nest deeper than the query goes: then it is no error that the policy foresaw.
    if (error instanceof JSONPathError) return false;
    throw error;
  }
}

function pathOf(responseMatch: string): string {
  return responseMatch.trim().replaceAll("@@", "@");
}
