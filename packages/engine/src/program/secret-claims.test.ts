import { expect, it } from "vitest";
import { samplePolicy } from "../testing/sample-policy.ts";
import { secretClaims } from "./secret-claims.ts";

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
