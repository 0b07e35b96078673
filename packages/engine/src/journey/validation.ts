import type { ValidationTechnicalProfile } from "@vestibule/policy";
import type { ClaimValue } from "../claims/value.ts";
import type { Form } from "./forms.ts";
import type { PageProblem } from "./page.ts";
import { judgePreconditions } from "./preconditions.ts";
import { drop, note, profileOf, type Run } from "./run.ts";
import { apply, runServerProfile } from "./technical-profile.ts";

export type ValidationResult =
  | { readonly kind: "passed"; readonly wrote: boolean }
  | {
      readonly kind: "failed";
      readonly problem: PageProblem;
      /** A reference to what cannot run: no fault of the person. */
      readonly cannotRun: boolean;
    };

/**
 * Runs technical profiles behind a form or a display control, in order, each seeing what the ones before gave.
 * Source: technical-profiles.md 3 and 11.1.
 *
 * @param changed The claims of the form's or control's scope; what the profiles give is written there.
 */
export async function runValidations(
  run: Run,
  form: Form,
  references: readonly ValidationTechnicalProfile[],
  changed: Record<string, ClaimValue | null>,
  secrets: Readonly<Record<string, string>>,
): Promise<ValidationResult> {
  const { profile } = form.compiled;
  let wrote = false;
  for (const reference of references) {
    const validation = profileOf(run, reference.referenceId);
    if (validation?.kind !== "server") {
      // Fails closed: a validation that cannot run is none that was passed.
      note(run, { kind: "validation", text: `${reference.referenceId}: cannot run behind a form` });
      const message = form.texts.message("UserMessageIfValidationError", [reference.referenceId], [profile]);
      return { kind: "failed", problem: { message, errorCode: "AADB2C90037", fields: {} }, cannotRun: true };
    }
    const claims = apply(run.state.bag, changed);
    const { skip, verdicts } = judgePreconditions(run.program, reference.preconditions, claims);
    if (skip) {
      note(run, {
        kind: "validation",
        text: `${validation.profile.id}: skipped by ${skip.type} ${skip.values.join(" = ")}`,
        technicalProfile: validation.profile.id,
        preconditions: verdicts,
      });
      continue;
    }
    const result = await runServerProfile(run, validation, {
      caller: "validation",
      preconditions: verdicts,
      claims,
      secrets,
      texts: form.texts,
      messageProfiles: [profile, validation.profile],
    });
    if (result.kind === "claims") {
      Object.assign(changed, result.claims);
      wrote ||= result.wrote;
      // A provider was asked or something was written: going back to the choice of provider would undo it.
      if (result.wrote || validation.handler === "restful") drop(run, "selection");
      if (reference.continueOnSuccess === false) break;
      continue;
    }
    if (reference.continueOnError) continue;
    const { message, code } = result;
    const problem = { message, ...(code !== undefined && { errorCode: code }), fields: {} };
    return { kind: "failed", problem, cannotRun: false };
  }
  return { kind: "passed", wrote };
}
