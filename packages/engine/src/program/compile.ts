import { type Diagnostic, IdMap, nearestName, type Policy } from "@vestibule/policy";
import { jsonClaimsItem, unknownJsonClaims } from "../claims/json-claims.ts";
import { metadataItem } from "../claims/mapping.ts";
import { clientAssertion } from "./client-assertion.ts";
import type { CompiledProfile } from "./compiled-profile.ts";
import { controlsOnPages } from "./controls-on-pages.ts";
import { defaultIssuer, entryJourneys } from "./entries.ts";
import { oldLayouts } from "./old-layouts.ts";
import { withPartnerNames } from "./partner-names.ts";
import type { Program } from "./program.ts";
import { type Reachable, reachable } from "./reachable.ts";
import { readProfile, unsupportedPart } from "./read-profile.ts";
import { sharedParts, versionOf } from "./shared-parts.ts";

export interface Compilation {
  /** Absent where a diagnostic is an error. */
  readonly program?: Program;
  readonly diagnostics: readonly Diagnostic[];
}

/** The relying party's own item of the same name as in RESTful profiles: which text claims are JSON in tokens. */
function jsonClaimsOfTokens(policy: Policy): readonly Diagnostic[] {
  const { technicalProfile, at } = policy.relyingParty;
  return unknownJsonClaims(
    metadataItem(technicalProfile.metadata, jsonClaimsItem),
    technicalProfile.outputClaims.map((output) => output.claimTypeReferenceId),
    (message, hint) => ({
      code: "PL302",
      severity: "error",
      message: `Technical profile '${technicalProfile.id}': ${message}`,
      ...(hint !== undefined && { hint }),
      ...(at && { at }),
    }),
  );
}

/**
 * Resolves every reference of a policy and reads every technical profile's metadata, once, when it is loaded. What is
 * wrong or not built is a diagnostic, never a throw; only what a journey can reach is judged. The policy must not be
 * changed afterwards: the program shares it. Source: technical-profiles.md 1, journeys.md 16.
 */
export function compile(policy: Policy): Compilation {
  const diagnostics: Diagnostic[] = [];
  const shared = sharedParts(policy);
  const entry = entryJourneys(policy);
  const reached = reachable(policy, entry);
  const profiles = new IdMap<CompiledProfile>();
  for (const id of reached.profiles) {
    const written = policy.technicalProfiles.get(id);
    if (!written) continue;
    const profile = withPartnerNames(written, policy);
    const missing = unsupportedPart(profile, policy);
    const reading = missing ?? readProfile(profile, policy);
    if (reading.kind !== "diagnostics") {
      profiles.set(id, reading);
      continue;
    }
    diagnostics.push(...reading.diagnostics);
    if (reading.diagnostics.every(({ severity }) => severity !== "error"))
      profiles.set(id, { kind: "unsupported", profile });
  }
  const steps = reached.journeys;
  diagnostics.push(
    ...unresolvedReferences(policy, reached),
    ...journeyInsights(policy),
    ...oldLayouts(policy, reached),
    ...controlsOnPages(policy, reached),
    ...clientAssertion(policy),
    ...jsonClaimsOfTokens(policy),
    ...shared.diagnostics,
  );
  if (diagnostics.some(({ severity }) => severity === "error")) return { diagnostics };
  const issuer = profiles.get(defaultIssuer(policy)?.id ?? "");
  const version = versionOf(policy, shared);
  const parts: Omit<Program, symbol> = {
    policy,
    get version() {
      return version();
    },
    profiles,
    steps,
    entry,
    ...(issuer?.kind === "issuer" && { issuer: issuer.issuer }),
    claimsProviders: shared.claimsProviders,
    secrets: shared.secrets,
    passwords: shared.passwords,
  };
  return { program: parts as Program, diagnostics };
}

/** What `JourneyInsights` asks for goes elsewhere here. Source: journeys.md 15. */
function journeyInsights({ relyingParty }: Policy): Diagnostic[] {
  if (!relyingParty.behaviors.journeyInsights) return [];
  const { at } = relyingParty;
  return [
    {
      code: "VB117",
      severity: "notice",
      message:
        "JourneyInsights sends nothing to Application Insights: in development every journey is recorded at /dev.",
      ...(at && { at }),
    },
  ];
}

