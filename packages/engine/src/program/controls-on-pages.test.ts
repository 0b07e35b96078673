import { expect, it } from "vitest";
import { controlPolicy, emailControl } from "../journey/controls.fixture.ts";
import { compile } from "./compile.ts";

const diagnose = (...parameters: Parameters<typeof controlPolicy>) =>
  compile(controlPolicy(...parameters)).diagnostics.map(({ code, severity, message }) => [
    code,
    severity,
    message,
  ]);

it("says nothing of a control that can be completed", () => {
  expect(diagnose()).toEqual([]);
});

it("warns of a proof on a combined page, which draws no control", () => {
  expect(
    diagnose(({ technicalProfiles }) => {
      const index = technicalProfiles.findIndex(({ id }) => id === "Prove");
      const profile = technicalProfiles[index];
      if (!profile) throw new Error("no profile");
      const metadata = { ContentDefinitionReferenceId: "api.signuporsignin" };
      technicalProfiles[index] = { ...profile, metadata };
    }),
  ).toEqual([["VB118", "warning", expect.stringContaining("nobody can pass")]]);
});

it("warns of a display claim that is not drawn", () => {
  expect(
    diagnose(({ claimTypes }) => {
      const index = claimTypes.findIndex(({ id }) => id === "code");
      claimTypes[index] = { id: "code", dataType: "string" };
    }),
  ).toEqual([["VB118", "warning", expect.stringContaining("'code' without a UserInputType")]]);
});

it.each([
  ["control", { displayControls: [] }, "display control 'emailVerificationControl'"],
  [
    "claim type",
    { displayControls: [{ ...emailControl, outputClaims: [{ claimTypeReferenceId: "nothing" }] }] },
    "claim type 'nothing'",
  ],
  [
    "technical profile",
    {
      displayControls: [
        {
          ...emailControl,
          actions: [{ id: "SendCode", technicalProfiles: [{ referenceId: "Nobody", preconditions: [] }] }],
        },
      ],
    },
    "technical profile 'Nobody'",
  ],
])("refuses a %s that does not exist", (_, parts, words) => {
  const found = diagnose((sample) => {
    sample.displayControls.splice(0, sample.displayControls.length, ...parts.displayControls);
  });
  expect(found).toContainEqual(["VB102", "error", expect.stringContaining(words)]);
});
