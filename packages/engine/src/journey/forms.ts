import type { ClaimType, TechnicalProfile } from "@vestibule/policy";
import { type FormField, formFields } from "../profiles/self-asserted/fields.ts";
import type { CompiledProfile } from "../program/compiled-profile.ts";
import { isEnabled } from "./enabled.ts";
import { type PageTexts, pageTexts } from "./messages.ts";
import { currentStep, profileOf, type Run, stepAt, topFrame } from "./run.ts";

export type SelfAssertedProfile = Extract<CompiledProfile, { kind: "selfAsserted" }>;

/** A form of a page: the profile behind it, its fields and texts. */
export interface Form {
  readonly compiled: SelfAssertedProfile;
  readonly contentDefinitionId: string;
  readonly contract: string;
  readonly version: string;
  readonly fields: readonly FormField[];
  readonly texts: PageTexts;
  displayName(type: ClaimType): string;
}

/** `urn:com:microsoft:aad:b2c:elements:contract:<contract>:<version>`; the old form without `contract` counts too. */
export function pageContract(dataUri: string): { contract: string; version: string } {
  const parts = dataUri.split(":");
  return { contract: parts.at(-2) ?? "selfasserted", version: parts.at(-1) ?? "1.0.0" };
}

/** The form that a self-asserted profile makes in the current step. */
export function formOf(run: Run, compiled: SelfAssertedProfile): Form {
  const { policy } = run.program;
  const contentDefinitionId = pageDefinitionId(run, compiled);
  const { contract, version } = pageContract(
    policy.contentDefinitions.get(contentDefinitionId)?.dataUri ?? "",
  );
  const texts = pageTexts(run, contentDefinitionId);
  return {
    compiled,
    contentDefinitionId,
    contract,
    version,
    texts,
    fields: formFields(policy, compiled.profile, compiled.metadata, contract),
    displayName: (type) =>
      texts.localized("ClaimType", type.id, "DisplayName") ?? type.displayName ?? type.id,
  };
}

function pageDefinitionId(run: Run, compiled: SelfAssertedProfile): string {
  const step = currentStep(run);
  const fromStep = step?.type === "ClaimsExchange" ? undefined : step?.contentDefinitionReferenceId;
  return fromStep ?? compiled.metadata.contentDefinitionReferenceId ?? "api.selfasserted";
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
