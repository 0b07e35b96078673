import type { ClaimsTransformation } from "@vestibule/policy";
import { describe, expect, it } from "vitest";
import type { ClaimValue } from "../claims/value.ts";
import { JourneyBrowser } from "../testing/browser.ts";
import { memoryPorts } from "../testing/memory-ports.ts";
import { samplePolicy } from "../testing/sample-policy.ts";
import { transformationMethod } from "./index.ts";
import { transformationInput } from "./transformation.ts";

const ports = memoryPorts();

/** Runs one method; inputs are named by TransformationClaimType. */
function run(method: string, inputs: Record<string, ClaimValue>, parameters: Record<string, string> = {}) {
  const policy = samplePolicy(({ claimTypes }) => {
    for (const name of Object.keys(inputs)) claimTypes.push({ id: `in_${name}`, dataType: "string" });
  });
  const transformation: ClaimsTransformation = {
    id: "Test",
    transformationMethod: method,
    inputClaims: Object.keys(inputs).map((name) => ({
      claimTypeReferenceId: `in_${name}`,
      transformationClaimType: name,
    })),
    inputParameters: Object.entries(parameters).map(([id, value]) => ({ id, dataType: "string", value })),
    outputClaims: [],
  };
  const claims = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`in_${name}`, value]));
  const { state } = new JourneyBrowser(policy, ports);
  const scope = { policy, state, claims, tenantDomain: "contoso.onmicrosoft.com", now: 0 };
  return transformationMethod(method)?.(transformationInput(transformation, scope, ports.random));
}

describe("text", () => {
  it("builds a social key that decodes to the provider's user id", () => {
    expect(
      run("CreateAlternativeSecurityId", {
        key: "40fe1a4f-1656-4693-93ff-ce9f1e7e5291",
        identityProvider: "https://sts.windows.net/x/",
      }),
    ).toEqual({
      kind: "claims",
      claims: {
        alternativeSecurityId:
          '{"type":6,"identityProvider":"https://sts.windows.net/x/","key":"NDBmZTFhNGYtMTY1Ni00NjkzLTkzZmYtY2U5ZjFlN2U1Mjkx"}',
      },
    });
  });

  it("formats with the tenant's name", () => {
    expect(
      run(
        "FormatStringClaim",
        { inputClaim: "5164db16" },
        { stringFormat: "cpim_{0}@{RelyingPartyTenantId}" },
      ),
    ).toEqual({
      kind: "claims",
      claims: { outputClaim: "cpim_5164db16@contoso.onmicrosoft.com" },
    });
  });

  it("makes a GUID, or a number below the maximum", () => {
    const guid = run("CreateRandomString", {}, { randomGeneratorType: "GUID" });
    expect(guid).toMatchObject({ claims: { outputClaim: expect.stringMatching(/^[0-9a-f-]{36}$/) } });
    expect(
      run(
        "CreateRandomString",
        {},
        { randomGeneratorType: "INTEGER", maximumNumber: "1", stringFormat: "OTP_{0}" },
      ),
    ).toEqual({ kind: "claims", claims: { outputClaim: "OTP_0" } });
  });

  it("raises when two texts differ, and names a missing input", () => {
    expect(run("AssertStringClaimsAreEqual", { inputClaim1: "a", inputClaim2: "A" })).toEqual({
      kind: "claims",
      claims: {},
    });
    expect(
      run(
        "AssertStringClaimsAreEqual",
        { inputClaim1: "a", inputClaim2: "A" },
        { stringComparison: "ordinal" },
      )?.kind,
    ).toBe("assertion");
    expect(run("FormatStringClaim", {})).toEqual({ kind: "missingInput", name: "inputClaim" });
  });
});

describe("collections", () => {
  it("adds an item once, and leaves the collection as it is without an item", () => {
    expect(run("AddItemToStringCollection", { item: "b", collection: ["a"] })).toEqual({
      kind: "claims",
      claims: { collection: ["a", "b"] },
    });
    expect(run("AddItemToStringCollection", { item: "a", collection: ["a"] })).toEqual({
      kind: "claims",
      claims: { collection: ["a"] },
    });
    expect(run("AddItemToStringCollection", { collection: ["a"] })).toEqual({
      kind: "claims",
      claims: { collection: ["a"] },
    });
    expect(run("AddItemToStringCollection", {})).toEqual({ kind: "claims", claims: {} });
  });
});

describe("revocation of grants", () => {
  const parameters = {
    AssertIfEqualTo: "false",
    AssertIfRightOperandIsNotPresent: "true",
    TreatAsEqualIfWithinMillseconds: "300000",
  };

  it.each([
    ["a revocation later than the issue", "2022-01-01T15:00:00Z", "2022-01-22T15:00:00Z", "assertion"],
    ["a revocation within five minutes", "2022-01-01T15:00:00Z", "2022-01-01T15:04:00Z", "claims"],
    ["a revocation before the issue", "2022-01-22T15:00:00Z", "2022-01-01T15:00:00Z", "claims"],
  ])("%s", (_name, leftOperand, rightOperand, kind) => {
    expect(run("AssertDateTimeIsGreaterThan", { leftOperand, rightOperand }, parameters)?.kind).toBe(kind);
  });

  it("passes without a right operand only where the policy says so", () => {
    expect(
      run("AssertDateTimeIsGreaterThan", { leftOperand: "2022-01-01T15:00:00Z" }, parameters)?.kind,
    ).toBe("claims");
    expect(run("AssertDateTimeIsGreaterThan", { leftOperand: "2022-01-01T15:00:00Z" })?.kind).toBe(
      "assertion",
    );
  });
});
