import type {
  ClaimReference,
  ClaimType,
  EnumerationItem,
  Predicate,
  PredicateGroup,
  TechnicalProfile,
} from "@vestibule/policy";
import { metadataItem, resolveInputClaims } from "../claims/mapping.ts";
import type { ClaimsBag, ClaimValue } from "../claims/value.ts";
import type { FormTexts } from "../profiles/self-asserted/collect.ts";
import { type FormParts, formParts } from "../profiles/self-asserted/fields.ts";
import type { CompiledProfile } from "../program/compiled-profile.ts";
import { pageContract } from "./content-definition.ts";
import { isEnabled } from "./enabled.ts";
import { type PageTexts, pageTexts } from "./messages.ts";
import { currentStep, profileOf, type Run, resolverScope, stepAt, topFrame } from "./run.ts";

export type SelfAssertedProfile = Extract<CompiledProfile, { kind: "selfAsserted" }>;

/** A form of a page: the profile behind it, its parts and texts. */
export interface Form extends FormParts {
  readonly compiled: SelfAssertedProfile;
  readonly contentDefinitionId: string;
  readonly contract: string;
  readonly version: string;
  readonly texts: PageTexts;
  displayName(type: ClaimType): string;
  /** What a person may choose: the localized items, else the claim type's own enumeration (policy-language.md 6). */
  options(type: ClaimType): readonly EnumerationItem[];
  /** What is said where a value does not fit its pattern; undefined where the policy says nothing. */
  patternHelp(type: ClaimType): string | undefined;
  /** What a group of predicates asks for. */
  groupHelp(validationId: string, group: PredicateGroup): string | undefined;
  predicateHelp(predicate: Predicate): string | undefined;
}

/** The form that a self-asserted profile makes in the current step. */
export function formOf(run: Run, compiled: SelfAssertedProfile): Form {
  const { policy } = run.program;
  const contentDefinitionId = pageDefinitionId(run, compiled);
  const { contract, version } = pageContract(
    policy.contentDefinitions.get(contentDefinitionId)?.dataUri ?? "",
  );
  const texts = pageTexts(run, contentDefinitionId, compiled.metadata.texts);
  return {
    compiled,
    contentDefinitionId,
    contract,
    version,
    texts,
    ...formParts(policy, compiled.profile, compiled.metadata, contract),
    displayName: (type) =>
      texts.localized("ClaimType", type.id, "DisplayName") ??
      // Before there were localized resources (technical-profiles.md 2.1).
      metadataItem(
        compiled.profile.metadata,
        `claimType.${type.id}.DisplayName.${run.state.culture.language}`,
      ) ??
      type.displayName ??
      type.id,
    options: (type) => texts.items(type.id) ?? type.restriction?.enumeration ?? [],
    patternHelp: (type) =>
      texts.localized("ClaimType", type.id, "PatternHelpText") ?? type.restriction?.pattern?.helpText,
    groupHelp: (validationId, group) =>
      texts.localized("InputValidation", validationId, group.id) ??
      texts.localized("PredicateValidation", validationId, group.id) ??
      group.userHelpText,
    predicateHelp: (predicate) =>
      texts.localized("Predicate", predicate.id, "HelpText") ?? predicate.userHelpText ?? predicate.helpText,
  };
}

function pageDefinitionId(run: Run, compiled: SelfAssertedProfile): string {
  const step = currentStep(run);
  const fromStep = step?.type === "ClaimsExchange" ? undefined : step?.contentDefinitionReferenceId;
  return fromStep ?? compiled.metadata.contentDefinitionReferenceId ?? "api.selfasserted";
}

/** The texts that reading a posted form needs. */
export function collectTexts(form: Form): FormTexts {
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

/**
 * The form's claims before anybody types, with their defaults: context for validations and transformations, values of
 * read-only fields, and what a field that is cleared falls back to (technical-profiles.md 2.2, 2.5).
 */
export function formInputClaims(run: Run, form: Form): Record<string, ClaimValue> {
  const known = form.compiled.profile.inputClaims.filter(({ claimTypeReferenceId }) => {
    const type = run.program.policy.claimTypes.get(claimTypeReferenceId);
    return type !== undefined && !run.program.passwords.has(type.id);
  });
  return inputsOf(run, form, known, run.state.bag);
}

/** Input claims of the form or of one of its controls, by claim id. */
export function inputsOf(
  run: Run,
  form: Form,
  references: readonly ClaimReference[],
  claims: ClaimsBag,
): Record<string, ClaimValue> {
  const scope = resolverScope(run, claims);
  const optional = references.map((reference) => ({ ...reference, required: false }));
  const resolved = resolveInputClaims(form.compiled.profile, optional, scope);
  if (resolved.kind === "missing") return {};
  return Object.fromEntries(
    [...resolved.claims.values()].map(({ claimTypeId, value }) => [claimTypeId, value]),
  );
}

/** A provider choice that a selection step offers, with the exchange of the next step that it leads to. */
export interface Choice {
  readonly exchangeId: string;
  readonly compiled: CompiledProfile;
}

/** What the current selection step offers: provider choices, the local form, and the exchange behind a forgotten password. */
export interface Selection {
  readonly choices: readonly Choice[];
  readonly local: SelfAssertedProfile | undefined;
  readonly localExchangeId: string | undefined;
}

export function selectionOf(run: Run): Selection {
  const step = currentStep(run);
  const frame = topFrame(run);
  const following = frame && stepAt(run, frame, 1);
  const choices: Choice[] = [];
  let local: SelfAssertedProfile | undefined;
  let localExchangeId: string | undefined;
  for (const { targetClaimsExchangeId, validationClaimsExchangeId } of step?.claimsProviderSelections ?? []) {
    const id = targetClaimsExchangeId ?? validationClaimsExchangeId;
    const from = targetClaimsExchangeId === undefined ? step : following;
    const exchange = from?.claimsExchanges.find(
      (candidate) => candidate.id.toLowerCase() === id?.toLowerCase(),
    );
    const compiled = exchange && profileOf(run, exchange.technicalProfileReferenceId);
    if (!exchange || !compiled || compiled.kind === "unsupported" || !isEnabled(run, compiled)) continue;
    if (targetClaimsExchangeId !== undefined) choices.push({ exchangeId: exchange.id, compiled });
    else if (compiled.kind === "selfAsserted") {
      local = compiled;
      localExchangeId = exchange.id;
    }
  }
  return { choices, local, localExchangeId };
}

/** Values of `domain_hint` that mean this profile: its own, else its claims provider's (policy-language.md 8.1). */
export function domainsOf(run: Run, profile: TechnicalProfile): readonly string[] {
  if (profile.domains && profile.domains.length > 0) return profile.domains;
  const provider = run.program.claimsProviders.get(profile.id);
  return provider
    ? [...(provider.domain === undefined ? [] : [provider.domain]), ...(provider.furtherDomains ?? [])]
    : [];
}
