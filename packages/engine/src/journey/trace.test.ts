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

it("a word of the trace itself that is typed as a password changes nothing but texts", async () => {
  const browser = new JourneyBrowser(samplePolicy(), memoryPorts());
  await browser.start();
  await browser.submit({ signInName: "a@contoso.example", password: "profile" });
  const [run] = browser.trace.filter(({ text }) => text.startsWith("login-NonInteractive"));
  expect(run).toMatchObject({ kind: "profile", technicalProfile: "login-NonInteractive" });
});

it("no trace holds a password that an API sends back in a claim of its own", async () => {
  const password = 'correct horse "battery" staple';
  const echoing = samplePolicy((parts) => {
    parts.technicalProfiles.push(
      technicalProfile("Echo", handler("Providers.RestfulProvider"), {
        metadata: {
          ServiceUrl: "https://api.example/echo",
          AuthenticationType: "None",
          SendClaimsIn: "Body",
        },
        inputClaims: [{ claimTypeReferenceId: "password" }],
        outputClaims: [{ claimTypeReferenceId: "displayName" }],
      }),
    );
    parts.technicalProfiles = parts.technicalProfiles.map((profile) =>
      profile.id === "SelfAsserted-LocalAccountSignin-Email"
        ? { ...profile, validationTechnicalProfiles: [{ referenceId: "Echo", preconditions: [] }] }
        : profile,
    );
  });
  const ports = memoryPorts();
  ports.answer = ({ body }) => ({
    kind: "answer",
    status: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ displayName: `You typed ${JSON.parse(body ?? "{}").password}` }),
    attempts: [],
  });
  const browser = new JourneyBrowser({ ...echoing, deploymentMode: "Development" }, ports);
  await browser.start();
  await browser.submit({ signInName: "a@contoso.example", password });
  expect(ports.httpCalls[0]?.body).toContain("battery");
  const shown = JSON.stringify(browser.trace);
  expect(shown).toContain("You typed ••••••");
  expect(shown).not.toContain("battery");
});
