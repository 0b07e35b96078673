import type { Policy } from "@vestibule/policy";
import { beforeEach, describe, expect, it } from "vitest";
import { JourneyBrowser } from "../testing/browser.ts";
import { type MemoryPorts, memoryPorts } from "../testing/memory-ports.ts";
import {
  handler,
  type SampleParts,
  samplePolicy,
  selfAsserted,
  step,
  technicalProfile,
} from "../testing/sample-policy.ts";

const ida = "ida@contoso.example";
const sol = "sol@contoso.example";
const password = "Passw0rd!";

let ports: MemoryPorts;
beforeEach(async () => {
  ports = memoryPorts();
  for (const address of [ida, sol]) {
    const identity = {
      signInType: "emailAddress",
      issuer: "contoso.onmicrosoft.com",
      issuerAssignedId: address,
    };
    await ports.directory.create({ identities: [identity], attributes: {}, password }, address);
  }
});

/** A second page whose answer the session keeps, as it keeps a second factor. */
const withFactor = () =>
  samplePolicy(({ technicalProfiles, steps }) => {
    technicalProfiles.push(
      technicalProfile("Factor", selfAsserted, {
        metadata: { ContentDefinitionReferenceId: "api.selfasserted" },
        outputClaims: [{ claimTypeReferenceId: "displayName", required: true }],
        useTechnicalProfileForSessionManagement: "SM-Factor",
      }),
      technicalProfile("SM-Factor", handler("SSO.DefaultSSOSessionProvider"), {
        persistedClaims: [{ claimTypeReferenceId: "displayName" }],
      }),
    );
    const exchange = { id: "Factor", technicalProfileReferenceId: "Factor" };
    steps.splice(4, 1, step(5, "ClaimsExchange", { claimsExchanges: [exchange] }), {
      ...steps[4],
      ...step(6, "SendClaims", { cpimIssuerTechnicalProfileReferenceId: "JwtIssuer" }),
    });
  });

async function federate(browser: JourneyBrowser, subject: string) {
  ports.federationClaims = { iss: "https://idp.example", sub: subject, name: subject };
  await browser.send({ kind: "exchangeChosen", exchangeId: "SocialExchange" });
  await browser.providerReturns();
}

/** A journey in a browser where the person of `earlier` is signed in, at the page that asks who this is. */
async function asked(policy: Policy, earlier: JourneyBrowser): Promise<JourneyBrowser> {
  const browser = new JourneyBrowser(policy, ports, { prompt: "select_account" });
  await browser.start(earlier.issued().session?.session);
  expect(browser.page().fields.map(({ id }) => id)).toEqual(["signInName", "password"]);
  return browser;
}

describe("the session of somebody else", () => {
  it("stands in for nobody's second factor but its own person's", async () => {
    const policy = withFactor();
    const first = new JourneyBrowser(policy, ports);
    await first.start();
    await first.submit({ signInName: ida, password });
    await first.submit({ displayName: "Ida" });

    const stranger = await asked(policy, first);
    await stranger.submit({ signInName: sol, password });
    expect(stranger.page().fields.map(({ id }) => id)).toEqual(["displayName"]);

    const same = await asked(policy, first);
    await same.submit({ signInName: ida, password });
    expect(same.issued().subject).toBe(first.issued().subject);
  });

  it("gives no account to a person whom a provider sends for the first time", async () => {
    const first = new JourneyBrowser(samplePolicy(), ports);
    await first.start();
    await federate(first, "41");
    await first.submit({ displayName: "Forty-one" });

    const stranger = await asked(samplePolicy(), first);
    await federate(stranger, "42");
    expect(stranger.page().fields.map(({ id }) => id)).toEqual(["displayName"]);
    await stranger.submit({ displayName: "Forty-two" });
    expect(stranger.issued().subject).not.toBe(first.issued().subject);
    expect(JSON.stringify(stranger.issued().session)).not.toContain(first.issued().subject);
  });

  it("does not answer for the page of a person who signs up", async () => {
    const first = new JourneyBrowser(samplePolicy(), ports);
    await first.start();
    await first.submit({ signInName: ida, password });
    const stranger = await asked(samplePolicy(), first);
    await stranger.send({ kind: "signUpChosen" });
    expect(stranger.page().fields.map(({ id }) => id)).toContain("newPassword");
  });
});

