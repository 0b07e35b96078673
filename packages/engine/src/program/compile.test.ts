import { expect, it } from "vitest";
import { samplePolicy, technicalProfile } from "../testing/sample-policy.ts";
import { compile } from "./compile.ts";

const codes = (change: Parameters<typeof samplePolicy>[0]) =>
  compile(samplePolicy(change)).diagnostics.map(({ code, message, hint }) => ({ code, message, hint }));

it("gives a program and the same version for the same policy", () => {
  const [first, second] = [compile(samplePolicy()), compile(samplePolicy())];
  expect(first.diagnostics).toEqual([]);
  expect(first.program?.version).toBe(second.program?.version);
  expect(
    compile(samplePolicy(({ behaviors }) => Object.assign(behaviors, { sessionExpiryInSeconds: 900 })))
      .program?.version,
  ).not.toBe(first.program?.version);
});

it("names a reference that nothing answers to, with the nearest name", () => {
  const found = codes((parts) => {
    const [signIn] = parts.technicalProfiles;
    if (signIn)
      parts.technicalProfiles[0] = {
        ...signIn,
        validationTechnicalProfiles: [{ referenceId: "login-NonInteractve", preconditions: [] }],
      };
  });
  expect(found).toEqual([
    {
      code: "VB102",
      message: expect.stringContaining("'login-NonInteractve'"),
      hint: "Nearest: 'login-NonInteractive'.",
    },
  ]);
});

it("refuses a handler that is not supported instead of ignoring it", () => {
  const found = codes((parts) =>
    parts.technicalProfiles.push(
      technicalProfile("Phone", {
        name: "Proprietary",
        handler: "Web.TPEngine.Providers.PhoneFactorProtocolProvider, Web.TPEngine",
      }),
    ),
  );
  expect(found).toMatchObject([{ code: "VB101", message: expect.stringContaining("not supported yet") }]);
});

it("refuses a directory profile without an operation", () => {
  const found = codes((parts) => {
    parts.technicalProfiles = parts.technicalProfiles.map((profile) =>
      profile.id === "AAD-UserWriteUsingLogonEmail" ? { ...profile, metadata: {} } : profile,
    );
  });
  expect(found).toMatchObject([{ code: "AADB2C90032" }]);
});
