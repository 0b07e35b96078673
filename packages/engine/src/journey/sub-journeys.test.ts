import { IdMap } from "@vestibule/policy";
import { expect, it } from "vitest";
import { JourneyBrowser } from "../testing/browser.ts";
import { memoryPorts } from "../testing/memory-ports.ts";
import { handler, samplePolicy, step, technicalProfile } from "../testing/sample-policy.ts";

it("tells a sub-journey from a journey of the same id", async () => {
  const policy = samplePolicy(({ technicalProfiles, steps }) => {
    technicalProfiles.push(
      technicalProfile("SayHello", handler("Providers.ClaimsTransformationProtocolProvider"), {
        outputClaims: [{ claimTypeReferenceId: "displayName", defaultValue: "Hello" }],
      }),
    );
    const last = steps.pop();
    if (!last) throw new Error("the sample has steps");
    steps.push(step(20, "InvokeSubJourney", { subJourneyReferenceId: "SignUpOrSignIn" }), {
      ...last,
      order: 21,
    });
  });
  const exchange = { id: "Hello", technicalProfileReferenceId: "SayHello" };
  const subJourney = {
    id: "SignUpOrSignIn",
    type: "Call" as const,
    orchestrationSteps: [step(1, "ClaimsExchange", { claimsExchanges: [exchange] })],
  };
  const ports = memoryPorts();
  await ports.directory.create(
    {
      identities: [
        {
          signInType: "emailAddress",
          issuer: "contoso.onmicrosoft.com",
          issuerAssignedId: "ida@contoso.example",
        },
      ],
      attributes: {},
      password: "Passw0rd!",
    },
    "ida",
  );
  const browser = new JourneyBrowser({ ...policy, subJourneys: IdMap.of([subJourney]) }, ports);
  await browser.start();
  await browser.submit({ signInName: "ida@contoso.example", password: "Passw0rd!" });
  expect(browser.issued().claims).toMatchObject({ name: "Hello" });
});
