import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadPolicies } from "@vestibule/policy";
import { expect, it } from "vitest";
import { metadataItems } from "./metadata-items.ts";

const root = join(import.meta.dirname, "..");
const sources = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !/\.(test|fixture)\.ts$|testing|metadata-items/.test(file))
  .map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));
/** Settings of pages are read where pages are drawn. */
const pages = ["../../server/src/pages", "../../server/assets/page"].flatMap((folder) =>
  readdirSync(join(root, folder), { encoding: "utf8" })
    .filter((file) => /\.(tsx?|js)$/.test(file) && !/\.(test|fixture)\./.test(file))
    .map((file) => readFileSync(join(root, folder, file), "utf8")),
);
const all = [...sources.map(({ text }) => text), ...pages].join("\n");
const listed = Object.values(metadataItems).flat();

it("lists no item that nothing reads, unless it says that it has no effect", () => {
  const unread = listed.filter(({ key, inert }) => {
    const literal = new RegExp(`["\`]${key.replaceAll(".", "\\.")}["\`]`);
    // An item with a prefix is read as what follows it.
    const setting = key.replace(/^setting\./, "");
    const read = literal.test(all) || all.includes(`${setting}:`) || all.includes(`.${setting}`);
    return !inert && !read && !key.startsWith("claimType.");
  });
  expect(unread.map(({ key }) => key)).toEqual([]);
});

it("lists every item that a technical profile's metadata is asked for", () => {
  const known = new Set(listed.filter(({ inert }) => !inert).map(({ key }) => key.toLowerCase()));
  const asked = sources
    .filter(({ file }) => /^(profiles|program|journey)\b/.test(file))
    .flatMap(({ file, text }) =>
      [...text.matchAll(/(?:metadataItem|booleanItem)\(\s*[\w.{}?[\] ]*metadata[^,]*,\s*"([^"]+)"/g)].map(
        ([, key = ""]) => ({ file, key }),
      ),
    );
  expect(asked.length).toBeGreaterThan(30);
  // Ours are listed with the connectors' own items.
  const missing = asked.filter(({ key }) => !key.startsWith("vestibule.") && !known.has(key.toLowerCase()));
  expect(missing).toEqual([]);
});

it("says of every item what it does, in a sentence, once a kind", () => {
  for (const [kind, items] of Object.entries(metadataItems)) {
    const keys = items.map(({ key }) => key.toLowerCase());
    expect(new Set(keys).size, kind).toBe(keys.length);
    for (const { key, describe } of items) expect(describe, key).toMatch(/^\S.*\.$/);
  }
});

const handler = (name: string) => `<Protocol Name="Proprietary" Handler="Web.TPEngine.Providers.${name}" />`;
/** Each kind of the reference, as a policy declares it. */
const declared: Readonly<Record<string, string>> = {
  "Self-asserted": handler("SelfAssertedAttributeProvider"),
  Directory: handler("AzureActiveDirectoryProvider"),
  "Local sign-in (login-NonInteractive)": '<Protocol Name="OpenIdConnect" />',
  RESTful: handler("RestfulProvider"),
  "One-time password": handler("OneTimePasswordProtocolProvider"),
  "Azure AD SSPR": handler("AadSsprProtocolProvider"),
  "Phone factor": handler("PhoneFactorProtocolProvider"),
  id_token_hint: '<Protocol Name="None" />',
  "OpenID Connect provider": '<Protocol Name="OpenIdConnect" />',
  "OAuth 2.0 provider": '<Protocol Name="OAuth2" />',
  "JWT issuer": '<Protocol Name="None" /><OutputTokenFormat>JWT</OutputTokenFormat>',
  "UserInfo issuer and token": '<Protocol Name="None" />',
  "Session management": '<Protocol Name="Proprietary" Handler="Web.TPEngine.SSO.SamlSSOSessionProvider" />',
  "Claims transformation": handler("ClaimsTransformationProtocolProvider"),
  "Azure MFA": handler("AzureMfaProtocolProvider"),
  "Application Insights": handler("Insights.AzureApplicationInsightsProvider"),
};

/** What the loading of a policy says of the keys in `items`, in a profile of each kind. */
function remarks(items: (kind: string) => readonly string[]): readonly string[] {
  const kinds = Object.keys(declared);
  const profiles = kinds.map(
    (kind, index) =>
      `<TechnicalProfile Id="P${index}">${declared[kind]}<Metadata>${items(kind)
        .map((key) => `<Item Key="${key.replaceAll("<", "&lt;")}">1</Item>`)
        .join("")}</Metadata></TechnicalProfile>`,
  );
  const issuer = kinds.indexOf("JWT issuer");
  const steps = kinds.map((kind, index) =>
    index === issuer
      ? ""
      : `<OrchestrationStep Order="${index + 1}" Type="ClaimsExchange"><ClaimsExchanges><ClaimsExchange Id="${kind}" TechnicalProfileReferenceId="P${index}" /></ClaimsExchanges></OrchestrationStep>`,
  );
  const text = `<TrustFrameworkPolicy xmlns="http://schemas.microsoft.com/online/cpim/schemas/2013/06"
      PolicySchemaVersion="0.3.0.0" TenantId="contoso.onmicrosoft.com" PolicyId="B2C_1A_x" PublicPolicyUri="http://x">
    <ClaimsProviders><ClaimsProvider><TechnicalProfiles>${profiles.join("")}</TechnicalProfiles></ClaimsProvider></ClaimsProviders>
    <UserJourneys><UserJourney Id="J"><OrchestrationSteps>${steps.join("")}
      <OrchestrationStep Order="${kinds.length + 1}" Type="SendClaims" CpimIssuerTechnicalProfileReferenceId="P${issuer}" />
    </OrchestrationSteps></UserJourney></UserJourneys>
    <RelyingParty><DefaultUserJourney ReferenceId="J" /><TechnicalProfile Id="PolicyProfile">
      <Protocol Name="OpenIdConnect" /></TechnicalProfile></RelyingParty>
  </TrustFrameworkPolicy>`;
  const { diagnostics } = loadPolicies([{ file: "x.xml", bytes: Buffer.from(text) }]);
  return diagnostics
    .filter(({ code, message }) => code === "PL319" && message.includes("metadata item"))
    .map(({ message }) => message);
}

it("lists no item that the loading of a policy calls unknown", () => {
  const known = (kind: string) => [
    ...(metadataItems[kind] ?? []).map(({ key }) => key),
    ...(metadataItems[""] ?? []).map(({ key }) => key),
  ];
  expect(Object.keys(metadataItems).filter((kind) => kind !== "" && !declared[kind])).toEqual([]);
  expect(remarks(known)).toEqual([]);
  // A password grant is told from a provider by this item alone.
  const stranger = (kind: string) => [...(kind.startsWith("Local") ? ["grant_type"] : []), "NobodyKnowsThis"];
  expect(remarks(stranger)).toHaveLength(Object.keys(declared).length);
});
