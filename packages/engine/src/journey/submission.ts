import type { ClaimType } from "@vestibule/policy";
import { readClaim } from "../claims/bag.ts";
import { defaultClaimValue, metadataItem } from "../claims/mapping.ts";
import type { ClaimValue } from "../claims/value.ts";
import { collectFields } from "../profiles/self-asserted/collect.ts";
import { fillString } from "../strings/index.ts";
import { provedByControls } from "./controls.ts";
import { collectTexts, type Form, formInputClaims, formOf } from "./forms.ts";
import type { Outcome } from "./outcome.ts";
import type { PageProblem } from "./page.ts";
import { verificationState } from "./page-model.ts";
import { note, profileOf, type Run, resolverScope, stale, update } from "./run.ts";
import type { WaitingPage } from "./state.ts";
import { runValidations } from "./validation.ts";

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
    fields: form.fields.filter(({ control }) => control === undefined),
    posted,
    texts: collectTexts(form),
    identifierAliases: waiting.selects && /^B2C_1_/i.test(run.program.policy.policyId) ? identifierNames : [],
    emptyBecomesClaim: compiled.metadata.allowGenerationOfClaimsWithNullValues,
    now: run.ports.clock.now(),
  });
  const typed = { ...waiting.typed, ...collected.typed };
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
  const proved = provedByControls(form, waiting, posted);
  if (proved.kind === "open") {
    const message = form.texts.message(
      "UserMessageIfVerificationControlClaimsNotVerified",
      [],
      [compiled.profile],
    );
    return refuse(run, { ...waiting, typed }, { message, fields: {} });
  }
  const submitted = { ...claims, ...proved.claims };
  return validate(run, { ...waiting, typed }, form, submitted, collected.secrets);
}

function refuse(run: Run, waiting: WaitingPage, problem: PageProblem): Outcome {
  const { accepted: _, ...rest } = waiting;
  update(run, { waiting: { ...rest, problem } });
  return { kind: "refused", problem };
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
  const result = await runValidations(run, form, profile.validationTechnicalProfiles, changed, secrets);
  if (result.kind === "failed")
    return result.cannotRun
      ? refuse(run, waiting, result.problem)
      : validationFailed(run, waiting, metadata.retryLimit, result.problem);
  const { problem: _, ...rest } = waiting;
  update(run, { waiting: { ...rest, accepted: { scope: kept(run, changed), wrote: result.wrote } } });
  note(run, {
    kind: "validation",
    text: `${profile.id}: the form was accepted`,
    technicalProfile: profile.id,
  });
  return { kind: "accepted" };
}

/** What of a form's scope may be stored: no claim without a value, and nothing that exists only inside the form. */
function kept(run: Run, changed: Readonly<Record<string, ClaimValue | null>>): Record<string, ClaimValue> {
  return Object.fromEntries(
    Object.entries(changed).filter(
      (entry): entry is [string, ClaimValue] => entry[1] !== null && !run.program.passwords.has(entry[0]),
    ),
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
  // Older profiles ask for the browser's address by name (technical-profiles.md 2.1); without such a claim it is left out.
  const address = metadataItem(form.compiled.profile.metadata, "IpAddressClaimReferenceId");
  const holder = address === undefined ? undefined : policy.claimTypes.get(address);
  if (holder) claims[holder.id] = run.state.request.ipAddress;
  return claims;
}
