import type { Diagnostic, DisplayControl, Policy, TechnicalProfile } from "@vestibule/policy";
import { metadataItem } from "../claims/mapping.ts";
import { controlKinds } from "../controls/index.ts";
import { pageContract } from "../journey/content-definition.ts";
import { isCombined } from "../profiles/self-asserted/fields.ts";
import type { Reachable } from "./reachable.ts";

/**
 * Display controls that a person could not complete where they stand: the page would be one that nobody passes.
 * Source: technical-profiles.md 2.3, policy-language.md 7.
 */
export function controlsOnPages(policy: Policy, { journeys, profiles }: Reachable): Diagnostic[] {
  const found: Diagnostic[] = [];
  const warn = (message: string, at: Diagnostic["at"]) =>
    found.push({ code: "VB118", severity: "warning", message, ...(at && { at }) });
  const combined = new Set(combinedForms(policy, journeys));
  const judged = new Set<DisplayControl>();
  for (const profile of profiles.flatMap((id) => policy.technicalProfiles.get(id) ?? [])) {
    for (const control of controlsOf(policy, profile)) {
      const kind = controlKinds[control.userInterfaceControlType];
      if (!kind?.proof) continue;
      if (combined.has(profile.id.toLowerCase()))
        warn(
          `Technical profile '${profile.id}' shows the ${control.userInterfaceControlType} '${control.id}' on a combined page, which draws none: nobody can pass this page.`,
          profile.at,
        );
      if (judged.has(control)) continue;
      judged.add(control);
      for (const { claimTypeReferenceId: claim, at } of control.displayClaims) {
        const type = policy.claimTypes.get(claim);
        if (type && type.userInputType === undefined)
          warn(
            `Display control '${control.id}' has the display claim '${claim}' without a UserInputType: it is not drawn.`,
            at ?? control.at,
          );
      }
    }
  }
  return found;
}

function controlsOf(policy: Policy, { displayClaims }: TechnicalProfile): DisplayControl[] {
  return displayClaims.flatMap((claim) =>
    claim.kind === "control" ? (policy.displayControls?.get(claim.displayControlReferenceId) ?? []) : [],
  );
}

/** Ids of the profiles whose form stands on a combined page, in lower case. */
function combinedForms(policy: Policy, journeys: Reachable["journeys"]): string[] {
  return journeys.values().flatMap((steps) =>
    steps.flatMap((step) =>
      step.claimsExchanges.flatMap(({ technicalProfileReferenceId: id }) => {
        const profile = policy.technicalProfiles.get(id);
        const own = profile && metadataItem(profile.metadata, "ContentDefinitionReferenceId");
        const page =
          (step.type === "ClaimsExchange" ? undefined : step.contentDefinitionReferenceId) ?? own ?? "";
        const { contract } = pageContract(policy.contentDefinitions.get(page)?.dataUri ?? "");
        return profile && isCombined(contract) ? [profile.id.toLowerCase()] : [];
      }),
    ),
  );
}
