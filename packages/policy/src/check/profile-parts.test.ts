import { expect, it } from "vitest";
import { load, policyText, provider, relyingParty } from "../testing/policy-text.fixture.ts";

const handlers = "Web.TPEngine.Providers";

/** What is said of resolvers in an input claim's default, in a profile that includes one of this handler. */
function remarks(handler: string, defaultValue: string): number {
  const profiles = `
    <TechnicalProfile Id="Common"><Protocol Name="Proprietary" Handler="${handlers}.${handler}" /></TechnicalProfile>
    <TechnicalProfile Id="Own">
      <InputClaims><InputClaim ClaimTypeReferenceId="greeting" DefaultValue="${defaultValue}" /></InputClaims>
      <IncludeTechnicalProfile ReferenceId="Common" />
    </TechnicalProfile>`;
  const { diagnostics } = load({ "a.xml": policyText("A", provider(profiles) + relyingParty(), "Base") });
  return diagnostics.filter(({ code }) => code === "PL312").length;
}

it("misses flags of resolvers where they are needed, and only there", () => {
  const [address, sentence] = ["{Context:IPAddress}", "from {Context:IPAddress}"];
  expect(remarks("SelfAssertedAttributeProvider", address)).toBe(1);
  expect(remarks("RestfulProvider", address)).toBe(0);
  expect(remarks("RestfulProvider", sentence)).toBe(1);
  expect(remarks("Insights.AzureApplicationInsightsProvider", sentence)).toBe(0);
  expect(remarks("Insights.AzureApplicationInsightsProvider", "{Context:IPAdress}")).toBe(1);
});

it("finds resolvers that do not exist in addresses of templates and in their parameters", () => {
  const text = policyText(
    "A",
    `<BuildingBlocks><ContentDefinitions><ContentDefinition Id="api.selfasserted">
       <LoadUri>https://pages.example/{Culture:Langage}/page.html</LoadUri></ContentDefinition></ContentDefinitions></BuildingBlocks>` +
      relyingParty().replace(
        "<TechnicalProfile",
        `<UserJourneyBehaviors><ContentDefinitionParameters><Parameter Name="who">{OIDC:Client}</Parameter>
         <Parameter Name="campaign">{OAUTH-KV:campaign}</Parameter></ContentDefinitionParameters></UserJourneyBehaviors><TechnicalProfile`,
      ),
    "Base",
  );
  const { diagnostics } = load({ "a.xml": text });
  const found = diagnostics.filter(({ code }) => code === "PL312").map(({ message }) => message);
  expect(found).toEqual([
    expect.stringContaining("{Culture:Langage}"),
    expect.stringContaining("{OIDC:Client}"),
  ]);
});
