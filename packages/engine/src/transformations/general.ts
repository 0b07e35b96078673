import { createHash } from "node:crypto";
import { type Family, nothing, optionalString, output, runtime, string } from "./transformation.ts";

/** Source: claims-transformations.md 5.3. */
export const generalTransformations: Family = {
  CopyClaim: {
    summary: "Copies a claim into another of the same data type.",
    inputs: { inputClaim: { types: [], mayBeAbsent: true } },
    parameters: {},
    outputs: { outputClaim: { types: [] } },
    check({ inputClaims, outputClaims }, policy) {
      const type = (claims: typeof inputClaims) =>
        policy.claimTypes.get(claims[0]?.claimTypeReferenceId ?? "")?.dataType;
      const [from, to] = [type(inputClaims), type(outputClaims)];
      if (from === undefined || to === undefined || from === to) return [];
      const message = `copies a claim of type ${from} into one of type ${to}: they must be the same.`;
      return [{ code: "VB105", severity: "error", message }];
    },
    run(input) {
      const claim = input.input("inputClaim");
      const value = input.claim("inputClaim");
      if (value !== undefined) return output({ outputClaim: value });
      return claim && input.context.nulls.has(claim.type.id) ? output({ outputClaim: null }) : nothing;
    },
  },

  DoesClaimExist: {
    summary: "True where the claim has a value; false, 0 and empty text are values.",
    inputs: { inputClaim: { types: [], mayBeAbsent: true } },
    parameters: {},
    outputs: { outputClaim: { types: ["boolean"] } },
    run(input) {
      const value = input.claim("inputClaim");
      // An empty collection counts as none, as for the precondition ClaimsExist.
      return output({ outputClaim: value !== undefined && !(Array.isArray(value) && value.length === 0) });
    },
  },

  NullClaim: {
    summary: "Takes a claim's value away.",
    inputs: {},
    parameters: {},
    outputs: { claim_to_null: { types: [] } },
    run: () => output({ claim_to_null: null }),
  },

  Hash: {
    summary: "SHA-256 of the text, the salt and the secret of a policy key, in base64.",
    inputs: { plaintext: string, salt: { ...optionalString, mayBeUndeclared: true } },
    parameters: { randomizerSecret: { type: "string", holds: "policyKey" } },
    outputs: { hash: string },
    run(input) {
      const secret = input.context.secret(input.parameter("randomizerSecret"));
      if (secret === undefined) return runtime("the policy key that randomizerSecret names does not exist");
      return output({ hash: saltedHash(input.text("plaintext"), input.text("salt"), secret) });
    },
  },
};

/** B2C's formula is not published: hashes that it wrote must be checked against a known one before they are relied on. */
function saltedHash(plaintext: string, salt: string, secret: string): string {
  return createHash("sha256")
    .update(plaintext + salt + secret, "utf8")
    .digest("base64");
}
