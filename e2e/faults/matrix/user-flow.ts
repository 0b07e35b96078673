import type { Outcome } from "@vestibule/engine";
import type { JourneyBrowser, MemoryPorts } from "@vestibule/engine/testing";
import type { Policy } from "@vestibule/policy";
import { type ConnectorFacts, compileUserFlow, readUserFlow, type TenantFacts } from "@vestibule/user-flows";
import { secrets, type Walk } from "./scene.ts";
import type { Setting } from "./settings.ts";

/** Where in a user flow the API is asked. */
export type Place = "one" | "two" | "three";

const steps = {
  one: "postFederationSignup",
  two: "postAttributeCollection",
  three: "preTokenIssuance",
} as const;

/** A new person's way through the flow to the step. */
export function walkTo(place: Place): Walk {
  return place === "one" ? federated : local;
}

async function local(browser: JourneyBrowser, _ports: MemoryPorts, email: string): Promise<Outcome> {
  await browser.start();
  await browser.send({ kind: "signUpChosen" });
  const fields = {
    email,
    newPassword: secrets.typed,
    reenterPassword: secrets.typed,
    displayName: "Ida",
    city: "Lund",
  };
  return browser.submit(fields);
}

async function federated(browser: JourneyBrowser, ports: MemoryPorts, email: string): Promise<Outcome> {
  ports.federationClaims = { iss: "https://idp.example", sub: email, name: "Nils", email };
  await browser.start();
  await browser.send({ kind: "exchangeChosen", exchangeId: "ProviderExchange" });
  const outcome = await browser.providerReturns();
  return outcome.kind === "page" && !outcome.page.terminal
    ? browser.submit({ email, displayName: "Nils", city: "Lund" })
    : outcome;
}

export function userFlowWith(place: Place, setting: Setting, url: string, withCertificate: boolean): Policy {
  const written = {
    id: "B2C_1_fault",
    userFlowType: "signUpOrSignIn",
    userFlowIdentityProviders: ["Provider"],
    userAttributeAssignments: ["email", "displayName", "city"].map((id) => ({
      id,
      isOptional: true,
      requiresVerification: false,
    })),
    applicationClaims: ["displayName", "city", "extension_Tier", "objectId"],
    apiConnectorConfiguration: { [steps[place]]: { id: "api" } },
  };
  const reading = readUserFlow(JSON.stringify(written), "fault.json");
  const compiled =
    reading.document && compileUserFlow(reading.document, factsOf(setting, url, withCertificate));
  if (!compiled?.policy) throw new Error(JSON.stringify([reading.diagnostics, compiled?.diagnostics]));
  return compiled.policy;
}

function factsOf(setting: Setting, url: string, withCertificate: boolean): TenantFacts {
  const connector: ConnectorFacts = {
    id: "api",
    displayName: "The API",
    targetUrl: `${url}?code=${secrets.keyInUrl}`,
    authentication: withCertificate
      ? { kind: "clientCertificate", reference: "certificate" }
      : { kind: "basic", usernameReference: "user", passwordReference: "password" },
    preset: setting.preset,
    settings: { ...setting.settings, signature: "HmacSha256", correlationId: "true" },
    keys: { SigningKey: "signing", "header.X-Secret": "header" },
  };
  return {
    tenantId: "aaaaaaaa-0000-4000-8000-000000000001",
    defaultDomain: "contoso.onmicrosoft.com",
    extensionsAppId: "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    deploymentMode: "Production",
    authenticationMethods: { emailWithPassword: true, userName: true },
    isAgeGatingConfigured: false,
    customAttributes: [{ name: "Tier", displayName: "Tier", description: "", dataType: "int64" }],
    identityProviders: [
      {
        id: "Provider",
        displayName: "Provider",
        clientId: "client",
        metadataUrl: "https://idp.example/.well-known/openid-configuration",
        scope: "openid",
        responseMode: "query",
        claimsMapping: {
          userId: "sub",
          displayName: "name",
          givenName: "given_name",
          surname: "family_name",
          email: "email",
        },
      },
    ],
    connectors: [connector],
    connectorSettings: {
      preset: "seed",
      strictAnswers: false,
      enforceBlockAtTokenStep: false,
      sendLocalIdentitiesAtSignup: false,
    },
  };
}