describe("a session in a journey that asks who somebody is on a page of its own", () => {
  /** A name, the factor, and only then the account of the name. */
  const byName = (change: (parts: SampleParts) => void = () => {}) =>
    samplePolicy((parts) => {
      parts.technicalProfiles.push(
        technicalProfile("Name", selfAsserted, {
          metadata: { ContentDefinitionReferenceId: "api.selfasserted" },
          outputClaims: [{ claimTypeReferenceId: "signInName", required: true }],
        }),
        technicalProfile("Factor", selfAsserted, {
          metadata: { ContentDefinitionReferenceId: "api.selfasserted" },
          outputClaims: [{ claimTypeReferenceId: "displayName", required: true }],
          useTechnicalProfileForSessionManagement: "SM-Factor",
        }),
        technicalProfile("SM-Factor", handler("SSO.DefaultSSOSessionProvider"), {
          persistedClaims: [{ claimTypeReferenceId: "displayName" }],
        }),
        technicalProfile("Account", handler("Providers.ClaimsTransformationProtocolProvider"), {
          inputClaims: [{ claimTypeReferenceId: "signInName" }],
          outputClaimsTransformations: ["AccountOfName"],
          outputClaims: [{ claimTypeReferenceId: "objectId" }],
        }),
      );
      parts.claimsTransformations.push({
        id: "AccountOfName",
        transformationMethod: "FormatStringClaim",
        inputClaims: [{ claimTypeReferenceId: "signInName", transformationClaimType: "inputClaim" }],
        inputParameters: [{ id: "stringFormat", dataType: "string", value: "account of {0}" }],
        outputClaims: [{ claimTypeReferenceId: "objectId", transformationClaimType: "outputClaim" }],
      });
      const exchange = (order: number, id: string) =>
        step(order, "ClaimsExchange", { claimsExchanges: [{ id, technicalProfileReferenceId: id }] });
      parts.steps.splice(
        0,
        parts.steps.length,
        exchange(1, "Name"),
        exchange(2, "Factor"),
        exchange(3, "Account"),
        step(4, "SendClaims", { cpimIssuerTechnicalProfileReferenceId: "JwtIssuer" }),
      );
      change(parts);
    });

  it("does not stand in for the factor of the person who was named", async () => {
    const first = new JourneyBrowser(byName(), ports);
    await first.start();
    await first.submit({ signInName: ida });
    await first.submit({ displayName: "Ida" });

    const other = new JourneyBrowser(byName(), ports);
    await other.start(first.issued().session?.session);
    await other.submit({ signInName: sol });
    expect(other.page().fields.map(({ id }) => id)).toEqual(["displayName"]);
  });

  it("leaves nothing of a nameless session in the session of the person who was named", async () => {
    const first = new JourneyBrowser(byName(), ports);
    await first.start();
    await first.submit({ signInName: ida });
    await first.submit({ displayName: "Ida" });
    const { subject: _, ...nameless } = first.issued().session?.session ?? never();

    const other = new JourneyBrowser(
      byName(({ steps }) => steps.splice(1, 1)),
      ports,
    );
    await other.start(nameless);
    await other.submit({ signInName: sol });
    expect(other.issued().session?.session?.providers).toEqual({});
  });
});

function never(): never {
  throw new Error("no session was kept");
}

describe("a language tag that a browser wrote", () => {
  it.each(["valueOf", "toString"])("is no name of an inherited member: %s", async (tag) => {
    const browser = new JourneyBrowser(samplePolicy(), ports);
    browser.state = { ...browser.state, culture: { tag, language: "en" } };
    await browser.start();
    expect(browser.page().fields).toHaveLength(2);
  });
});
