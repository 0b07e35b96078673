import type { ClaimType } from "@vestibule/policy";
import { readClaim } from "../claims/bag.ts";
import { defaultClaimValue, resolveInputClaims } from "../claims/mapping.ts";
import type { ClaimValue } from "../claims/value.ts";
import { collectFields, type FormTexts } from "../profiles/self-asserted/collect.ts";
import { fillString } from "../strings/index.ts";
import { type Form, formOf } from "./forms.ts";
import type { Outcome } from "./outcome.ts";
import type { PageProblem } from "./page.ts";
import { verificationState } from "./page-model.ts";
import { judgePreconditions } from "./preconditions.ts";
import { drop, note, profileOf, type Run, resolverScope, update } from "./run.ts";
import type { WaitingPage } from "./state.ts";
import { apply, runServerProfile } from "./technical-profile.ts";

/** Names under which clients post the identifier of a user flow's sign-in page (pages.md R17). */
const identifierNames = ["email", "signInName", "logonIdentifier"];

/**
 * Validates a posted form and runs its validation profiles. It never moves the journey: what was accepted waits for
 * `confirmed`. Source: technical-profiles.md 2.4 and 3, journeys.md 14.
 */
export async function submit(
  run: Run,
  waiting: WaitingPage,
  posted: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const compiled =
    waiting.technicalProfile === undefined ? undefined : profileOf(run, waiting.technicalProfile);
  if (compiled?.kind !== "selfAsserted" || compiled.metadata.terminal) return stale();
  // What was written cannot be taken back: the first answer stands (docs/decisions.md).
  if (waiting.accepted?.wrote) return { kind: "accepted" };
  if (waiting.failure)
    return {
      kind: "refused",
      problem: { message: waiting.failure.message, errorCode: waiting.failure.code, fields: {} },
    };
  const form = formOf(run, compiled);
  const collected = collectFields({
    policy: run.program.policy,
    bag: { ...run.state.bag, ...formInputClaims(run, form) },
    fields: form.fields,
    posted,
    texts: collectTexts(form),
    identifierAliases: waiting.selects && /^B2C_1_/i.test(run.program.policy.policyId) ? identifierNames : [],
    emptyBecomesClaim: compiled.metadata.allowGenerationOfClaimsWithNullValues,
    now: run.ports.clock.now(),
  });
  const { typed } = collected;
  if (collected.first) {
    const problem: PageProblem = {
      message: collected.first.message,
      ...(collected.first.code !== undefined && { errorCode: collected.first.code }),
      fields: collected.problems,
    };
    return refuse(run, { ...waiting, typed }, problem);
  }
  // What was cleared keeps its earlier value, and that one needs its proof, too.
  const claims = { ...formInputClaims(run, form), ...collected.claims };
  const unproved = unprovedAddress(run, form, claims);
  if (unproved) {
    const name = form.displayName(unproved);
    const sentence = fillString(form.texts.fieldError("not_verified"), name);
    const message = form.texts.message("UserMessageIfClaimNotVerified", [name], [compiled.profile]);
    return refuse(run, { ...waiting, typed }, { message, fields: { [unproved.id]: sentence } });
  }
  return validate(run, { ...waiting, typed }, form, claims, collected.secrets);
}

export function stale(): Outcome {
  const message = "This page was already answered. Go on with the page that is shown now.";
  return { kind: "refused", problem: { errorCode: "AADB2C90046", message, fields: {} } };
}

function refuse(run: Run, waiting: WaitingPage, problem: PageProblem): Outcome {
  const { accepted: _, ...rest } = waiting;
  update(run, { waiting: { ...rest, problem } });
  return { kind: "refused", problem };
}

function collectTexts(form: Form): FormTexts {
  return {
    ...form,
    message: (key, name) => form.texts.message(key, [name], [form.compiled.profile]),
    fieldError: form.texts.fieldError,
    passwordMismatch:
      form.texts.ux("error_passwordEntryMismatch") ??
      form.texts.builtIn.ux.selfAsserted.error_passwordEntryMismatch ??
      "",
  };
}

