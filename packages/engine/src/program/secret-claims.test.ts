import type { ClaimType } from "@vestibule/policy";
import { expect, it } from "vitest";
import { handler, samplePolicy, technicalProfile } from "../testing/sample-policy.ts";
import { passwordClaims, secretClaims } from "./secret-claims.ts";

it("finds secrets by their use, also what transformations make of them, however long the chain", () => {
  const copy = (id: string, method: string, from: string, to: string) => ({
    id,
    transformationMethod: method,
    inputClaims: [{ claimTypeReferenceId: from, transformationClaimType: "inputClaim" }],
    inputParameters: [],
    outputClaims: [{ claimTypeReferenceId: to, transformationClaimType: "outputClaim" }],
  });
  const policy = samplePolicy(({ claimTypes, claimsTransformations }) => {
    for (const id of ["copy", "copyOfCopy", "hash"]) claimTypes.push({ id, dataType: "string" });
    claimTypes.push({ id: "same", dataType: "boolean" });
    claimsTransformations.push(
      copy("B", "CopyClaim", "copy", "copyOfCopy"),
      copy("A", "CopyClaim", "newPassword", "copy"),
      copy("C", "Hash", "newPassword", "hash"),
      copy("D", "CompareClaims", "newPassword", "same"),
    );
  });
  expect([...secretClaims(policy)].sort()).toEqual([
    "copy",
    "copyOfCopy",
    "newPassword",
    "password",
    "reenterPassword",
  ]);
});

it("knows a secret's use also by the name that its type has for a protocol or a handler", () => {
  const named = (id: string, protocol: string, name: string): ClaimType => ({
    id,
    dataType: "string",
    defaultPartnerClaimTypes: { [protocol]: name },
  });
  const policy = samplePolicy(({ claimTypes, technicalProfiles }) => {
    claimTypes.push(
      named(
        "pin",
        "Proprietary/Web.TPEngine.Providers.AzureActiveDirectoryProvider, Web.TPEngine",
        "password",
      ),
      named("made", "Proprietary", "otpGenerated"),
      named("lent", "OAuth2", "{oauth2:access_token}"),
      named("other", "OAuth2", "password"),
    );
    const all = ["pin", "made", "lent", "other"].map((claimTypeReferenceId) => ({ claimTypeReferenceId }));
    technicalProfiles.push(
      technicalProfile("Write", handler("Providers.AzureActiveDirectoryProvider"), { persistedClaims: all }),
      technicalProfile("Make", handler("Providers.OneTimePasswordProtocolProvider"), { outputClaims: all }),
      technicalProfile("Provider", { name: "OAuth2" }, { outputClaims: all }),
    );
  });
  const ids = ["pin", "made", "lent", "other"];
  const secrets = secretClaims(policy);
  expect(ids.filter((id) => secrets.has(id))).toEqual(["pin", "made", "lent"]);
  const passwords = passwordClaims(policy);
  expect(ids.filter((id) => passwords.has(id))).toEqual(["pin"]);
});
