import { expect, it } from "vitest";
import { JourneyBrowser } from "../testing/browser.ts";
import { memoryPorts } from "../testing/memory-ports.ts";
import { handler, samplePolicy, skipIf, step, technicalProfile } from "../testing/sample-policy.ts";

/** A journey of two steps: the first sets a name and upper-cases it, the second may be skipped by it. */
const policy = samplePolicy((parts) => {
  const transformation = handler("Providers.ClaimsTransformationProtocolProvider");
  parts.claimsTransformations.push({
    id: "Upper",
    transformationMethod: "ChangeCase",
    inputClaims: [{ claimTypeReferenceId: "displayName", transformationClaimType: "inputClaim1" }],
    inputParameters: [{ id: "toCase", dataType: "string", value: "UPPER" }],
    outputClaims: [{ claimTypeReferenceId: "displayName", transformationClaimType: "outputClaim" }],
  });
  parts.technicalProfiles.push(
    technicalProfile("Name", transformation, {
      inputClaims: [{ claimTypeReferenceId: "displayName", defaultValue: "Ada" }],
      outputClaims: [{ claimTypeReferenceId: "displayName", defaultValue: "Ada" }],
      outputClaimsTransformations: ["Upper"],
    }),
  );
  const exchange = { claimsExchanges: [{ id: "Name", technicalProfileReferenceId: "Name" }] };
  const send = parts.steps.at(-1);
  parts.steps = [
    step(1, "ClaimsExchange", { ...exchange, preconditions: [skipIf("ClaimsExist", true, "objectId")] }),
    step(2, "ClaimsExchange", {
      ...exchange,
      preconditions: [
        skipIf("ClaimEquals", true, "displayName", "Ada"),
        skipIf("ClaimEquals", true, "displayName", "ADA"),
      ],
    }),
    ...(send ? [{ ...send, order: 3 }] : []),
  ];
});

it("a trace holds every precondition that was asked, and every transformation with what went in and came out", async () => {
  const browser = new JourneyBrowser(policy, memoryPorts());
  await browser.start();
  const { trace } = browser;
  expect(trace.find(({ text }) => text === "Step 1 ClaimsExchange")?.preconditions).toEqual([
    { type: "ClaimsExist", values: ["objectId"], executeActionsIf: true, skips: false },
  ]);
  expect(trace.find(({ kind }) => kind === "stepSkipped")?.preconditions).toMatchObject([
    { values: ["displayName", "Ada"], found: "ADA", skips: false },
    { values: ["displayName", "ADA"], found: "ADA", skips: true },
  ]);
  expect(trace.find(({ kind }) => kind === "transformation")).toMatchObject({
    text: "Upper: done",
    inputs: { displayName: "Ada" },
    claims: { displayName: { before: "Ada", after: "ADA" } },
  });
  expect(trace.filter(({ written }) => written).map(({ claims }) => claims)).toEqual([
    { displayName: { after: "ADA" } },
  ]);
});
