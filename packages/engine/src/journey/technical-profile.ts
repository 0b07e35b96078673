import type { ClaimsTransformation, TechnicalProfile } from "@vestibule/policy";
import { claimKey, readClaim } from "../claims/bag.ts";
import { ticksOf } from "../claims/dotnet/date-time.ts";
import { defaultClaimValue, mapOutputClaims, metadataItem, resolveInputClaims } from "../claims/mapping.ts";
import type { ClaimsBag, ClaimValue } from "../claims/value.ts";
import type { ResolvedClaim } from "../profiles/profile.ts";
import type { ServerProfile } from "../program/compiled-profile.ts";
import { transformationTexts } from "../transformations/localized-texts.ts";
import { policyKeysOf, runTransformation } from "../transformations/run.ts";
import type { TransformationResult } from "../transformations/transformation.ts";
import { journeyCodes } from "./codes.ts";
import type { PageTexts } from "./messages.ts";
import type { PreconditionVerdict } from "./preconditions.ts";
import { currentStep, note, type Run, resolverScope, shown, stepOrder } from "./run.ts";
import type { TraceEntry } from "./trace.ts";

/** Where a profile runs: in a step, over the bag; or behind a form, over the form's own scope. */
export interface ProfileCall {
  readonly caller: "step" | "validation";
  /** What the preconditions of a validation profile said. */
  readonly preconditions?: readonly PreconditionVerdict[];
  readonly claims: ClaimsBag;
  readonly secrets: Readonly<Record<string, string>>;
  readonly texts: PageTexts;
  /** Profiles whose metadata may word the messages, the page's first. */
  readonly messageProfiles: readonly TechnicalProfile[];
}

/** `claims` holds only what changed; null = absent from now on. */
export type ProfileRun =
  | { readonly kind: "claims"; readonly claims: Record<string, ClaimValue | null>; readonly wrote: boolean }
  | ProfileFailure;

export type ProfileFailure =
  | {
      readonly kind: "userError";
      readonly message: string;
      readonly code?: string;
      readonly relyingPartyMessage?: string;
      readonly assertion?: string;
    }
  | { readonly kind: "systemError"; readonly code: string; readonly message: string };

/**
 * The life of a technical profile that needs no browser: input transformations, input claims, the exchange, output
 * claims, output transformations. Source: technical-profiles.md 1.4.
 */
export async function runServerProfile(
  run: Run,
  compiled: ServerProfile,
  call: ProfileCall,
): Promise<ProfileRun> {
  const { profile } = compiled;
  for (const secret of Object.values(call.secrets)) run.typedSecrets.add(secret);
  const changed: Record<string, ClaimValue | null> = {};
  const calling = { ...call, profile };
  const before = await runTransformations(run, profile.inputClaimsTransformations, calling, changed);
  if (before) return before;
  const scope = resolverScope(run, apply(call.claims, changed));
  const input = resolveInputClaims(profile, profile.inputClaims, scope, call.secrets);
  if (input.kind === "missing")
    return incomplete(profile, `input claim '${input.claimTypeId}' has no value`, run);
  const result = await compiled.run({
    profile,
    policy: run.program.policy,
    state: run.state,
    ports: run.ports,
    claims: scope.claims,
    secrets: call.secrets,
    ...(run.presented && { presented: run.presented }),
    caller: call.caller,
    step: stepOrder(run),
    input: input.claims,
    persisted: persistedClaims(run, profile, scope.claims, call.secrets),
    message: (key, ...fillIns) => call.texts.message(key, fillIns, call.messageProfiles, compiled.handler),
    configuredMessage: (key) => call.texts.configured(key, call.messageProfiles),
    codes: journeyCodes(run),
    redact: (claimTypeId, value) => shown(run, claimTypeId, value),
    trace: (entry) => note(run, entry),
  });
  if (result.kind !== "values") {
    note(run, {
      kind: "profile",
      text: `${profile.id}: ${result.kind === "userError" ? "refused" : "failed"}: ${result.message}`,
      technicalProfile: profile.id,
      ...(result.code !== undefined && { detail: { code: result.code } }),
    });
    return result;
  }
  const output = mapOutputClaims(profile, result.values, scope);
  if (output.kind === "failed")
    return incomplete(profile, `output claim '${output.claimTypeId}': ${output.reason}`, run);
  Object.assign(changed, output.claims);
  const local = localClaims(run, profile, input.claims);
  const after = await runTransformations(
    run,
    profile.outputClaimsTransformations,
    { ...calling, claims: { ...call.claims, ...local.claims }, nulls: local.nulls },
    changed,
  );
  if (after) return after;
  note(run, {
    kind: "profile",
    text: `${profile.id}: done`,
    technicalProfile: profile.id,
    ...(input.claims.size > 0 && { inputs: shownInputs(run, input.claims.values()) }),
    ...(call.preconditions?.length && { preconditions: call.preconditions }),
    // In a step the bag's own trace shows the claims.
    ...(call.caller === "validation" && shownChanges(run, call.claims, changed)),
  });
  return { kind: "claims", claims: changed, wrote: result.wroteDirectory === true };
}

