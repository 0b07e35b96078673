import { expect, it } from "vitest";
import { JourneyBrowser } from "../testing/browser.ts";
import { memoryPorts } from "../testing/memory-ports.ts";
import { samplePolicy } from "../testing/sample-policy.ts";
import { isOneResolver, resolveClaimResolvers } from "./resolvers.ts";

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
