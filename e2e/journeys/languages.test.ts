import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writePolicy } from "@vestibule/policy";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { flow } from "../connectors/documents.ts";
import { tenantDomain } from "../connectors/person.ts";
import { aPage } from "../connectors/shown.ts";
import { startWorld, type World } from "../connectors/world.ts";

// A custom policy that adds languages, texts and an error page of its own to a base, served by the whole server.

let world: World;
const policy = "B2C_1A_languages";

const texts = `<?xml version="1.0" encoding="utf-8"?>
<TrustFrameworkPolicy xmlns="http://schemas.microsoft.com/online/cpim/schemas/2013/06" PolicySchemaVersion="0.3.0.0"
    TenantId="${tenantDomain}" PolicyId="${policy}" PublicPolicyUri="http://${tenantDomain}/${policy}">
  <BasePolicy><TenantId>${tenantDomain}</TenantId><PolicyId>B2C_1A_susi</PolicyId></BasePolicy>
  <BuildingBlocks>
    <ContentDefinitions>
      <ContentDefinition Id="api.error"><LoadUri>~/assets/fehler.html</LoadUri>
        <LocalizedResourcesReferences><LocalizedResourcesReference Language="de" LocalizedResourcesReferenceId="error.de"/></LocalizedResourcesReferences>
      </ContentDefinition>
      <ContentDefinition Id="api.signuporsignin">
        <Metadata><Item Key="language.divider_title">OTHERWISE</Item><Item Key="language.heading">never: localized</Item></Metadata>
        <LocalizedResourcesReferences MergeBehavior="Prepend">
          <LocalizedResourcesReference Language="de" LocalizedResourcesReferenceId="brand.de"/>
          <LocalizedResourcesReference Language="de" LocalizedResourcesReferenceId="signin.de"/>
          <LocalizedResourcesReference Language="eo" LocalizedResourcesReferenceId="signin.eo"/>
        </LocalizedResourcesReferences>
      </ContentDefinition>
      <ContentDefinition Id="api.localaccountsignup">
        <LocalizedResourcesReferences MergeBehavior="Prepend">
          <LocalizedResourcesReference Language="de" LocalizedResourcesReferenceId="signup.de"/>
        </LocalizedResourcesReferences>
      </ContentDefinition>
    </ContentDefinitions>
    <Localization Enabled="true">
      <SupportedLanguages DefaultLanguage="en" MergeBehavior="ReplaceAll">
        <SupportedLanguage>en</SupportedLanguage><SupportedLanguage>de</SupportedLanguage><SupportedLanguage>eo</SupportedLanguage>
      </SupportedLanguages>
      <LocalizedResources Id="brand.de"><LocalizedStrings>
        <LocalizedString ElementType="UxElement" StringId="heading">Willkommen bei Contoso</LocalizedString>
      </LocalizedStrings></LocalizedResources>
      <LocalizedResources Id="signin.de"><LocalizedStrings>
        <LocalizedString ElementType="UxElement" StringId="heading">nie: die erste Quelle gilt</LocalizedString>
        <LocalizedString ElementType="UxElement" StringId="button_signin">Anmelden</LocalizedString>
        <LocalizedString ElementType="UxElement" StringId="own_text">Eigener Text</LocalizedString>
        <LocalizedString ElementType="ClaimType" ElementId="email" StringId="DisplayName">E-Mail-Adresse</LocalizedString>
        <LocalizedString ElementType="ErrorMessage" StringId="UserMessageIfClaimsPrincipalDoesNotExist">Dieses Konto gibt es nicht.</LocalizedString>
      </LocalizedStrings></LocalizedResources>
      <LocalizedResources Id="signin.eo"><LocalizedStrings>
        <LocalizedString ElementType="UxElement" StringId="button_signin">Ensaluti</LocalizedString>
      </LocalizedStrings></LocalizedResources>
      <LocalizedResources Id="signup.de">
        <LocalizedCollections><LocalizedCollection ElementType="ClaimType" ElementId="country" TargetCollection="Restriction">
          <Item Text="Deutschland" Value="DE"/><Item Text="Österreich" Value="AT"/>
        </LocalizedCollection></LocalizedCollections>
        <LocalizedStrings>
          <LocalizedString ElementType="ErrorMessage" StringId="UserMessageIfMissingRequiredElement">Es fehlt: {0}</LocalizedString>
          <LocalizedString ElementType="UxElement" StringId="required_field_descriptive">{0} wird gebraucht</LocalizedString>
          <LocalizedString ElementType="ClaimType" ElementId="displayName" StringId="DisplayName">Anzeigename</LocalizedString>
        </LocalizedStrings>
      </LocalizedResources>
      <LocalizedResources Id="error.de"><LocalizedStrings>
        <LocalizedString ElementType="UxElement" StringId="heading">Das ging nicht</LocalizedString>
      </LocalizedStrings></LocalizedResources>
    </Localization>
  </BuildingBlocks>
  <RelyingParty><DefaultUserJourney ReferenceId="SignUpOrSignIn"/>
    <UserJourneyBehaviors><JourneyFraming Enabled="true" Sources="https://app.example"/></UserJourneyBehaviors><TechnicalProfile Id="PolicyProfile"><Protocol Name="OpenIdConnect"/>
    <OutputClaims><OutputClaim ClaimTypeReferenceId="objectId" PartnerClaimType="sub"/></OutputClaims><SubjectNamingInfo ClaimType="sub"/>
  </TechnicalProfile></RelyingParty>
</TrustFrameworkPolicy>`;