/**
 * Input claims as the profile's own output transformations see them: defaults count, and one that resolves to nothing is
 * null. They are not written to the bag. Source: technical-profiles.md 1.5.
 */
function localClaims(run: Run, profile: TechnicalProfile, inputs: ReadonlyMap<string, ResolvedClaim>) {
  const resolved = [...inputs.values()];
  const declared = profile.inputClaims.filter(({ defaultValue }) => defaultValue !== undefined);
  return {
    claims: Object.fromEntries(resolved.map(({ claimTypeId, value }) => [claimTypeId, value])),
    nulls: declared
      .map((reference) => claimKey(run.program.policy, reference.claimTypeReferenceId) ?? "")
      .filter((id) => resolved.every(({ claimTypeId }) => claimTypeId !== id)),
  };
}

export type TransformationCall = Pick<ProfileCall, "claims" | "texts" | "messageProfiles"> & {
  readonly caller?: ProfileCall["caller"];
  /** What was typed into password fields: transformations behind a form compare and hash it. */
  readonly secrets?: ProfileCall["secrets"];
  /** Claims that exist without a value, beside those that a transformation before made null. */
  readonly nulls?: readonly string[];
  /** The technical profile that calls the transformations. */
  readonly profile: TechnicalProfile;
};

/**
 * Runs claims transformations in order, each seeing what the one before wrote. Undefined = all succeeded.
 * Source: claims-transformations.md 3.
 */
export async function runTransformations(
  run: Run,
  ids: readonly string[],
  call: TransformationCall,
  changed: Record<string, ClaimValue | null>,
): Promise<ProfileFailure | undefined> {
  const { policy } = run.program;
  for (const id of ids) {
    const transformation = policy.claimsTransformations.get(id);
    if (!transformation)
      return {
        kind: "systemError",
        code: "AADB2C90037",
        message: `Claims transformation '${id}' is not known.`,
      };
    const secrets = await policyKeys(run, transformation);
    const claims = apply({ ...call.claims, ...call.secrets }, changed);
    const result = runTransformation(transformation, {
      policy,
      claims,
      nulls: new Set([
        ...(call.nulls ?? []),
        ...Object.keys(changed).filter((claim) => changed[claim] === null),
      ]),
      now: ticksOf(run.ports.clock.now()),
      random: run.ports.random,
      expressions: {
        technicalProfileId: call.profile.id,
        relyingPartyTenantId: run.ports.directory.defaultDomain,
        trustFrameworkTenantId: run.ports.directory.defaultDomain,
        authenticatorIssuer: run.ports.organisation,
      },
      secret: (name) => secrets.get(name),
      texts: transformationTexts(policy, contentDefinitionOf(run, call.profile), run.state.culture.language),
    });
    const failure = settle(run, transformation, result, { ...call, before: claims }, changed);
    if (failure) return failure;
  }
  return undefined;
}

/** Writes what a transformation gave, or says how its failure ends the profile. */
function settle(
  run: Run,
  { id, transformationMethod: method, inputClaims }: ClaimsTransformation,
  result: TransformationResult,
  call: TransformationCall & { readonly before: ClaimsBag },
  changed: Record<string, ClaimValue | null>,
): ProfileFailure | undefined {
  const traced = (text: string, outputs: Readonly<Record<string, ClaimValue | null>> = {}) => {
    const inputs: Record<string, ClaimValue> = {};
    for (const { claimTypeReferenceId } of inputClaims) {
      const value = readClaim(run.program.policy, call.before, claimTypeReferenceId);
      if (value !== undefined) inputs[claimTypeReferenceId] = shown(run, claimTypeReferenceId, value);
    }
    note(run, {
      kind: "transformation",
      text: `${id}: ${text}`,
      ...(Object.keys(inputs).length > 0 && { inputs }),
      ...shownChanges(run, call.before, outputs),
      detail: { method },
    });
  };
  switch (result.kind) {
    case "claims":
      Object.assign(changed, result.claims);
      traced(["done", ...(result.warnings ?? [])].join("; "), result.claims);
      return undefined;
    case "assertion":
      traced("assertion failed");
      return {
        kind: "userError",
        message: call.texts.message(result.key, [], call.messageProfiles),
        assertion: result.key,
      };
    case "missingInput":
      traced(`input claim '${result.name}' was not found, which the method requires`);
      return transformationFailed(call);
    case "runtime":
      traced(`failed: ${result.reason}`);
      return transformationFailed(call);
  }
}

