import type { TechnicalProfile } from "@vestibule/policy";
import { expect, it } from "vitest";
import { compile } from "../program/compile.ts";
import { JourneyBrowser } from "../testing/browser.ts";
import { memoryPorts } from "../testing/memory-ports.ts";
import { handler, samplePolicy, step, technicalProfile } from "../testing/sample-policy.ts";

const insights = (rest: Partial<TechnicalProfile> = {}) =>
  technicalProfile("Insights", handler("Providers.Insights.AzureApplicationInsightsProvider"), {
    metadata: { InstrumentationKey: "11111111-2222-4333-8444-555555555555" },
    inputClaims: [
      { claimTypeReferenceId: "note", partnerClaimType: "eventName", defaultValue: "SignIn" },
      { claimTypeReferenceId: "address", partnerClaimType: "{property:Address}" },
      { claimTypeReferenceId: "journey", partnerClaimType: "{property:Journey}" },
      {
        claimTypeReferenceId: "application",
        partnerClaimType: "{property:Application}",
        defaultValue: "{OIDC:ClientId}",
      },
      { claimTypeReferenceId: "typed", partnerClaimType: "{property:Typed}", defaultValue: "never shown" },
    ],
    ...rest,
  });

function policyWith(event: TechnicalProfile) {
  return samplePolicy((parts) => {
    for (const id of ["note", "address", "journey", "application"])
      parts.claimTypes.push({ id, dataType: "string" });
    parts.claimTypes.push({ id: "typed", dataType: "string", userInputType: "Password" });
    parts.technicalProfiles.push(
      technicalProfile("Context", handler("Providers.UserJourneyContextProvider"), {
        outputClaims: [
          { claimTypeReferenceId: "address", partnerClaimType: "IP-Address" },
          { claimTypeReferenceId: "journey", partnerClaimType: "CorrelationId" },
          { claimTypeReferenceId: "displayName", partnerClaimType: "Something", defaultValue: "default" },
          { claimTypeReferenceId: "objectId", partnerClaimType: "else", defaultValue: "somebody" },
        ],
      }),
      event,
    );
    const exchange = (id: string) => ({ claimsExchanges: [{ id, technicalProfileReferenceId: id }] });
    parts.steps = [
      step(1, "ClaimsExchange", exchange("Context")),
      step(2, "ClaimsExchange", exchange("Insights")),
      step(3, "SendClaims", { cpimIssuerTechnicalProfileReferenceId: "JwtIssuer" }),
    ];
  });
}

it("a journey knows the address and the correlation id that it runs under, and sends them as an event", async () => {
  const ports = memoryPorts();
  const browser = new JourneyBrowser(policyWith(insights()), ports);
  await browser.start();
  expect(browser.issued().subject).toBe("somebody");
  expect(browser.state.bag).toMatchObject({
    address: "203.0.113.7",
    journey: browser.state.id,
    displayName: "default",
  });
  const properties = {
    Address: "203.0.113.7",
    Journey: browser.state.id,
    Application: "bbbbbbbb-0000-4000-8000-000000000001",
    Typed: "••••••",
  };
  expect(ports.telemetryEvents).toEqual([
    {
      name: "SignIn",
      properties,
      at: ports.time,
      tenantId: browser.state.tenantId,
      policyId: "B2C_1A_sample",
      correlationId: browser.state.id,
    },
  ]);
  expect(browser.trace).toContainEqual(expect.objectContaining({ detail: { properties } }));
  expect(JSON.stringify(browser.trace)).not.toContain("never shown");
});

it("an event that is switched off is traced and not sent", async () => {
  const ports = memoryPorts();
  const key = "InstrumentationKey=11111111-2222-4333-8444-555555555555;EndpointSuffix=x";
  const profile = insights({ metadata: { InstrumentationKey: key, DisableTelemetry: "TRUE" } });
  const browser = new JourneyBrowser(policyWith(profile), ports);
  await browser.start();
  browser.issued();
  expect(ports.telemetryEvents).toEqual([]);
  expect(browser.trace.map(({ text }) => text)).toContain(
    "Insights: event 'SignIn', not sent: DisableTelemetry",
  );
});

it.each([
  ["no key", { metadata: {} }, "AADB2C90124"],
  ["a key that is none", { metadata: { InstrumentationKey: "abc" } }, "AADB2C90125"],
  ["no event name", { inputClaims: [] }, "AADB2C90126"],
  [
    "an event name without a default",
    { inputClaims: [{ claimTypeReferenceId: "note", partnerClaimType: "eventName" }] },
    "AADB2C90126",
  ],
  [
    "a property without the form of one",
    {
      inputClaims: [
        { claimTypeReferenceId: "note", partnerClaimType: "eventName", defaultValue: "x" },
        { claimTypeReferenceId: "address" },
      ],
    },
    "AADB2C90127",
  ],
])("an event with %s is refused when the policy is loaded", (_, change, code) => {
  expect(compile(policyWith(insights(change))).diagnostics).toMatchObject([{ code, severity: "error" }]);
});
