import { describe, expect, it } from "vitest";
import { facts, policyOf } from "../testing/facts.ts";
import { everything, profile, tokenClaims, withProvider } from "./policy-reading.fixture.ts";

describe("tokens and sessions", () => {
  it("name claims as the reference does", () => {
    expect(tokenClaims(policyOf(everything))).toEqual([
      "sub=objectId",
      "tfp=trustFrameworkPolicy",
      "name=displayName",
      "emails=emails",
      "oid=objectId",
      "idp=identityProvider",
      "newUser=newUser",
      "extension_LoyaltyNumber=extension_LoyaltyNumber",
      "extension_PromotionCode=extension_PromotionCode",
      "isForgotPassword=isForgotPassword",
    ]);
    expect(policyOf({}).relyingParty.technicalProfile.metadata["vestibule.omitFalse"]).toBe("newUser");
  });

  it("have JSON where the flow asks for it, by the claim's name in the policy, and texts elsewhere", () => {
    const items = (claims: readonly unknown[]) =>
      policyOf({ applicationClaims: claims }).relyingParty.technicalProfile.metadata;
    const claims = ["displayName", { id: "extension_PromotionCode" }];
    expect(items(claims)).not.toHaveProperty(["vestibule.jsonClaims"]);
    const asked = { id: `extension_${facts.extensionsAppId}_LoyaltyNumber`, json: true };
    expect(items([...claims, asked, { id: "extension_Interests", json: true }])).toMatchObject({
      "vestibule.omitFalse": "newUser",
      "vestibule.jsonClaims": "extension_LoyaltyNumber, extension_Interests",
    });
  });

  it("say acr instead of tfp, the flow in the issuer, and no subject, where the flow wants it so", () => {
    const policy = policyOf({
      tokenClaimsConfiguration: {
        isIssuerEntityUserFlow: true,
        isSubjectClaimSupported: false,
        claimTypeForUserFlowId: "acr",
      },
    });
    expect(tokenClaims(policy)).toEqual(["sub=sub"]);
    expect(policy.relyingParty.technicalProfile.outputClaims[0]?.defaultValue).toBe(
      "Not supported currently. Use oid claim.",
    );
    expect(profile(policy, "JwtIssuer").metadata).toMatchObject({ IssuanceClaimPattern: "AuthorityWithTfp" });
    expect(profile(policy, "JwtIssuer").metadata.AuthenticationContextReferenceClaimPattern).toBeUndefined();
  });

  it("live as long as the flow says", () => {
    const lifetimes = {
      accessAndIdTokenLifetimeInMinutes: 5,
      refreshTokenLifetimeInDays: 1,
      rollingRefreshTokenLifetimeInDays: -1,
    };
    expect(profile(policyOf({ tokenLifetimeConfiguration: lifetimes }), "JwtIssuer").metadata).toMatchObject({
      token_lifetime_secs: "300",
      id_token_lifetime_secs: "300",
      refresh_token_lifetime_secs: "86400",
      allow_infinite_rolling_refresh_token: "true",
    });
  });

  it("keep to the flow's session settings", () => {
    const session = {
      sessionScope: "disabled",
      sessionLifetimeInMinutes: 15,
      isSessionLifetimeAbsolute: true,
      isKeepMeSignedInEnabled: true,
      keepMeSignedInDays: 7,
      enforceIdTokenHintOnLogout: true,
    };
    const policy = policyOf({ singleSignOnSessionConfiguration: session });
    expect(policy.relyingParty.behaviors).toMatchObject({
      singleSignOn: { scope: "Suppressed", keepAliveInDays: 7, enforceIdTokenHintOnLogout: true },
      sessionExpiryType: "Absolute",
      sessionExpiryInSeconds: 900,
    });
    expect(
      profile(policy, "SelfAsserted-LocalAccountSignin-Email").metadata["setting.enableRememberMe"],
    ).toBe("true");
  });

  it("remember the provider of a session, and never that the account was new", () => {
    const policy = policyOf(withProvider);
    const persisted = (id: string) =>
      profile(policy, id).persistedClaims.map(({ claimTypeReferenceId }) => claimTypeReferenceId);
    expect(persisted("SM-SocialLogin")).toEqual(
      expect.arrayContaining(["alternativeSecurityId", "identityProvider"]),
    );
    expect(persisted("SM-AAD")).not.toContain("newUser");
  });
});

describe("identity providers", () => {
  it("take claims as the mapping says, and keep the secret by reference", () => {
    const policy = policyOf({ ...withProvider, applicationClaims: ["identityProviderAccessToken"] });
    const partner = profile(policy, "OIDC-V1-Partner");
    expect(partner.cryptographicKeys).toEqual([
      { id: "client_secret", storageReferenceId: "OIDC-V1-Partner-secret" },
    ]);
    expect(
      partner.outputClaims.map(
        ({ claimTypeReferenceId, partnerClaimType }) => `${claimTypeReferenceId}=${partnerClaimType}`,
      ),
    ).toEqual([
      "issuerUserId=sub",
      "identityProvider=iss",
      "email=email",
      "displayName=name",
      "givenName=given_name",
      "surname=family_name",
      "identityProviderAccessToken={oauth2:access_token}",
      "authenticationSource=undefined",
    ]);
    expect(
      policy.claimsProviders.find(({ domain }) => domain === "partner.example")?.technicalProfileIds,
    ).toEqual(["OIDC-V1-Partner"]);
  });
});
