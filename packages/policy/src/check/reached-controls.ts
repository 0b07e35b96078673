import type { ProfileFragment } from "../document/document.ts";
import type { Reach } from "./reach.ts";
import type { Scope } from "./scope.ts";

/**
 * What a display control's actions need comes from the control itself (PL611): its input and display claims, and what an
 * earlier profile of the same action gave. Only required claims are judged; the journey's bag may hold the others.
 * Source: policy-language.md 7.
 */
export function checkReachedControls(
  { merged, report }: Scope,
  reach: Reach,
  profileOf: (id: string) => ProfileFragment | undefined,
): void {
  const seen = new Set<string>();
  for (const profile of reach.profiles.keys())
    for (const display of profile.displayClaims ?? [])
      if (display.kind === "control") seen.add(display.displayControlReferenceId.toLowerCase());
  for (const id of seen) {
    const control = merged.displayControls.get(id);
    for (const { technicalProfiles } of control?.actions ?? []) {
      const own = [...(control?.inputClaims ?? []), ...(control?.displayClaims ?? [])];
      const given = new Set(own.map((claim) => claim.claimTypeReferenceId.toLowerCase()));
      for (const { referenceId } of technicalProfiles) {
        const profile = profileOf(referenceId);
        for (const { value } of profile?.inputClaimsTransformations ?? [])
          add(merged.claimsTransformations.get(value)?.outputClaims);
        for (const { claimTypeReferenceId: claim, required, defaultValue, at } of profile?.inputClaims ??
          []) {
          if (!required || defaultValue !== undefined || given.has(claim.toLowerCase())) continue;
          const message = `The action profile '${referenceId}' requires '${claim}', which the display control '${control?.id}' does not have.`;
          report.error("PL611", at, message, "Add it to the control's InputClaims or DisplayClaims.");
        }
        add(profile?.outputClaims);
        for (const { value } of profile?.outputClaimsTransformations ?? [])
          add(merged.claimsTransformations.get(value)?.outputClaims);
      }
      function add(claims: readonly { readonly claimTypeReferenceId: string }[] | undefined): void {
        for (const claim of claims ?? []) given.add(claim.claimTypeReferenceId.toLowerCase());
      }
    }
  }
}
