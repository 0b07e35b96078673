import type { Policy, TechnicalProfile } from "@vestibule/policy";
import { beforeEach, describe, expect, it } from "vitest";
import { compile } from "../program/compile.ts";
import { JourneyBrowser } from "../testing/browser.ts";
import { type MemoryPorts, memoryPorts } from "../testing/memory-ports.ts";
import { handler, samplePolicy, step, technicalProfile } from "../testing/sample-policy.ts";
import type { RelyingPartyRequest } from "./request.ts";

let ports: MemoryPorts;
beforeEach(() => {
  ports = memoryPorts();
});

/** The sample policy with another provider behind its button. */
function withProvider(
  provider: Partial<TechnicalProfile>,
  further: (parts: Parameters<NonNullable<Parameters<typeof samplePolicy>[0]>>[0]) => void = () => undefined,
): Policy {
  return samplePolicy((parts) => {
    const at = parts.technicalProfiles.findIndex(({ id }) => id === "Social-OIDC");
    const before = parts.technicalProfiles[at];
    if (before) parts.technicalProfiles[at] = { ...before, ...provider };
    further(parts);
  });
}

const oauth2: Partial<TechnicalProfile> = {
  protocol: { name: "OAuth2" },
  metadata: {
    client_id: "client",
    authorization_endpoint: "https://idp.example/authorize",
    AccessTokenEndpoint: "https://idp.example/token",
    ClaimsEndpoint: "https://idp.example/me",
    UsePolicyInRedirectUri: "1",
  },
  outputClaims: [
    { claimTypeReferenceId: "issuerUserId", partnerClaimType: "id" },
    { claimTypeReferenceId: "displayName", partnerClaimType: "names[1].text" },
    { claimTypeReferenceId: "email", partnerClaimType: "{oauth2:access_token}" },
    { claimTypeReferenceId: "identityProvider", defaultValue: "idp.example" },
  ],
};

async function visit(policy: Policy, request: Partial<RelyingPartyRequest> = {}): Promise<JourneyBrowser> {
  const browser = new JourneyBrowser(policy, ports, request);
  await browser.start();
  if (browser.outcome.kind === "page")
    await browser.send({ kind: "exchangeChosen", exchangeId: "SocialExchange" });
  return browser;
}

const query = ({ outcome }: JourneyBrowser) =>
  Object.fromEntries(new URL(outcome.kind === "redirect" ? outcome.url : "about:blank").searchParams);

describe("an OpenID Connect provider", () => {
  it("is told the resource that its profile names", async () => {
    const metadata = {
      METADATA: "https://idp.example/.well-known/openid-configuration",
      client_id: "client",
      resource: "https://graph.example",
    };
    expect(query(await visit(withProvider({ metadata }))).resource).toBe("https://graph.example");
  });
});

describe("an OAuth 2.0 provider", () => {
  it("gives its claims by name, by path and by token, and numbers where text is wanted", async () => {
    ports.federationClaims = { ID: 1001, names: [{ text: "a" }, { text: "Fay" }] };
    const browser = await visit(withProvider(oauth2));
    await browser.providerReturns();
    expect(browser.state.bag).toMatchObject({
      issuerUserId: "1001",
      displayName: "Fay",
      email: "idp-access-token",
      identityProvider: "idp.example",
    });
    expect(browser.state.bag.alternativeSecurityId).toBeDefined();
  });

  it("is called back at the address with the policy where the profile says so, all in lower case", async () => {
    expect(query(await visit(withProvider(oauth2))).redirect_uri).toBe(
      "https://login.example/contoso.onmicrosoft.com/b2c_1a_sample/oauth2/authresp",
    );
  });

  it("gives a claim's first element of a list, or the whole JSON where paths are said to be JSON's", async () => {
    const outputClaims = [
      ...(oauth2.outputClaims ?? []).filter((claim) => claim.claimTypeReferenceId !== "displayName"),
      { claimTypeReferenceId: "displayName", partnerClaimType: "firstName.localized" },
    ];
    ports.federationClaims = { id: "1", firstName: { localized: [{ en_US: "Fay" }] } };
    const json = { ...oauth2.metadata, ResolveJsonPathsInJsonTokens: "true" };
    const browser = await visit(withProvider({ ...oauth2, outputClaims, metadata: json }));
    await browser.providerReturns();
    expect(browser.state.bag.displayName).toBe('[{"en_US":"Fay"}]');
    const other = await visit(withProvider({ ...oauth2, outputClaims }));
    await other.providerReturns();
    expect(other.state.bag.displayName).toBe('{"en_US":"Fay"}');
  });

  it.each(["client_id", "authorization_endpoint", "AccessTokenEndpoint"])(
    "is refused at load without %s",
    (item) => {
      const metadata = { ...oauth2.metadata, [item]: "" };
      expect(compile(withProvider({ ...oauth2, metadata })).diagnostics).toMatchObject([
        { code: "AADB2C90023", severity: "error", message: expect.stringContaining(`'${item}'`) },
      ]);
    },
  );
});

