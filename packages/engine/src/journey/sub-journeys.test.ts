import { IdMap, type OrchestrationStep, type Policy, type SubJourney } from "@vestibule/policy";
import { expect, it } from "vitest";
import { JourneyBrowser } from "../testing/browser.ts";
import { memoryPorts } from "../testing/memory-ports.ts";
import { handler, samplePolicy, skipIf, step, technicalProfile } from "../testing/sample-policy.ts";

// Journeys that call others (journeys.md 6).

const ids = ["first", "second", "third"] as const;
const set =
  (id: (typeof ids)[number]) =>
  (order: number, rest: Partial<OrchestrationStep> = {}) =>
    step(order, "ClaimsExchange", { claimsExchanges: [{ id, technicalProfileReferenceId: id }], ...rest });
const [first, second, third] = [set("first"), set("second"), set("third")];
const call = (order: number, subJourneyReferenceId: string, rest: Partial<OrchestrationStep> = {}) =>
  step(order, "InvokeSubJourney", { subJourneyReferenceId, ...rest });
const send = (order: number) =>
  step(order, "SendClaims", { cpimIssuerTechnicalProfileReferenceId: "JwtIssuer" });

/** A journey of steps that each set a claim; the claims that are there in the end. */
async function claimsOf(steps: OrchestrationStep[], subJourneys: readonly SubJourney[]) {
  const base = samplePolicy((parts) => {
    for (const id of ids) {
      parts.claimTypes.push({ id, dataType: "boolean" });
      parts.technicalProfiles.push(
        technicalProfile(id, handler("Providers.ClaimsTransformationProtocolProvider"), {
          outputClaims: [{ claimTypeReferenceId: id, defaultValue: "true" }],
        }),
      );
    }
    parts.steps = steps;
  });
  const { relyingParty } = base;
  const outputClaims = [
    { claimTypeReferenceId: "objectId", partnerClaimType: "sub", defaultValue: "somebody" },
  ];
  const policy: Policy = {
    ...base,
    subJourneys: IdMap.of(subJourneys),
    relyingParty: { ...relyingParty, technicalProfile: { ...relyingParty.technicalProfile, outputClaims } },
  };
  const browser = new JourneyBrowser(policy, memoryPorts());
  await browser.start();
  return { outcome: browser.outcome.kind, claims: Object.keys(browser.state.bag), trace: browser.trace };
}

it("comes back from a call to the next step, with all claims", async () => {
  const { outcome, claims, trace } = await claimsOf(
    [call(1, "Sub"), third(2), send(3)],
    [
      { id: "Sub", type: "Call", orchestrationSteps: [first(1), call(2, "Inner")] },
      { id: "Inner", type: "Call", orchestrationSteps: [second(1)] },
    ],
  );
  expect([outcome, claims]).toEqual(["issued", ["first", "second", "third"]]);
  expect(trace.find(({ text }) => text === "second: done")?.step).toBe("1/2/1");
});

it("never comes back from a transfer", async () => {
  const { outcome, claims } = await claimsOf(
    [first(1), call(2, "Sub"), third(3), send(4)],
    [{ id: "Sub", type: "Transfer", orchestrationSteps: [second(1), send(2)] }],
  );
  expect([outcome, claims]).toEqual(["issued", ["first", "second"]]);
});

it("calls the sub-journey, and not the journey of the same name", async () => {
  const { outcome, claims } = await claimsOf(
    [first(1), call(2, "SignUpOrSignIn"), send(3)],
    [{ id: "SignUpOrSignIn", type: "Call", orchestrationSteps: [second(1), third(2)] }],
  );
  expect([outcome, claims]).toEqual(["issued", ["first", "second", "third"]]);
});

it("passes a call over where a precondition says so", async () => {
  const { claims } = await claimsOf(
    [first(1), call(2, "Sub", { preconditions: [skipIf("ClaimsExist", true, "first")] }), send(3)],
    [{ id: "Sub", type: "Call", orchestrationSteps: [second(1)] }],
  );
  expect(claims).toEqual(["first"]);
});

it("ends a journey whose sub-journeys call each other for ever", async () => {
  const { outcome } = await claimsOf(
    [call(1, "Sub"), send(2)],
    [{ id: "Sub", type: "Call", orchestrationSteps: [first(1), call(2, "Sub")] }],
  );
  expect(outcome).toBe("relyingPartyError");
});