/** The claim whose address still lacks its proof. The proof is kept here, never taken from what was posted. */
function unprovedAddress(
  run: Run,
  form: Form,
  claims: Readonly<Record<string, ClaimValue>>,
): ClaimType | undefined {
  for (const { type, verified } of form.fields) {
    const value = claims[type.id];
    if (!verified || typeof value !== "string" || value === "") continue;
    const { state, address } = verificationState(run, form, type, value);
    if (state !== "verified" || address?.toLowerCase() !== value.toLowerCase()) return type;
  }
  return undefined;
}

async function validate(
  run: Run,
  waiting: WaitingPage,
  form: Form,
  submitted: Readonly<Record<string, ClaimValue>>,
  secrets: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const { profile, metadata } = form.compiled;
  const changed: Record<string, ClaimValue | null> = { ...submitted };
  let wrote = false;
  for (const reference of profile.validationTechnicalProfiles) {
    const validation = profileOf(run, reference.referenceId);
    if (validation?.kind !== "server") {
      // Fails closed: a validation that cannot run is none that was passed.
      note(run, { kind: "validation", text: `${reference.referenceId}: cannot run behind a form` });
      const message = form.texts.message("UserMessageIfValidationError", [reference.referenceId], [profile]);
      return refuse(run, waiting, { message, errorCode: "AADB2C90037", fields: {} });
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
    return validationFailed(run, waiting, metadata.retryLimit, {
      message: result.message,
      ...(result.code !== undefined && { errorCode: result.code }),
      fields: {},
    });
  }
  const { problem: _, ...rest } = waiting;
  const scope = Object.fromEntries(
    Object.entries(changed).filter(
      (entry): entry is [string, ClaimValue] => entry[1] !== null && !run.program.passwords.has(entry[0]),
    ),
  );
  update(run, { waiting: { ...rest, accepted: { scope, wrote } } });
  note(run, {
    kind: "validation",
    text: `${profile.id}: the form was accepted`,
    technicalProfile: profile.id,
  });
  return { kind: "accepted" };
}

/**
 * The form's claims before anybody types, with their defaults: context for validations and transformations, values of
 * read-only fields, and what a field that is cleared falls back to (technical-profiles.md 2.2, 2.5).
 */
export function formInputClaims(run: Run, form: Form): Record<string, ClaimValue> {
  const { profile } = form.compiled;
  const known = profile.inputClaims.filter(({ claimTypeReferenceId }) => {
    const type = run.program.policy.claimTypes.get(claimTypeReferenceId);
    return type !== undefined && !run.program.passwords.has(type.id);
  });
  const resolved = resolveInputClaims(profile, known, resolverScope(run));
  if (resolved.kind === "missing") return {};
  return Object.fromEntries(
    [...resolved.claims.values()].map(({ claimTypeId, value }) => [claimTypeId, value]),
  );
}

function validationFailed(run: Run, waiting: WaitingPage, limit: number, problem: PageProblem): Outcome {
  const retries = waiting.retries + 1;
  if (retries < limit) return refuse(run, { ...waiting, retries }, problem);
  const failure = {
    code: "AADB2C90157",
    message: "User has exceeded the maximum number for retries for a self-asserted step.",
  };
  const message = problem.message;
  return refuse(
    run,
    { ...waiting, retries, failure },
    { errorCode: failure.code, message, fields: problem.fields },
  );
}

/** The output claims of a form, once its submission was accepted: form scope first, then the bag, then the default. */
export function formOutputClaims(
  run: Run,
  form: Form,
  scope: Readonly<Record<string, ClaimValue>>,
): Record<string, ClaimValue> {
  const { policy } = run.program;
  const claims: Record<string, ClaimValue> = {};
  const resolve =
    form.compiled.profile.metadata.IncludeClaimResolvingInClaimsHandling?.toLowerCase() === "true";
  for (const reference of form.compiled.profile.outputClaims) {
    const type = policy.claimTypes.get(reference.claimTypeReferenceId);
    if (!type || run.program.passwords.has(type.id)) continue;
    const constant = () => defaultClaimValue(resolverScope(run), reference, resolve);
    const value = reference.alwaysUseDefaultValue
      ? constant()
      : (scope[type.id] ?? readClaim(policy, run.state.bag, type.id) ?? constant());
    if (value !== undefined) claims[type.id] = value;
  }
  return claims;
}