/** The cause is for the operator: neither the person nor the relying party is told it (claims-transformations.md 3). */
function transformationFailed({ caller }: TransformationCall): ProfileFailure {
  if (caller === "validation")
    return {
      kind: "systemError",
      code: "AADB2C90278",
      message: "Unable to validate the information provided.",
    };
  return { kind: "systemError", code: "AADB2C", message: "An exception has occurred." };
}

async function policyKeys(
  run: Run,
  transformation: ClaimsTransformation,
): Promise<ReadonlyMap<string, string>> {
  const secrets = new Map<string, string>();
  for (const name of policyKeysOf(transformation)) {
    const secret = await run.ports.keys.secret(name);
    if (secret !== undefined) secrets.set(name, secret);
  }
  return secrets;
}

/** The calling profile's own, else that of the step. Source: claims-transformations.md 4.9. */
function contentDefinitionOf(run: Run, { metadata }: TechnicalProfile): string | undefined {
  return (
    metadataItem(metadata, "ContentDefinitionReferenceId") ?? currentStep(run)?.contentDefinitionReferenceId
  );
}

export function apply(claims: ClaimsBag, changed: Readonly<Record<string, ClaimValue | null>>): ClaimsBag {
  const result: Record<string, ClaimValue> = { ...claims };
  for (const [id, value] of Object.entries(changed)) {
    if (value === null) delete result[id];
    else result[id] = value;
  }
  return result;
}

/** Persisted claims by technical-profiles.md 4.5; the form's secrets are readable here and nowhere later. */
function persistedClaims(
  run: Run,
  profile: TechnicalProfile,
  claims: ClaimsBag,
  secrets: Readonly<Record<string, string>>,
): Map<string, ResolvedClaim> {
  const persisted = new Map<string, ResolvedClaim>();
  const scope = resolverScope(run, claims);
  for (const reference of profile.persistedClaims) {
    const key =
      claimKey(run.program.policy, reference.claimTypeReferenceId) ?? reference.claimTypeReferenceId;
    const constant = () => defaultClaimValue(scope, reference, false);
    const value = reference.alwaysUseDefaultValue
      ? constant()
      : Object.hasOwn(secrets, key)
        ? secrets[key]
        : (claims[key] ?? constant());
    const name = reference.partnerClaimType ?? reference.claimTypeReferenceId;
    if (value !== undefined) persisted.set(name, { claimTypeId: key, partnerName: name, value });
  }
  return persisted;
}

/** The person is told the code's sentence; the cause is for the operator. */
function incomplete(profile: TechnicalProfile, cause: string, run: Run): ProfileRun {
  note(run, { kind: "profile", text: `${profile.id}: ${cause}`, technicalProfile: profile.id });
  const message = `The claims exchange specified in technical profile '${profile.id}' did not complete as expected. You might want to try starting your session over from the beginning.`;
  return { kind: "systemError", code: "AADB2C90255", message };
}

function shownInputs(run: Run, inputs: Iterable<ResolvedClaim>): Record<string, ClaimValue> {
  const result: Record<string, ClaimValue> = {};
  for (const { claimTypeId, value } of inputs) result[claimTypeId] = shown(run, claimTypeId, value);
  return result;
}

/** Claims that got another value, before and after, as a trace may hold them. */
function shownChanges(
  run: Run,
  before: ClaimsBag,
  changed: Readonly<Record<string, ClaimValue | null>>,
): Pick<TraceEntry, "claims"> {
  const claims: Record<string, { before?: ClaimValue; after?: ClaimValue }> = {};
  for (const [id, value] of Object.entries(changed)) {
    const old = before[id];
    if (old === value || (old === undefined && value === null)) continue;
    claims[id] = {
      ...(old !== undefined && { before: shown(run, id, old) }),
      ...(value !== null && { after: shown(run, id, value) }),
    };
  }
  return Object.keys(claims).length > 0 ? { claims } : {};
}
