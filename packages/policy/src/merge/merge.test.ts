import { describe, expect, it } from "vitest";
import { formatDiagnostic } from "../diagnostic.ts";
import type { Policy } from "../model.ts";
import { layered, load, policyText, provider, relyingParty, schema } from "../testing/policy-text.fixture.ts";

const profile = (policy: Policy, id: string) => policy.technicalProfiles.get(id);
const claims = (list: readonly { readonly claimTypeReferenceId: string }[] | undefined) =>
  list?.map((claim) => claim.claimTypeReferenceId);
const tp = (id: string, content: string) =>
  provider(`<TechnicalProfile Id="${id}">${content}</TechnicalProfile>`);
const handler = (name: string) => `<Protocol Name="Proprietary" Handler="Web.TPEngine.Providers.${name}" />`;
const blocks = (content: string) => `<BuildingBlocks>${content}</BuildingBlocks>`;
const outputs = (...items: readonly string[]) => `<OutputClaims>${items.join("")}</OutputClaims>`;
const output = (id: string, rest = "") => `<OutputClaim ClaimTypeReferenceId="${id}" ${rest}/>`;

describe("lists of technical profiles", () => {
  it("puts the child's claims first and drops the parent's of the same id with all their attributes", () => {
    const policy = layered(tp("SelfAsserted-SignIn", outputs(output("city"), output("email"))));
    const signIn = profile(policy, "SelfAsserted-SignIn");
    expect(claims(signIn?.outputClaims)).toEqual(["city", "email", "objectId"]);
    expect(signIn?.outputClaims[1]?.required).toBeUndefined();
  });

  it("replaces metadata by key in any case and adds the rest", () => {
    const middle = tp("JwtIssuer", '<Metadata><Item Key="a">1</Item><Item Key="b">2</Item></Metadata>');
    const leaf = tp("JwtIssuer", '<Metadata><Item Key="B">3</Item><Item Key="c">4</Item></Metadata>');
    const { issuer_refresh_token_user_identity_claim_type: identity, ...others } =
      profile(layered(middle, leaf), "JwtIssuer")?.metadata ?? {};
    expect(others).toEqual({ B: "3", c: "4", a: "1" });
    expect(identity).toBe("objectId");
  });

  it("keeps the middle's value where the leaf says nothing", () => {
    const middle = tp("AAD-Common", "<DisplayName>Middle</DisplayName>");
    expect(profile(layered(middle, ""), "AAD-Common")?.displayName).toBe("Middle");
  });

  it("concatenates validation profiles, child first, duplicates run twice", () => {
    const validation = (...ids: readonly string[]) =>
      `<ValidationTechnicalProfiles>${ids.map((id) => `<ValidationTechnicalProfile ReferenceId="${id}" />`).join("")}</ValidationTechnicalProfiles>`;
    const restated = layered(tp("SelfAsserted-SignUp", validation("AAD-ReadByEmail", "AAD-Write")));
    expect(
      profile(restated, "SelfAsserted-SignUp")?.validationTechnicalProfiles.map((each) => each.referenceId),
    ).toEqual(["AAD-ReadByEmail", "AAD-Write", "AAD-Write"]);
  });

  it("runs a transformation that parent and child both name once", () => {
    const policy = layered(
      blocks(`<ClaimsTransformations><ClaimsTransformation Id="Now" TransformationMethod="NotClaims">
        <InputClaims><InputClaim ClaimTypeReferenceId="isNew" TransformationClaimType="inputClaim" /></InputClaims>
        <OutputClaims><OutputClaim ClaimTypeReferenceId="isNew" TransformationClaimType="outputClaim" /></OutputClaims>
      </ClaimsTransformation></ClaimsTransformations>`) +
        tp(
          "AAD-Read",
          '<OutputClaimsTransformations><OutputClaimsTransformation ReferenceId="Now" /><OutputClaimsTransformation ReferenceId="greet" /></OutputClaimsTransformations>',
        ),
    );
    expect(profile(policy, "AAD-Read")?.outputClaimsTransformations).toEqual(["Now", "greet"]);
  });

  it("replaces a display claim's attributes and a key's container", () => {
    const policy = layered(
      tp(
        "SelfAsserted-SignUp",
        '<DisplayClaims><DisplayClaim ClaimTypeReferenceId="displayName" /></DisplayClaims>',
      ),
      tp(
        "JwtIssuer",
        '<CryptographicKeys><Key Id="Issuer_Secret" StorageReferenceId="B2C_1A_Other" /></CryptographicKeys>',
      ),
    );
    expect(profile(policy, "SelfAsserted-SignUp")?.displayClaims).toMatchObject([
      { kind: "claim", claimTypeReferenceId: "displayName" },
      { kind: "control", displayControlReferenceId: "emailControl" },
    ]);
    expect(profile(policy, "SelfAsserted-SignUp")?.displayClaims[0]).not.toHaveProperty("required");
    expect(profile(policy, "JwtIssuer")?.cryptographicKeys).toEqual([
      { id: "Issuer_Secret", storageReferenceId: "B2C_1A_Other" },
    ]);
  });

  it("keeps a claim that one list names twice", () => {
    const persisted = ["signInNames.emailAddress", "displayName"]
      .map((partner) => `<PersistedClaim ClaimTypeReferenceId="email" PartnerClaimType="${partner}" />`)
      .join("");
    const policy = layered(tp("AAD-Write", `<PersistedClaims>${persisted}</PersistedClaims>`));
    const written = profile(policy, "AAD-Write")?.persistedClaims.map((claim) => claim.partnerClaimType);
    expect(written?.slice(0, 2)).toEqual(["signInNames.emailAddress", "displayName"]);
  });
});

