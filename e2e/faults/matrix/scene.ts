import type { LookupFunction } from "node:net";
import type { CallRecord, HttpPort, Outcome } from "@vestibule/engine";
import { JourneyBrowser, type MemoryPorts, memoryPorts } from "@vestibule/engine/testing";
import type { Policy } from "@vestibule/policy";
import { type ConnectorFacts, compileUserFlow, readUserFlow, type TenantFacts } from "@vestibule/user-flows";
import type { TestAuthority } from "../../../packages/server/src/outbound/fault-server.fixture.ts";
import {
  createOutboundHttp,
  type OutboundHttp,
} from "../../../packages/server/src/outbound/outbound-http.ts";
import type { Setting } from "./settings.ts";

/** Where in a sign-up the API is asked. */
export type Place = "one" | "two" | "three";

/** Texts that nobody but the API may ever see. */
export const secrets = {
  user: "user-of-the-api",
  password: "password-of-the-api",
  keyInUrl: "key-in-the-address",
  header: "secret-of-the-header",
  signing: "key-that-signs-requests",
  typed: "Passw0rd!of-the-person",
} as const;

const steps = {
  one: "postFederationSignup",
  two: "postAttributeCollection",
  three: "preTokenIssuance",
} as const;

/** One tenant whose API fails; its accounts and its records lie in memory, its calls go over real sockets. */
export class Scene {
  readonly ports: MemoryPorts;
  readonly #http: OutboundHttp;
  readonly #policy: Policy;
  #people = 0;

  constructor(options: {
    readonly place: Place;
    readonly setting: Setting;
    readonly url: string;
    readonly authority: TestAuthority;
    readonly certificate?: { readonly certificate: string; readonly privateKey: string };
    readonly lookup?: LookupFunction;
  }) {
    const { place, setting, url, authority, certificate, lookup } = options;
    this.#http = createOutboundHttp({
      development: true,
      random: () => 0,
      certificateAuthorities: [authority.certificate],
      ...(lookup && { lookup }),
    });
    const day = 86_400;
    const now = Math.floor(Date.now() / 1000);
    const known: Readonly<Record<string, string>> = secrets;
    const http: HttpPort = { development: true, send: (call) => this.#http.send(call) };
    this.ports = Object.assign(memoryPorts(), {
      http,
      clock: { now: () => Date.now() },
      keys: {
        secret: async (id: string) => known[id],
        certificates: async () =>
          certificate
            ? [{ ...certificate, uploaded: 0, notBefore: now - day, notAfter: now + day, thumbprint: "" }]
            : [],
      },
    });
    this.#policy = policyFor(place, setting, url, certificate !== undefined);
  }

  /** A new person signs up, and everything that became of it. */
  async signUp(place: Place): Promise<Seen> {
    const email = `person${++this.#people}@people.example`;
    const browser = new JourneyBrowser(this.#policy, this.ports, { state: "s" });
    const before = this.ports.callRecords.length;
    const outcome =
      place === "one" ? await federated(browser, this.ports, email) : await local(browser, email);
    const account = [...this.ports.accounts.values()].find(({ identities }) =>
      identities.some(({ issuerAssignedId }) => issuerAssignedId.endsWith(email)),
    );
    return {
      outcome,
      text: sentenceOf(outcome),
      trace: JSON.stringify(browser.trace),
      calls: this.ports.callRecords.slice(before),
      hasAccount: account !== undefined,
    };
  }

  close(): Promise<void> {
    return this.#http.close();
  }
}

export interface Seen {
  readonly outcome: Outcome;
  /** The sentence that the person or the application got; empty where all went well. */
  readonly text: string;
  /** What the operator reads of the journey. */
  readonly trace: string;
  readonly calls: readonly CallRecord[];
  readonly hasAccount: boolean;
}

function sentenceOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case "refused":
      return outcome.problem.message;
    case "relyingPartyError":
    case "errorPage":
      return outcome.message;
    default:
      return "";
  }
}

async function local(browser: JourneyBrowser, email: string): Promise<Outcome> {
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

function policyFor(place: Place, setting: Setting, url: string, withCertificate: boolean): Policy {
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
