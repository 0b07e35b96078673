import type { Outcome } from "./outcome.ts";
import { type Run, serverError } from "./run.ts";

/**
 * What ends a journey that needs the person where nobody can be asked: `prompt=none`, a journey that a policy calls
 * non-interactive, or a program at the other end. Undefined = the person may be asked. Source: journeys.md 1.1, 12.
 */
export function nobodyToAsk(run: Run): Outcome | undefined {
  const { entry, request } = run.state;
  switch (entry) {
    case "authorize":
      return request.prompt === "none" || isNonInteractive(run) ? interactionRequired(run) : undefined;
    case "password":
      return {
        kind: "relyingPartyError",
        error: "unauthorized_client",
        code: "AADB2C90224",
        message: "Resource owner flow has not been enabled for the application.",
      };
    case "refresh":
    case "clientCredentials":
    case "userInfo":
      return serverError(
        "AADB2C90085",
        "The service has encountered an internal error. Please reauthenticate and try again.",
      );
  }
}

/** Of the journey that the request began: a sub-journey has no say in it, and may have taken its place. */
function isNonInteractive({ program, state }: Run): boolean {
  const journeyId = program.entry[state.entry];
  return journeyId !== undefined && program.policy.userJourneys.get(journeyId)?.nonInteractive === true;
}

function interactionRequired(run: Run): Outcome {
  const prompt = run.state.request.prompt ?? "none";
  const message = `User does not have an existing session and request prompt parameter has a value of '${prompt}'.`;
  return { kind: "relyingPartyError", error: "interaction_required", code: "AADB2C90077", message };
}