describe("inclusion", () => {
  it("shows an override of the included profile in every profile that includes it", () => {
    const policy = layered(tp("AAD-Common", '<Metadata><Item Key="ClientId">app</Item></Metadata>'));
    expect(profile(policy, "AAD-Read")?.metadata).toMatchObject({ Operation: "Read", ClientId: "app" });
    expect(profile(policy, "AAD-Write")?.metadata.ClientId).toBe("app");
  });

  it("lets the including profile's own protocol win, and a derived include replace the base's", () => {
    const policy = layered(
      provider(`<TechnicalProfile Id="Own">${handler("ClaimsTransformationProtocolProvider")}<IncludeTechnicalProfile ReferenceId="AAD-Common" /></TechnicalProfile>
        <TechnicalProfile Id="Other"><DisplayName>Other</DisplayName>${handler("AzureActiveDirectoryProvider")}</TechnicalProfile>`),
      tp("AAD-Read", '<IncludeTechnicalProfile ReferenceId="Other" />'),
    );
    expect(profile(policy, "Own")?.protocol.handler).toContain("ClaimsTransformation");
    expect(profile(policy, "Own")?.includeInSso).toBe(false);
    expect(profile(policy, "AAD-Read")).toMatchObject({
      displayName: "Other",
      metadata: { Operation: "Read" },
    });
    expect(profile(policy, "AAD-Read")?.includeInSso).toBeUndefined();
  });

  it("takes only claims from IncludeClaimsFromTechnicalProfile", () => {
    const policy = layered(
      provider(`<TechnicalProfile Id="A"><DisplayName>A</DisplayName>${handler("RestfulProvider")}${outputs(output("city"), output("email"))}</TechnicalProfile>
        <TechnicalProfile Id="B">${handler("RestfulProvider")}${outputs(output("email", 'Required="true"'))}<IncludeClaimsFromTechnicalProfile>A</IncludeClaimsFromTechnicalProfile></TechnicalProfile>`),
    );
    expect(claims(profile(policy, "B")?.outputClaims)).toEqual(["email", "city"]);
    expect(profile(policy, "B")?.displayName).toBeUndefined();
  });

  it("gives policies over one base the same profile objects", () => {
    const { policies } = load({
      "a.xml": policyText("A", relyingParty(), "Base"),
      "b.xml": policyText("B", relyingParty(), "Base"),
    });
    const [a, b] = [...policies.values()];
    expect(a?.technicalProfiles).toBe(b?.technicalProfiles);
    expect(a?.claimTypes).toBe(b?.claimTypes);
  });
});

