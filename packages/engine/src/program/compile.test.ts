import { IdMap } from "@vestibule/policy";
import { describe, expect, it } from "vitest";
import { JourneyBrowser } from "../testing/browser.ts";
import { memoryPorts } from "../testing/memory-ports.ts";
import { handler, samplePolicy, step, technicalProfile } from "../testing/sample-policy.ts";
import { compile } from "./compile.ts";

const codes = (change: Parameters<typeof samplePolicy>[0]) =>
  compile(samplePolicy(change)).diagnostics.map(({ code, message, hint }) => ({ code, message, hint }));

it("gives a program and the same version for the same policy", () => {
  const [first, second] = [compile(samplePolicy()), compile(samplePolicy())];
  expect(first.diagnostics).toEqual([]);
  expect(first.program?.version).toBe(second.program?.version);
  expect(
    compile(samplePolicy(({ behaviors }) => Object.assign(behaviors, { sessionExpiryInSeconds: 900 })))
      .program?.version,
  ).not.toBe(first.program?.version);
});

it("names a reference that nothing answers to, with the nearest name", () => {
  const found = codes((parts) => {
    const [signIn] = parts.technicalProfiles;
    if (signIn)
      parts.technicalProfiles[0] = {
        ...signIn,
        validationTechnicalProfiles: [{ referenceId: "login-NonInteractve", preconditions: [] }],
      };
  });
  expect(found).toEqual([
    {
      code: "VB102",
      message: expect.stringContaining("'login-NonInteractve'"),
      hint: "Nearest: 'login-NonInteractive'.",
    },
  ]);
});

it("tells of claims that the application would hand over in a client assertion", () => {
  const policy = samplePolicy();
  const inputClaims = [{ claimTypeReferenceId: "email" }];
  const read = (cryptographicKeys: { id: string; storageReferenceId: string }[]) => {
    const technicalProfile = { ...policy.relyingParty.technicalProfile, inputClaims, cryptographicKeys };
    return compile({ ...policy, relyingParty: { ...policy.relyingParty, technicalProfile } }).diagnostics;
  };
  expect(read([{ id: "client_secret", storageReferenceId: "B2C_1A_Key" }])).toMatchObject([
    { code: "VB130", severity: "warning", message: expect.stringContaining("'email'") },
  ]);
  expect(read([])).toEqual([]);
});

it("tells of a page whose layout is older than what is drawn, where a journey shows it", () => {
  const policy = samplePolicy();
  const old = (id: string) => ({
    id,
    loadUri: "~/tenant/default/selfAsserted.cshtml",
    dataUri: "urn:com:microsoft:aad:b2c:elements:selfasserted:1.1.0",
    metadata: {},
    localizedResources: {},
  });
  const contentDefinitions = IdMap.of([
    ...policy.contentDefinitions.values().filter(({ id }) => id !== "api.selfasserted"),
    old("api.selfasserted"),
    old("api.nobody"),
  ]);
  expect(compile({ ...policy, contentDefinitions }).diagnostics).toMatchObject([
    {
      code: "VB115",
      severity: "notice",
      message: expect.stringContaining("'api.selfasserted' has layout 1.1.0"),
    },
  ]);
});

const risk = technicalProfile("Risk", {
  name: "Proprietary",
  handler: "Web.TPEngine.Providers.ConditionalAccessProtocolProvider, Web.TPEngine",
});

describe("a technical profile of a kind that is not supported", () => {
  it("says nothing where no journey comes to it", () => {
    expect(codes((parts) => parts.technicalProfiles.push(risk))).toEqual([]);
  });

  it("loads with a warning, and a journey that comes to it ends with an error instead of passing it over", async () => {
    const policy = samplePolicy((parts) => {
      parts.technicalProfiles.push(risk);
      parts.steps = [
        step(1, "ClaimsExchange", {
          claimsExchanges: [{ id: "Risk", technicalProfileReferenceId: "Risk" }],
        }),
        step(2, "SendClaims", { cpimIssuerTechnicalProfileReferenceId: "JwtIssuer" }),
      ];
    });
    expect(compile(policy).diagnostics).toMatchObject([
      { code: "VB101", severity: "warning", message: expect.stringContaining("not supported yet") },
    ]);
    expect(await new JourneyBrowser(policy, memoryPorts()).start()).toMatchObject({
      kind: "relyingPartyError",
      code: "AADB2C90037",
    });
  });

  it("fails the form that it stands behind", async () => {
    const policy = samplePolicy((parts) => {
      parts.technicalProfiles.push(risk);
      parts.technicalProfiles = parts.technicalProfiles.map((profile) =>
        profile.id === "SelfAsserted-LocalAccountSignin-Email"
          ? { ...profile, validationTechnicalProfiles: [{ referenceId: "Risk", preconditions: [] }] }
          : profile,
      );
    });
    const browser = new JourneyBrowser(policy, memoryPorts());
    await browser.start();
    const reply = await browser.submit({ signInName: "ida@contoso.example", password: "x" });
    expect(reply).toMatchObject({ kind: "refused", problem: { errorCode: "AADB2C90037" } });
  });

  it("is not offered among the providers", async () => {
    const policy = samplePolicy((parts) => {
      parts.technicalProfiles = parts.technicalProfiles.map((profile) =>
        profile.id === "Social-OIDC" ? { ...profile, protocol: { name: "OAuth1" as const } } : profile,
      );
    });
    const browser = new JourneyBrowser(policy, memoryPorts());
    await browser.start();
    expect(browser.page().providers).toEqual([]);
    expect(await browser.send({ kind: "exchangeChosen", exchangeId: "SocialExchange" })).toMatchObject({
      kind: "errorPage",
    });
  });
});

it("refuses a directory profile without an operation", () => {
  const found = codes((parts) => {
    parts.technicalProfiles = parts.technicalProfiles.map((profile) =>
      profile.id === "AAD-UserWriteUsingLogonEmail" ? { ...profile, metadata: {} } : profile,
    );
  });
  expect(found).toMatchObject([{ code: "AADB2C90032" }]);
});

it("puts claims under the names that their types have for a profile's handler", () => {
  const policy = samplePolicy((parts) => {
    parts.claimTypes = parts.claimTypes.map((type) =>
      type.id === "displayName"
        ? {
            ...type,
            defaultPartnerClaimTypes: { "Proprietary/Web.TPEngine.Providers.RestfulProvider": "name" },
          }
        : type,
    );
    const given = { inputClaims: [{ claimTypeReferenceId: "displayName" }] };
    const metadata = { ServiceUrl: "https://api.example/x", AuthenticationType: "None" };
    parts.technicalProfiles.push(
      technicalProfile("Rest", handler("Providers.RestfulProvider"), { ...given, metadata }),
      technicalProfile("Constants", handler("Providers.ClaimsTransformationProtocolProvider"), given),
    );
    parts.steps = [
      ...["Rest", "Constants"].map((id, index) =>
        step(index + 1, "ClaimsExchange", { claimsExchanges: [{ id, technicalProfileReferenceId: id }] }),
      ),
      step(3, "SendClaims", { cpimIssuerTechnicalProfileReferenceId: "JwtIssuer" }),
    ];
  });
  const { program } = compile(policy);
  const names = (id: string) =>
    program?.profiles.get(id)?.profile.inputClaims.map(({ partnerClaimType }) => partnerClaimType);
  expect(names("Rest")).toEqual(["name"]);
  expect(names("Constants")).toEqual(["displayName"]);
});
