import type { ProfileResult, ServerProfileKind } from "./profile.ts";

/**
 * `RefreshTokenReadAndSetup` and `ClientCredentials_Setup` (technical-profiles.md 16.1, 16.2): give back what the token
 * request is about, by the claims that they list. Outside the token endpoint they give nothing but their defaults.
 */
export const tokenRequestSetupProfile: ServerProfileKind<Record<string, never>> = {
  kind: "tokenRequestSetup",
  readMetadata: () => ({ metadata: {} }),
  async run({ state, profile }): Promise<ProfileResult> {
    const { grant } = state;
    if (!grant) return { kind: "values", values: {} };
    const values: Record<string, unknown> = {};
    for (const reference of profile.outputClaims) {
      const name = reference.claimTypeReferenceId;
      const found = Object.keys(grant.claims).find((key) => key.toLowerCase() === name.toLowerCase());
      if (found !== undefined) values[reference.partnerClaimType ?? name] = grant.claims[found];
    }
    if (grant.objectId !== undefined) values.objectId = grant.objectId;
    if (state.entry === "refresh")
      values.refreshTokenIssuedOnDateTime = new Date(grant.issuedOn * 1000).toISOString();
    return { kind: "values", values };
  },
};