describe("building blocks", () => {
  const restriction = (behavior: string, ...values: readonly string[]) =>
    schema(
      `<ClaimType Id="city"><Restriction${behavior}>${values.map((value) => `<Enumeration Text="T" Value="${value}" />`).join("")}</Restriction></ClaimType>`,
    );
  const options = (content: string) =>
    layered(content)
      .claimTypes.get("city")
      ?.restriction?.enumeration?.map(({ value }) => value);

  it("adds, puts before or replaces options as MergeBehavior says, without duplicates", () => {
    expect(options(restriction(' MergeBehavior="Append"', "paris", "rome"))).toEqual([
      "berlin",
      "paris",
      "rome",
    ]);
    expect(options(restriction(' MergeBehavior="Prepend"', "paris", "rome"))).toEqual([
      "paris",
      "rome",
      "berlin",
    ]);
    expect(options(restriction(' MergeBehavior="ReplaceAll"', "rome"))).toEqual(["rome"]);
    expect(options(restriction("", "rome"))).toEqual(["rome"]);
  });

  it("overrides parts of a claim type and keeps the rest", () => {
    const policy = layered(
      schema(
        '<ClaimType Id="Email"><UserHelpText>Help</UserHelpText><PredicateValidationReference Id="Strong" /></ClaimType>',
      ),
    );
    expect(policy.claimTypes.get("email")).toMatchObject({
      displayName: "Email",
      dataType: "string",
      userHelpText: "Help",
      predicateValidationReference: "Strong",
    });
    expect(policy.claimTypes.spelling("EMAIL")).toBe("email");
  });

  const localization = (
    behavior: string,
    languages: readonly string[],
    strings: Readonly<Record<string, string>>,
  ) =>
    blocks(`<Localization Enabled="true"><SupportedLanguages DefaultLanguage="${languages[0]}"${behavior}>${languages.map((each) => `<SupportedLanguage>${each}</SupportedLanguage>`).join("")}</SupportedLanguages>
      <LocalizedResources Id="texts"><LocalizedStrings>${Object.entries(strings)
        .map(
          ([id, text]) =>
            `<LocalizedString ElementType="UxElement" StringId="${id}">${text}</LocalizedString>`,
        )
        .join("")}</LocalizedStrings></LocalizedResources></Localization>`);

  it("merges localized resources string by string and languages as MergeBehavior says", () => {
    const many = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`s${index}`, "base"]));
    const { localization: merged } = layered(
      localization(' MergeBehavior="ReplaceAll"', ["en", "de"], many),
      localization(' MergeBehavior="Append"', ["en", "fr"], { s3: "changed", s99: "new" }),
    );
    expect(merged.supportedLanguages).toEqual(["en", "de", "fr"]);
    expect(merged.extendsBuiltInLanguages).toBeUndefined();
    const strings = merged.resources.get("texts")?.strings ?? [];
    expect(strings).toHaveLength(11);
    expect(strings.find(({ stringId }) => stringId === "s3")?.value).toBe("changed");
  });

  it("extends the built-in languages where no ancestor has a list", () => {
    const { localization: merged } = layered(localization(' MergeBehavior="Append"', ["en"], { s: "t" }));
    expect(merged).toMatchObject({ supportedLanguages: ["en"], extendsBuiltInLanguages: true });
  });

  it("prepends references to localized resources", () => {
    const resources =
      '<Localization Enabled="true"><LocalizedResources Id="de1" /><LocalizedResources Id="de2" /></Localization>';
    const references = (behavior: string, id: string) =>
      `<ContentDefinitions><ContentDefinition Id="api.selfasserted"><LocalizedResourcesReferences${behavior}><LocalizedResourcesReference Language="de" LocalizedResourcesReferenceId="${id}" /></LocalizedResourcesReferences></ContentDefinition></ContentDefinitions>`;
    const definition = layered(
      blocks(references("", "de1") + resources),
      blocks(references(' MergeBehavior="Prepend"', "de2")),
    ).contentDefinitions.get("api.selfasserted");
    expect(definition?.localizedResources).toEqual({ de: "de2" });
    expect(definition?.localizedResourcesReferences?.map(({ id }) => id)).toEqual(["de2", "de1"]);
    expect(definition?.dataUri).toContain("selfasserted:2.1.7");
  });
});

