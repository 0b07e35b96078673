import type { ProfileResult, ServerProfileKind } from "./profile.ts";

/**
 * `RefreshTokenReadAndSetup` (technical-profiles.md 16.1): gives back what was kept with the grant, by the claims that it
 * lists. Outside a refresh it gives nothing.
 */
export const refreshTokenSetupProfile: ServerProfileKind<Record<string, never>> = {
  kind: "refreshTokenSetup",
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
    values.refreshTokenIssuedOnDateTime = new Date(grant.issuedOn * 1000).toISOString();
    return { kind: "values", values };
  },
};
