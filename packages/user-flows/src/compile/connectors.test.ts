import { describe, expect, it } from "vitest";
import { connector, facts, policyOf } from "../testing/facts.ts";
import { everything, outputs, profile, steps, validations, withProvider } from "./policy-reading.fixture.ts";

describe("connectors", () => {
  it("run before the write, which does not follow a block", () => {
    expect(validations(policyOf(everything), "LocalAccountSignUpWithLogonEmail")).toEqual([
      "PreUserWriteRestful",
      "AAD-UserWriteUsingLogonEmail unless blockMessage",
    ]);
  });

  it("return the claims that count at their step, and nothing else", () => {
    const policy = policyOf(everything);
    const returned = ["displayName", "extension_LoyaltyNumber", "extension_PromotionCode"];
    expect(outputs(policy, "PreSelfAssertedRestful")).toEqual([...returned, "email", "blockMessage"]);
    expect(outputs(policy, "PreUserWriteRestful")).toEqual([...returned, "blockMessage"]);
    expect(outputs(policy, "PreSendClaimsRestful")).toEqual([
      ...returned.map((id) => `connector_${id}`),
      ...returned,
    ]);
  });

  it("are sent every attribute under its directory name, and the address", () => {
    const sent = profile(policyOf(everything), "PreUserWriteRestful").inputClaims.map(
      ({ partnerClaimType }) => partnerClaimType,
    );
    expect(sent).toContain(`extension_${facts.extensionsAppId}_LoyaltyNumber`);
    expect(sent).toEqual(expect.arrayContaining(["email", "givenName", "postalCode", "country"]));
  });

  it("store what they return for a collected attribute, and nothing that is only claimed", () => {
    const policy = policyOf(everything);
    const persisted = profile(policy, "AAD-UserWriteUsingLogonEmail").persistedClaims.map(
      ({ claimTypeReferenceId }) => claimTypeReferenceId,
    );
    expect(persisted).toContain("extension_LoyaltyNumber");
    expect(persisted).not.toContain("extension_PromotionCode");
    expect(outputs(policy, "LocalAccountSignUpWithLogonEmail")).toContain("extension_PromotionCode");
  });

  it("give a refresh their first values back, over what is read", () => {
    const policy = policyOf(everything);
    expect(steps(policy, "RedeemRefreshToken")).toEqual([
      "ClaimsExchange RefreshTokenReadAndSetup",
      "ClaimsExchange AAD-UserReadUsingObjectId-CheckRefreshTokenDate",
      "ClaimsExchange RefreshTokenRestoreConnectorClaims",
      "SendClaims",
    ]);
    expect(outputs(policy, "RefreshTokenReadAndSetup")).toEqual(
      expect.arrayContaining(["identityProvider", "connector_extension_PromotionCode"]),
    );
    expect(steps(policyOf({}), "RedeemRefreshToken")).toHaveLength(3);
  });

  it("run in order where a step has several, each before the next one is asked", () => {
    const policy = policyOf({
      apiConnectorConfiguration: { postAttributeCollection: [{ id: "check" }, { id: "invite" }] },
    });
    expect(validations(policy, "LocalAccountSignUpWithLogonEmail")).toEqual([
      "PreUserWriteRestful",
      "PreUserWriteRestful-2 unless blockMessage",
      "AAD-UserWriteUsingLogonEmail unless blockMessage",
    ]);
  });

  it("that are only told follow the write, give nothing and stop nobody", () => {
    const told = { mode: "notify" };
    const connectors = [connector("tell", { settings: told }), connector("check")];
    const policy = policyOf(
      {
        ...withProvider,
        apiConnectorConfiguration: {
          postFederationSignup: { id: "tell" },
          postAttributeCollection: [{ id: "tell" }, { id: "check" }],
        },
      },
      { connectors },
    );
    expect(validations(policy, "LocalAccountSignUpWithLogonEmail")).toEqual([
      "PreUserWriteRestful-2",
      "AAD-UserWriteUsingLogonEmail unless blockMessage",
      "PreUserWriteRestful unless blockMessage",
    ]);
    expect(outputs(policy, "PreUserWriteRestful")).toEqual([]);
    expect(profile(policy, "PreUserWriteRestful").metadata["vestibule.mode"]).toBe("notify");
    const journey = steps(policy).join("\n");
    expect(journey).toContain("PreSelfAssertedRestful");
    expect(journey).not.toMatch(/PreSelfAssertedRestful[^\n]*\n[^\n]*SelfAsserted-BlockPage/);
    const only = policyOf(
      { apiConnectorConfiguration: { postAttributeCollection: { id: "tell" } } },
      { connectors },
    );
    expect(validations(only, "LocalAccountSignUpWithLogonEmail")).toEqual([
      "AAD-UserWriteUsingLogonEmail",
      "PreUserWriteRestful",
    ]);
    expect(steps(only).join("\n")).not.toContain("SelfAsserted-BlockPage");
  });

  it("that are only told follow the write where there is no page, too, and nobody is told of a sign-in", () => {
    const connectors = [connector("tell", { settings: { mode: "notify" } }), connector("check")];
    const policy = policyOf(
      {
        ...withProvider,
        authenticationMethods: "0",
        apiConnectorConfiguration: { postAttributeCollection: [{ id: "tell" }, { id: "check" }] },
      },
      { connectors },
    );
    const journey = steps(policy);
    const from = journey.indexOf("ClaimsExchange PreUserWriteRestful-2 unless objectId");
    expect(journey.slice(from, from + 4)).toEqual([
      "ClaimsExchange PreUserWriteRestful-2 unless objectId",
      "ClaimsExchange SelfAsserted-BlockPage unless no blockMessage",
      "ClaimsExchange AAD-UserWriteUsingAlternativeSecurityId unless objectId",
      "ClaimsExchange PreUserWriteRestful unless no newUser",
    ]);
  });

  it("carry their credentials by reference, and the tenant's switches", () => {
    const certificate = connector("check", {
      authentication: { kind: "clientCertificate", reference: "Cert" },
      settings: { timeoutInMilliseconds: "2000", tries: "1" },
      preset: "b2c-2025",
    });
    const policy = policyOf(
      {
        ...withProvider,
        apiConnectorConfiguration: {
          postFederationSignup: { id: "check" },
          preTokenIssuance: { id: "enrich" },
        },
      },
      {
        connectors: [certificate, connector("enrich")],
        connectorSettings: {
          preset: "strict",
          strictAnswers: true,
          enforceBlockAtTokenStep: true,
          sendLocalIdentitiesAtSignup: true,
        },
      },
    );
    expect(profile(policy, "PreSelfAssertedRestful")).toMatchObject({
      metadata: {
        ServiceUrl: "https://api.example/check",
        AuthenticationType: "ClientCertificate",
        "vestibule.connectorStep": "PostFederationSignup",
        "vestibule.connectorId": "check",
        "vestibule.preset": "b2c-2025",
        "vestibule.timeoutInMilliseconds": "2000",
        "vestibule.tries": "1",
        "vestibule.strictAnswers": "true",
        "vestibule.sendLocalIdentities": "true",
      },
      cryptographicKeys: [{ id: "ClientCertificate", storageReferenceId: "Cert" }],
    });
    expect(profile(policy, "PreSendClaimsRestful").metadata["vestibule.preset"]).toBe("strict");
    // The switch lets the last step block, too: its block page stands before the token.
    expect(steps(policy).slice(-3)).toEqual([
      "ClaimsExchange PreSendClaimsRestful",
      "ClaimsExchange SelfAsserted-BlockPage unless no blockMessage",
      "SendClaims",
    ]);
  });
});