describe("journeys", () => {
  const journey = (steps: string) =>
    `<UserJourneys><UserJourney Id="SignUpOrSignIn"><OrchestrationSteps>${steps}</OrchestrationSteps></UserJourney></UserJourneys>`;
  const steps = (policy: Policy) => policy.userJourneys.get("signuporsignin")?.orchestrationSteps ?? [];

  it("overlays single steps by order and keeps the others", () => {
    const policy = layered(
      tp(
        "OtherIssuer",
        '<Protocol Name="None" /><OutputTokenFormat>JWT</OutputTokenFormat><CryptographicKeys><Key Id="issuer_secret" StorageReferenceId="K" /></CryptographicKeys>',
      ) +
        journey(
          '<OrchestrationStep Order="4" Type="SendClaims" CpimIssuerTechnicalProfileReferenceId="OtherIssuer" />',
        ),
    );
    expect(steps(policy).map(({ order }) => order)).toEqual([1, 2, 3, 4]);
    expect(steps(policy)[3]?.cpimIssuerTechnicalProfileReferenceId).toBe("OtherIssuer");
    expect(steps(policy)[0]?.type).toBe("CombinedSignInAndSignUp");
  });

  it("replaces an exchange of the same id and keeps the step's selections", () => {
    const policy = layered(
      journey(
        '<OrchestrationStep Order="2" Type="ClaimsExchange"><ClaimsExchanges><ClaimsExchange Id="signup" TechnicalProfileReferenceId="SelfAsserted-SignIn" /></ClaimsExchanges></OrchestrationStep>',
      ),
    );
    expect(steps(policy)[1]?.claimsExchanges).toMatchObject([
      { technicalProfileReferenceId: "SelfAsserted-SignIn" },
    ]);
  });

  it("concatenates preconditions, the child's first", () => {
    const policy = layered(
      journey(
        '<OrchestrationStep Order="2" Type="ClaimsExchange"><Preconditions><Precondition Type="ClaimEquals" ExecuteActionsIf="true"><Value>isNew</Value><Value>True</Value><Action>SkipThisOrchestrationStep</Action></Precondition></Preconditions></OrchestrationStep>',
      ),
    );
    expect(steps(policy)[1]?.preconditions.map(({ type }) => type)).toEqual(["ClaimEquals", "ClaimsExist"]);
  });

  it("adds steps to a sub-journey of the base", () => {
    const sub = (orders: readonly number[]) =>
      `<SubJourneys><SubJourney Id="Sub" Type="Call"><OrchestrationSteps>${orders.map((order) => `<OrchestrationStep Order="${order}" Type="Noop" />`).join("")}</OrchestrationSteps></SubJourney></SubJourneys>`;
    const policy = layered(sub([1, 2, 3, 4]), sub([4, 6, 5]));
    expect(policy.subJourneys.get("Sub")?.orchestrationSteps.map(({ order }) => order)).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
  });
});

describe("claims providers", () => {
  const providerOf = (policy: Policy, id: string) =>
    policy.claimsProviders.find(({ technicalProfileIds }) => technicalProfileIds.includes(id));

  it("keeps the domain of the bracket that first held a profile, until a bracket states another", () => {
    const renamed = "<DisplayName>Elsewhere</DisplayName>";
    const quiet = layered(
      provider('<TechnicalProfile Id="AAD-Read"><DisplayName>X</DisplayName></TechnicalProfile>', renamed),
    );
    expect(providerOf(quiet, "AAD-Read")).toMatchObject({ domain: "contoso.com", displayName: "Directory" });
    const loud = layered(
      provider('<TechnicalProfile Id="AAD-Read" />', `<Domain>new.example</Domain>${renamed}`),
    );
    expect(providerOf(loud, "AAD-Read")).toMatchObject({ domain: "new.example", displayName: "Elsewhere" });
    expect(providerOf(loud, "AAD-Write")?.domain).toBe("contoso.com");
  });
});

describe("a whole chain", () => {
  it("loads without an error or a warning of the kind that names a mistake", () => {
    const { diagnostics } = load({ "leaf.xml": policyText("Leaf", relyingParty(), "Base") });
    expect(diagnostics.map(formatDiagnostic)).toEqual([]);
  });
});