/** Names that nothing answers to. */
function unresolvedReferences(policy: Policy, { journeys, profiles }: Reachable): Diagnostic[] {
  const found: Diagnostic[] = [];
  const expect = (
    kind: string,
    id: string | undefined,
    known: IdMap<unknown>,
    from: string,
    at: Diagnostic["at"],
  ) => {
    if (id === undefined || known.has(id)) return;
    const nearest = nearestName(id, known.ids());
    found.push({
      code: "VB102",
      severity: "error",
      message: `${from} refers to ${kind} '${id}', which does not exist.`,
      ...(nearest !== undefined && { hint: `Nearest: '${nearest}'.` }),
      ...(at && { at }),
    });
  };
  const controls: IdMap<unknown> = policy.displayControls ?? new IdMap();
  const expectControl = (id: string, from: string, at: Diagnostic["at"]) => {
    expect("display control", id, controls, from, at);
    const control = policy.displayControls?.get(id);
    for (const claim of [
      ...(control?.inputClaims ?? []),
      ...(control?.displayClaims ?? []),
      ...(control?.outputClaims ?? []),
    ])
      expect(
        "claim type",
        claim.claimTypeReferenceId,
        policy.claimTypes,
        `Display control '${id}'`,
        claim.at,
      );
    for (const { technicalProfiles } of control?.actions ?? [])
      for (const { referenceId, at: place } of technicalProfiles)
        expect("technical profile", referenceId, policy.technicalProfiles, `Display control '${id}'`, place);
  };
  for (const profile of profiles.flatMap((id) => policy.technicalProfiles.get(id) ?? [])) {
    const from = `Technical profile '${profile.id}'`;
    for (const { claimTypeReferenceId, at } of [
      ...profile.inputClaims,
      ...profile.persistedClaims,
      ...profile.outputClaims,
    ]) {
      expect("claim type", claimTypeReferenceId, policy.claimTypes, from, at);
    }
    for (const claim of profile.displayClaims) {
      if (claim.kind === "claim")
        expect("claim type", claim.claimTypeReferenceId, policy.claimTypes, from, profile.at);
      else expectControl(claim.displayControlReferenceId, from, profile.at);
    }
    for (const id of [...profile.inputClaimsTransformations, ...profile.outputClaimsTransformations]) {
      expect("claims transformation", id, policy.claimsTransformations, from, profile.at);
    }
    for (const { referenceId, at } of profile.validationTechnicalProfiles) {
      expect("technical profile", referenceId, policy.technicalProfiles, from, at);
    }
    expect(
      "technical profile",
      profile.useTechnicalProfileForSessionManagement,
      policy.technicalProfiles,
      from,
      profile.at,
    );
  }
  for (const [journey, list] of journeys) {
    for (const step of list) {
      const from = `Step ${step.order} of journey '${journey}'`;
      for (const { technicalProfileReferenceId } of step.claimsExchanges) {
        expect("technical profile", technicalProfileReferenceId, policy.technicalProfiles, from, step.at);
      }
      expect(
        "technical profile",
        step.cpimIssuerTechnicalProfileReferenceId,
        policy.technicalProfiles,
        from,
        step.at,
      );
      expect(
        "content definition",
        step.contentDefinitionReferenceId,
        policy.contentDefinitions,
        from,
        step.at,
      );
      expect("sub-journey", step.subJourneyReferenceId, policy.subJourneys, from, step.at);
    }
  }
  const { relyingParty } = policy;
  expect(
    "user journey",
    relyingParty.defaultUserJourney,
    policy.userJourneys,
    "The relying party",
    relyingParty.at,
  );
  for (const id of Object.values(relyingParty.endpoints))
    expect("user journey", id, policy.userJourneys, "The relying party", relyingParty.at);
  for (const { claimTypeReferenceId } of relyingParty.technicalProfile.outputClaims) {
    expect("claim type", claimTypeReferenceId, policy.claimTypes, "The relying party", relyingParty.at);
  }
  return found;
}