describe("an error handler", () => {
  const handled = (action: "Reauthenticate" | "InvalidClient", responseMatch: string) =>
    withProvider({
      ...oauth2,
      errorHandlers: [{ responseMatch, action, additionalRequestParameters: { prompt: "login" } }],
    });
  const grantRefused = () => {
    ports.federationFailure = {
      kind: "providerError",
      error: "invalid_grant",
      answer: { error: "invalid_grant" },
    };
  };
  const match = "$[?(@@.error == 'invalid_grant')]";

  it("sends the person to the provider once more, with its parameters, and only once", async () => {
    grantRefused();
    const browser = await visit(handled("Reauthenticate", match));
    const first = query(browser);
    await browser.providerReturns();
    const second = query(browser);
    expect(second).toMatchObject({ prompt: "login" });
    expect(second.state).not.toBe(first.state);
    expect(await browser.providerReturns()).toMatchObject({
      kind: "relyingPartyError",
      error: "server_error",
      code: "AADB2C90273",
    });
  });

  it("lets the second visit succeed", async () => {
    grantRefused();
    const browser = await visit(handled("Reauthenticate", match));
    await browser.providerReturns();
    delete ports.federationFailure;
    ports.federationClaims = { id: "1" };
    await browser.providerReturns();
    expect(browser.state.bag.issuerUserId).toBe("1");
  });

  it("says that our client is invalid", async () => {
    grantRefused();
    const browser = await visit(handled("InvalidClient", match));
    expect(await browser.providerReturns()).toMatchObject({ code: "AADB2C90243" });
  });

  it("does nothing for another error", async () => {
    grantRefused();
    const browser = await visit(handled("Reauthenticate", "$[?(@@.error == 'other')]"));
    expect(await browser.providerReturns()).toMatchObject({ code: "AADB2C90273" });
  });

  it.each(["$[?(@.error", "$[?search(@.error, '(a+)+$')]"])("with the path %s is refused at load", (path) => {
    expect(compile(handled("Reauthenticate", path)).diagnostics).toMatchObject([
      { code: "PL302", severity: "error" },
    ]);
  });
});

describe("an OpenID Connect profile", () => {
  const single = {
    client_id: "client",
    authorization_endpoint: "https://apple.example/auth",
    AccessTokenEndpoint: "https://apple.example/token",
    JWKS: "https://apple.example/keys",
    issuer: "https://apple.example",
  };

  it("needs no METADATA where its endpoints are given singly (Apple)", () => {
    expect(compile(withProvider({ metadata: single })).diagnostics).toEqual([]);
  });

  it.each(["authorization_endpoint", "AccessTokenEndpoint", "JWKS", "issuer"])(
    "without METADATA is refused without %s",
    (item) => {
      const metadata = { ...single, [item]: "" };
      expect(compile(withProvider({ metadata })).diagnostics).toMatchObject([{ code: "AADB2C90023" }]);
    },
  );

  it("that asks for no id token identifies nobody: it is not offered", async () => {
    const metadata = { ...single, response_types: "token" };
    const policy = withProvider({ metadata });
    expect(compile(policy).diagnostics).toMatchObject([{ code: "VB101", severity: "warning" }]);
    const browser = new JourneyBrowser(policy, ports);
    await browser.start();
    expect(browser.page().providers).toEqual([]);
  });

  it.each([
    ["ExternalLoginSSOSessionProvider", true],
    ["OAuthSSOSessionProvider", true],
    ["NoopSSOSessionProvider", false],
  ])("with session provider %s is signed out of: %s", async (provider, registered) => {
    const policy = withProvider(
      { useTechnicalProfileForSessionManagement: "SM-This" },
      ({ technicalProfiles }) =>
        technicalProfiles.push(technicalProfile("SM-This", handler(`SSO.${provider}`))),
    );
    ports.federationClaims = { sub: "1", iss: "https://idp.example" };
    ports.federationEndSession = "https://idp.example/end";
    const browser = await visit(policy);
    await browser.providerReturns();
    expect(browser.state.sessionWrites.identityProviders).toEqual([
      {
        technicalProfile: "Social-OIDC",
        ...(registered && { endSessionEndpoint: "https://idp.example/end" }),
      },
    ]);
  });
});

