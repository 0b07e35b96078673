import { loadPolicies } from "@vestibule/policy";
import { expect, it } from "vitest";
import { JourneyBrowser } from "../testing/browser.ts";
import { memoryPorts } from "../testing/memory-ports.ts";
import { samplePolicy } from "../testing/sample-policy.ts";
import { isOneResolver, resolveClaimResolvers, resolverNames } from "./resolvers.ts";

const policy = samplePolicy();
const { state } = new JourneyBrowser(policy, memoryPorts(), {
  loginHint: "ida@contoso.example",
  parameters: { campaignId: "hawaii", constructor: "own" },
});
const scope = {
  policy,
  state,
  claims: { displayName: "Ida" },
  tenantDomain: "contoso.onmicrosoft.com",
  now: Date.UTC(2021, 9, 10, 12),
};

it.each([
  ["{Culture:LanguageName}", "en"],
  ["{CULTURE:rfc5646}", "en-US"],
  ["{Culture:LCID}", "1033"],
  ["{Culture:RegionName}", "US"],
  ["{Policy:PolicyId}", "B2C_1A_sample"],
  ["{Policy:RelyingPartyTenantId}", "contoso.onmicrosoft.com"],
  ["{Context:DateTimeInUtc}", "10/10/2021 12:00:00 PM"],
  ["{OIDC:LoginHint}", "ida@contoso.example"],
  ["{OAUTH-KV:campaignId}", "hawaii"],
  ["{Claim:displayName}", "Ida"],
  ["https://x/{Culture:LanguageName}/a", "https://x/en/a"],
  ["x{OAUTH-KV:none}y", "xy"],
  ["{unknown:thing}", "{unknown:thing}"],
  ["{constructor:name}", "{constructor:name}"],
  ["no resolver", "no resolver"],
])("%s is %s", (text, expected) => {
  expect(resolveClaimResolvers(text, scope)).toBe(expected);
});

it("is absent where the whole text is one resolver without a value", () => {
  expect(resolveClaimResolvers("{OAUTH-KV:none}", scope)).toBeUndefined();
  expect(resolveClaimResolvers("{OAUTH-KV:toString}", scope)).toBeUndefined();
  expect(resolveClaimResolvers("{Culture:constructor}", scope)).toBeUndefined();
});

it("knows a text that is exactly one resolver", () => {
  expect(isOneResolver("{Culture:LCID}")).toBe(true);
  expect(isOneResolver("{Culture:Nothing}")).toBe(false);
  expect(isOneResolver("a{Culture:LCID}")).toBe(false);
});

it("has no value for what only a SAML request carries", () => {
  expect(resolveClaimResolvers("{SAML:Issuer}", scope)).toBeUndefined();
  expect(resolveClaimResolvers("from {saml:Issuer}", scope)).toBe("from ");
});

it("are all known to the loading of a policy, and no others", () => {
  const remarks = (texts: readonly string[]) => {
    const outputs = texts
      .map(
        (text) =>
          `<OutputClaim ClaimTypeReferenceId="a" DefaultValue="${text}" AlwaysUseDefaultValue="true" />`,
      )
      .join("");
    const policy = `<TrustFrameworkPolicy xmlns="http://schemas.microsoft.com/online/cpim/schemas/2013/06"
        PolicySchemaVersion="0.3.0.0" TenantId="contoso.onmicrosoft.com" PolicyId="B2C_1A_x" PublicPolicyUri="http://x">
      <BuildingBlocks><ClaimsSchema><ClaimType Id="a"><DataType>string</DataType></ClaimType></ClaimsSchema></BuildingBlocks>
      <RelyingParty><TechnicalProfile Id="PolicyProfile"><OutputClaims>${outputs}</OutputClaims></TechnicalProfile></RelyingParty>
    </TrustFrameworkPolicy>`;
    const { diagnostics } = loadPolicies([{ file: "x.xml", bytes: Buffer.from(policy) }]);
    return diagnostics.filter(({ code }) => code === "PL312").length;
  };
  const known = Object.entries(resolverNames()).flatMap(([prefix, names]) =>
    names.map((name) => `{${prefix}:${name}}`),
  );
  expect(remarks([...known, "{oauth-kv:any}", "{CLAIM:a}", "{policy}", "{0}"])).toBe(0);
  const unknown = ["{Culture:Nope}", "{Nope:Language}", "{SAML:Issuer}", "{oauth2:access_token}"];
  expect(remarks(unknown)).toBe(unknown.length);
});
