import { samplePolicy } from "@vestibule/engine/testing";
import { IdMap } from "@vestibule/policy";
import { expect, it } from "vitest";
import { placesOf } from "./places.ts";

it("a profile is found behind forms, in display controls and in the first of its steps, in any spelling", () => {
  const called = { referenceId: "rest-send", preconditions: [] };
  const policy = samplePolicy((parts) => {
    parts.displayControls.push({
      id: "emailControl",
      userInterfaceControlType: "VerificationControl",
      inputClaims: [],
      displayClaims: [],
      outputClaims: [],
      actions: [
        { id: "SendCode", technicalProfiles: [called] },
        { id: "VerifyCode", technicalProfiles: [] },
      ],
    });
    parts.technicalProfiles = parts.technicalProfiles.map((profile) =>
      profile.id === "LocalAccountSignUp"
        ? {
            ...profile,
            displayClaims: [{ kind: "control", displayControlReferenceId: "EMAILCONTROL" }],
            validationTechnicalProfiles: [
              { ...called, continueOnError: true },
              ...profile.validationTechnicalProfiles,
            ],
          }
        : profile,
    );
    for (const order of [4, 5]) {
      const step = parts.steps[order - 1];
      if (step) {
        const claimsExchanges = [{ id: "Send", technicalProfileReferenceId: "REST-send" }];
        parts.steps[order - 1] = { ...step, claimsExchanges };
      }
    }
  });
  const steps = new IdMap([["SignUpOrSignIn", policy.userJourneys.values()[0]?.orchestrationSteps ?? []]]);
  expect(placesOf({ policy, steps }, "REST-Send")).toMatchObject([
    { name: "LocalAccountSignUp", order: 2, reference: { continueOnError: true } },
    { name: "emailControl SendCode", order: 2, form: { id: "LocalAccountSignUp" } },
    { name: "step 4", order: 4 },
  ]);
  expect(placesOf({ policy, steps }, "REST-Other")).toEqual([]);
});
