import type { Diagnostic, Policy } from "@vestibule/policy";

/**
 * Policies of the first years let the application hand claims over in a signed `client_assertion`. B2C deprecated that for
 * `id_token_hint` (AADB2C90016, AADB2C90017); here the claims stay without value, and the author is told.
 */
export function clientAssertion({ relyingParty }: Policy): Diagnostic[] {
  const { cryptographicKeys = [], inputClaims, protocol } = relyingParty.technicalProfile;
  const reads = cryptographicKeys.some(({ id }) => id.toLowerCase() === "client_secret");
  if (!reads || inputClaims.length === 0 || protocol !== "OpenIdConnect") return [];
  const claims = inputClaims.map(({ claimTypeReferenceId }) => `'${claimTypeReferenceId}'`).join(", ");
  return [
    {
      code: "VB130",
      severity: "warning",
      message: `The relying party reads ${claims} from a client assertion, which is not supported: they stay without value.`,
      hint: "Hand them over in an id_token_hint.",
      ...(relyingParty.at && { at: relyingParty.at }),
    },
  ];
}