describe("domain_hint", () => {
  const hinted = (policy: Policy, domainHint: string) => visit(policy, { domainHint });
  const domains = (provider: Policy["claimsProviders"][number]) => ({
    ...samplePolicy(),
    claimsProviders: [provider],
  });
  const bracket = { displayName: "Social", technicalProfileIds: ["Social-OIDC"] };

  it.each(["social.example", "SOCIAL.EXAMPLE"])("%s leads straight to the provider", async (hint) => {
    const browser = new JourneyBrowser(samplePolicy(), ports, { domainHint: hint });
    expect(await browser.start()).toMatchObject({ kind: "redirect" });
  });

  it("may be any of the provider's domains", async () => {
    const policy = domains({ ...bracket, domain: "a.example", furtherDomains: ["b.example"] });
    const browser = new JourneyBrowser(policy, ports, { domainHint: "b.example" });
    expect(await browser.start()).toMatchObject({ kind: "redirect" });
  });

  it("is compared with the profile's own domain where it has one", async () => {
    const policy = withProvider({ domains: ["own.example"] });
    const own = new JourneyBrowser(policy, ports, { domainHint: "own.example" });
    expect(await own.start()).toMatchObject({ kind: "redirect" });
    const other = new JourneyBrowser(policy, ports, { domainHint: "social.example" });
    expect(await other.start()).toMatchObject({ kind: "page" });
  });

  it("that nobody has shows the page", async () => {
    const browser = new JourneyBrowser(samplePolicy(), ports, { domainHint: "other.example" });
    expect(await browser.start()).toMatchObject({ kind: "page" });
    expect(query(await hinted(samplePolicy(), "other.example"))).toHaveProperty("state");
  });
});

describe("an error that the policy words", () => {
  const failing = (inputClaims: TechnicalProfile["inputClaims"], rest: Partial<TechnicalProfile> = {}) =>
    samplePolicy((parts) => {
      parts.technicalProfiles.push(
        technicalProfile(
          "ReturnError",
          { name: "OAuth2" },
          { outputTokenFormat: "OAuth2Error", inputClaims, ...rest },
        ),
      );
      parts.steps.unshift(step(0, "SendClaims", { cpimIssuerTechnicalProfileReferenceId: "ReturnError" }));
    });

  it("ends the journey with access_denied, its code and its message", async () => {
    const policy = failing([
      { claimTypeReferenceId: "email", partnerClaimType: "errorCode", defaultValue: "Locked-7" },
      {
        claimTypeReferenceId: "displayName",
        partnerClaimType: "errorMessage",
        defaultValue: 'Zoë: 50% "sure"',
      },
    ]);
    const browser = new JourneyBrowser(policy, ports);
    expect(await browser.start()).toEqual({
      kind: "relyingPartyError",
      error: "access_denied",
      code: "AAD_Custom_Locked-7",
      message: 'Zoë: 50% "sure"',
    });
    expect(browser.state.status).toBe("failed");
  });

  it("takes missing texts for empty ones", async () => {
    expect(await new JourneyBrowser(failing([]), ports).start()).toMatchObject({
      code: "AAD_Custom_",
      message: "",
    });
  });
});
