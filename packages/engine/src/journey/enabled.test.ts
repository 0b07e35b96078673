import { describe, expect, it } from "vitest";
import type { ClaimValue } from "../claims/value.ts";
import { JourneyBrowser } from "../testing/browser.ts";
import { memoryPorts } from "../testing/memory-ports.ts";
import { handler, samplePolicy, step, technicalProfile } from "../testing/sample-policy.ts";

/** Two providers at a page of buttons; the second one's button depends on the claim `hints`. */
function twoProviders(
  enabledForUserJourneys: string,
  wanted: string | undefined,
  hints: ClaimValue | undefined,
) {
  return samplePolicy((parts) => {
    const social = parts.technicalProfiles.find(({ id }) => id === "Social-OIDC");
    if (!social) throw new Error("the sample has no provider");
    parts.claimTypes.push({ id: "hints", dataType: "stringCollection" });
    parts.technicalProfiles.push(
      {
        ...social,
        id: "Other-OIDC",
        enabledForUserJourneys,
        metadata: {
          ...social.metadata,
          ClaimTypeOnWhichToEnable: "Hints",
          ...(wanted !== undefined && { ClaimValueOnWhichToEnable: wanted }),
        },
      },
      technicalProfile("SetHints", handler("Providers.ClaimsTransformationProtocolProvider"), {
        outputClaimsTransformations: Array.isArray(hints) ? hints.map((_, index) => `Add${index}`) : [],
      }),
    );
    if (Array.isArray(hints))
      parts.claimsTransformations.push(
        ...hints.map((item, index) => ({
          id: `Add${index}`,
          transformationMethod: "AddParameterToStringCollection",
          inputClaims: [{ claimTypeReferenceId: "hints", transformationClaimType: "collection" }],
          inputParameters: [{ id: "item", dataType: "string", value: String(item) }],
          outputClaims: [{ claimTypeReferenceId: "hints", transformationClaimType: "collection" }],
        })),
      );
    const choose = (targetClaimsExchangeId: string) => ({ targetClaimsExchangeId });
    parts.steps.splice(
      0,
      2,
      step(0, "ClaimsExchange", {
        claimsExchanges: [{ id: "SetHints", technicalProfileReferenceId: "SetHints" }],
      }),
      step(1, "ClaimsProviderSelection", {
        contentDefinitionReferenceId: "api.signuporsignin",
        claimsProviderSelections: [choose("SocialExchange"), choose("OtherExchange")],
      }),
      step(2, "ClaimsExchange", {
        claimsExchanges: [
          { id: "SocialExchange", technicalProfileReferenceId: "Social-OIDC" },
          { id: "OtherExchange", technicalProfileReferenceId: "Other-OIDC" },
        ],
      }),
    );
  });
}

async function open(enabled: string, wanted: string | undefined, hints: ClaimValue | undefined) {
  const browser = new JourneyBrowser(twoProviders(enabled, wanted, hints), memoryPorts());
  await browser.start();
  return browser;
}

describe("a provider that a claim switches on", () => {
  it.each<[string, string | undefined, readonly string[] | undefined, boolean]>([
    ["OnClaimsExistence", undefined, ["a"], true],
    ["OnClaimsExistence", undefined, undefined, false],
    ["OnClaimsExistence", "A", ["a"], true],
    ["OnClaimsExistence", "b", ["a"], false],
    ["OnItemExistenceInStringCollectionClaim", "GOOGLE", ["x", "google"], true],
    ["OnItemExistenceInStringCollectionClaim", "google", ["x"], false],
    ["OnItemExistenceInStringCollectionClaim", "google", undefined, false],
    ["OnItemAbsenceInStringCollectionClaim", "google", ["x"], true],
    ["OnItemAbsenceInStringCollectionClaim", "google", undefined, true],
    ["OnItemAbsenceInStringCollectionClaim", "google", ["Google"], false],
    ["Always", undefined, undefined, true],
    ["Never", undefined, undefined, false],
  ])("%s %s of %j: %s", async (enabled, wanted, hints, offered) => {
    const browser = await open(enabled, wanted, hints);
    // A single provider that is left is gone to without asking.
    expect(browser.outcome.kind).toBe(offered ? "page" : "redirect");
    if (offered)
      expect(browser.page().providers.map(({ id }) => id)).toEqual(["SocialExchange", "OtherExchange"]);
  });

  it("cannot be chosen by hand while it is off", async () => {
    const browser = await open("OnItemAbsenceInStringCollectionClaim", "google", ["x"]);
    const hidden = await open("OnItemAbsenceInStringCollectionClaim", "google", ["google"]);
    expect(await browser.send({ kind: "exchangeChosen", exchangeId: "OtherExchange" })).toMatchObject({
      kind: "redirect",
    });
    expect(await hidden.send({ kind: "exchangeChosen", exchangeId: "OtherExchange" })).toMatchObject({
      kind: "errorPage",
      code: "AADB2C90304",
    });
  });
});
