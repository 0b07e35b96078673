import type { ProfileFragment } from "../document/document.ts";
import { defined } from "../document/element.ts";
import type { ClaimReference, DisplayClaim } from "../model.ts";
import { concatenated, keyed } from "./kinds.ts";

const claimKey = (claim: ClaimReference) => claim.claimTypeReferenceId;
const displayKey = (claim: DisplayClaim) =>
  claim.kind === "claim" ? claim.claimTypeReferenceId : `#${claim.displayControlReferenceId}`;
const referenceKey = (reference: { readonly value: string }) => reference.value;

/**
 * A technical profile over what it inherits: along the base chain, and over the profile that it includes. The result
 * keeps the child's id and place. Source: policy-language.md 8.2 (merge column), 13.3, 13.5.
 */
export function mergeProfiles(child: ProfileFragment, parent: ProfileFragment): ProfileFragment {
  return {
    ...parent,
    ...child,
    ...defined({
      metadata: keyed(child.metadata, parent.metadata, ({ key }) => key),
      cryptographicKeys: keyed(child.cryptographicKeys, parent.cryptographicKeys, ({ id }) => id),
      inputClaims: keyed(child.inputClaims, parent.inputClaims, claimKey),
      displayClaims: keyed(child.displayClaims, parent.displayClaims, displayKey),
      persistedClaims: keyed(child.persistedClaims, parent.persistedClaims, claimKey),
      outputClaims: keyed(child.outputClaims, parent.outputClaims, claimKey),
      // A reference that both state runs once; a validation profile that both state runs twice (13.3).
      inputClaimsTransformations: keyed(
        child.inputClaimsTransformations,
        parent.inputClaimsTransformations,
        referenceKey,
      ),
      outputClaimsTransformations: keyed(
        child.outputClaimsTransformations,
        parent.outputClaimsTransformations,
        referenceKey,
      ),
      validationTechnicalProfiles: concatenated(
        child.validationTechnicalProfiles,
        parent.validationTechnicalProfiles,
      ),
      errorHandlers: concatenated(child.errorHandlers, parent.errorHandlers),
    }),
  };
}
