import type { ProfileFragment } from "../document/document.ts";
import type { ClaimReference } from "../model.ts";
import { shortened } from "../report.ts";
import { resolverProblem } from "./claim-resolvers.ts";
import { defaultValueProblem } from "./data-types.ts";
import { profileKind } from "./profile-kind.ts";
import type { Scope } from "./scope.ts";

/** What a file's own technical profiles say, whether or not anything reaches them (PL305, PL312, PL505, PL612). */
export function checkProfileParts(scope: Scope): void {
  const { document } = scope.merged;
  for (const { profile } of document.technicalProfiles) {
    checkDisplayClaims(scope, profile);
    checkDefaults(scope, profile, resolvesClaims(scope, profile));
  }
  const party = document.relyingParty?.technicalProfile;
  // The relying party's output claims need AlwaysUseDefaultValue only: policy-language.md 8.4.
  if (party) checkDefaults(scope, party, true);
  for (const control of document.displayControls)
    for (const claim of [...control.inputClaims, ...control.outputClaims]) checkValue(scope, claim);
}

function checkDisplayClaims({ report }: Scope, profile: ProfileFragment): void {
  const controls = new Set<string>();
  for (const display of profile.displayClaims ?? []) {
    if (display.kind === "claim") {
      if (display.claimTypeReferenceId === "") {
        const message = `A DisplayClaim of '${profile.id}' names exactly one of ClaimTypeReferenceId and DisplayControlReferenceId.`;
        report.error("PL305", display.at, message);
      }
      continue;
    }
    const key = display.displayControlReferenceId.toLowerCase();
    if (controls.has(key)) {
      const message = `'${profile.id}' shows the display control '${display.displayControlReferenceId}' twice.`;
      report.error("PL612", display.at, message);
    }
    controls.add(key);
  }
}

/** Whether the profile, as far as this file can know, has `IncludeClaimResolvingInClaimsHandling`. */
function resolvesClaims({ merged }: Scope, profile: ProfileFragment): boolean {
  let current: ProfileFragment | undefined = merged.profileFragments.get(profile.id);
  for (let depth = 0; current && depth < 16; depth++) {
    const item = current.metadata?.find(
      ({ key }) => key.toLowerCase() === "includeclaimresolvinginclaimshandling",
    );
    if (item) return /^(true|1)$/i.test(item.value);
    current = current.include && merged.profileFragments.get(current.include.value);
  }
  return false;
}

function checkDefaults(scope: Scope, profile: ProfileFragment, resolving: boolean): void {
  const persisted = profile.persistedClaims ?? [];
  const resolved = [...(profile.inputClaims ?? []), ...(profile.outputClaims ?? [])];
  for (const claim of resolved)
    if (!needsNoFlags(scope, profile, claim)) checkResolver(scope, profile, claim, resolving);
  for (const { claimTypeReferenceId, defaultValue, at } of persisted)
    if (defaultValue !== undefined && resolver.test(defaultValue)) {
      const message = `Persisted claims expand no resolvers: '${shortened(defaultValue)}' of '${claimTypeReferenceId}' is stored as it is written.`;
      scope.report.warning("PL312", at, message, "Make the value in an input claim of an earlier profile.");
    }
  for (const claim of [...persisted, ...resolved]) {
    checkValue(scope, claim);
    const type = scope.merged.claimTypes.get(claim.claimTypeReferenceId);
    if (claim.required && type?.userInputType?.value === "Paragraph") {
      const message = `The paragraph '${claim.claimTypeReferenceId}' takes no input and cannot be required.`;
      scope.report.warning("PL320", claim.at, message);
    }
  }
}

function checkValue(
  { merged, report }: Scope,
  { claimTypeReferenceId, defaultValue, at }: ClaimReference,
): void {
  if (defaultValue === undefined) return;
  const dataType = merged.claimTypes.get(claimTypeReferenceId)?.dataType?.value;
  const form = dataType === undefined ? undefined : defaultValueProblem(defaultValue, dataType);
  if (form === undefined) return;
  const message = `DefaultValue '${shortened(defaultValue)}' of '${claimTypeReferenceId}' is not in a correct format: ${dataType} takes ${form}.`;
  report.error("PL505", at, message);
}

// `{policy}` and `{tenant}` have no colon: they are placeholders that need no flag (technical-profiles.md 1.3).
const resolver =
  /\{(Culture|Policy|Context|Claim|OIDC|OAUTH-KV|OAuth2|SAML|SAML-KV|SAML2|userJourney):[^{}]*\}/i;

/**
 * Whether a claim's default is expanded without any flag: in events, where a RESTful input is one resolver and no more,
 * and where a password is checked that a program sent. One that does not exist is said all the same. Source:
 * technical-profiles.md 1.5, api-connectors.md U31.
 */
function needsNoFlags(
  { merged }: Scope,
  profile: ProfileFragment,
  { defaultValue }: ClaimReference,
): boolean {
  if (defaultValue === undefined || resolverProblem(defaultValue)) return false;
  if (/^\{oidc:(username|password)\}$/i.test(defaultValue)) return true;
  let current: ProfileFragment | undefined = merged.profileFragments.get(profile.id);
  for (let depth = 0; current && !current.protocol && depth < 16; depth++)
    current = current.include && merged.profileFragments.get(current.include.value);
  const kind = current && profileKind(current);
  return kind === "insights" || (kind === "restful" && /^\{[^{}]+\}$/.test(defaultValue));
}

function checkResolver(
  { report }: Scope,
  profile: ProfileFragment,
  { claimTypeReferenceId, defaultValue, alwaysUseDefaultValue, at }: ClaimReference,
  resolving: boolean,
): void {
  if (defaultValue === undefined || !defaultValue.includes("{")) return;
  const problem = resolverProblem(defaultValue);
  if (problem) {
    report.warning(
      "PL312",
      at,
      `'${claimTypeReferenceId}' in '${profile.id}': ${problem.message}`,
      problem.hint,
    );
    return;
  }
  if (!resolver.test(defaultValue)) return;
  const missing = [
    ...(resolving ? [] : ["the metadata item IncludeClaimResolvingInClaimsHandling=true"]),
    ...(alwaysUseDefaultValue ? [] : ['AlwaysUseDefaultValue="true"']),
  ];
  if (missing.length === 0) return;
  const message = `The resolver in '${shortened(defaultValue)}' of '${claimTypeReferenceId}' in '${profile.id}' may stay literal text.`;
  report.warning("PL312", at, message, `It needs ${missing.join(" and ")}.`);
}