const attribute = (id: string, userInputType: string) => ({
  id,
  displayName: id,
  isOptional: false,
  requiresVerification: false,
  userInputType,
  userAttributeValues: userInputType === "dropdownSingleSelect" ? [{ name: "Nowhere", value: "XX" }] : [],
});

beforeAll(async () => {
  world = await startWorld(() => ({
    flows: {
      B2C_1_susi: flow("B2C_1_susi", {
        userAttributeAssignments: [
          { ...attribute("email", "emailBox"), displayName: "Email Address" },
          attribute("displayName", "textBox"),
          attribute("country", "dropdownSingleSelect"),
        ],
      }),
    },
  }));
  const ejected = world.server.context.tenants.find(tenantDomain)?.policies.get("b2c_1_susi");
  if (!ejected) throw new Error("the flow is not served");
  await mkdir(join(world.directory, "policies"));
  await mkdir(join(world.directory, "assets"), { recursive: true });
  await writeFile(
    join(world.directory, "assets", "fehler.html"),
    '<html><head><title>Unser Fehler</title></head><body><h2>Haus Contoso</h2><div id="api"></div></body></html>',
  );
  await writeFile(join(world.directory, "policies", "base.xml"), writePolicy(ejected.program.policy));
  await writeFile(join(world.directory, "policies", "languages.xml"), texts);
  const deadline = Date.now() + 20_000;
  const served = () => world.server.context.tenants.find(tenantDomain)?.policies.has(policy.toLowerCase());
  while (!served()) {
    if (Date.now() > deadline)
      throw new Error(JSON.stringify(world.server.context.tenants.diagnostics(), null, 1));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}, 60_000);
afterAll(() => world?.close());

const contentOf = (html: string) =>
  JSON.parse(/^var CONTENT = (.*);$/m.exec(html)?.[1] ?? "{}") as Record<string, string>;

describe("a policy in several languages", () => {
  it("takes each text from the first of its ordered resources that has it, then from the page's metadata", async () => {
    const page = aPage(await world.person().open(policy, { ui_locales: "de-AT en" }));
    expect(page.html).toMatch(/<html lang="de/);
    expect(contentOf(page.html)).toMatchObject({
      heading: "Willkommen bei Contoso",
      button_signin: "Anmelden",
      divider_title: "OTHERWISE",
      own_text: "Eigener Text",
    });
    expect(page.html).toContain("E-Mail-Adresse");
  });

  it("goes by the browser's languages, and a language without a text shows the built-in one", async () => {
    const person = world.person({ "accept-language": "fr, eo;q=0.8, de;q=0.5" });
    expect(contentOf(aPage(await person.open(policy)).html)).toMatchObject({
      heading: "never: localized",
      button_signin: "Ensaluti",
    });
    const french = aPage(await world.person().open(policy, { ui_locales: "fr" }));
    expect(contentOf(french.html).button_signin).toBe("Sign in");
  });

  it("words the server's answers in the language of the page", async () => {
    const person = world.person();
    const page = aPage(await person.open(policy, { ui_locales: "de" }));
    const answer = await person.post(page, { email: "nobody@people.example", password: "Wr0ng!password" });
    expect(answer.text).toContain("Dieses Konto gibt es nicht.");
  });

  it("offers the localized items of a list, and takes those and no others", async () => {
    const person = world.person();
    const page = await person.openSignUp(policy, { ui_locales: "de" });
    expect(page.html).toContain("Österreich");
    expect(page.html).not.toContain("Nowhere");
    const fields = {
      email: "a@people.example",
      newPassword: "Str0ng!enough",
      reenterPassword: "Str0ng!enough",
    };
    const missing = await person.post(page, { ...fields, country: "AT", displayName: "" });
    expect(missing.text).toContain("Es fehlt: Anzeigename");
    const foreign = await person.post(page, { ...fields, country: "XX", displayName: "Ada" });
    expect(foreign.text).toContain("invalid input");
    const listed = await person.post(page, { ...fields, country: "AT", displayName: "Ada" });
    expect(listed.text).not.toContain("invalid input");
  });

  it("lets the application that it names show its pages in a frame", async () => {
    const { headers } = await world.person().fetch(world.person().authorizeAddress(policy));
    expect(headers.get("content-security-policy")).toContain("frame-ancestors https://app.example");
    expect(headers.get("x-frame-options")).toBe("ALLOW-FROM https://app.example");
  });

  it("shows errors in its own page and language, inside a journey and outside of one", async () => {
    const person = world.person({ "accept-language": "de" });
    const page = aPage(await person.open(policy));
    const stray = await (
      await person.fetch(
        `${page.base}/api/CombinedSigninAndSignup/confirmed?tx=StateProperties=eyJUSUQiOiIxIn0`,
      )
    ).text();
    const wrong = await (
      await world
        .person({ "accept-language": "de" })
        .fetch(`/${tenantDomain}/${policy}/oauth2/v2.0/authorize?client_id=nobody`)
    ).text();
    for (const html of [stray, wrong]) {
      expect(html).toContain("Haus Contoso");
      expect(html).toContain("<title>Unser Fehler</title>");
      expect(html).toContain("<h1>Das ging nicht</h1>");
      expect(html).toMatch(/AADB2C90\d{3}/);
    }
  });
});
