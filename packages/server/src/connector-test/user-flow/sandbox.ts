import { randomUUID } from "node:crypto";
import { builtInAttributes } from "@vestibule/engine";
import { JourneyBrowser, type MemoryPorts, memoryPorts } from "@vestibule/engine/testing";
import type { Policy } from "@vestibule/policy";
import { compileUserFlow, readUserFlow, type TenantFacts } from "@vestibule/user-flows";
import { openCertificates } from "../../keys/certificates.ts";
import type { Alteration, Visited } from "../case.ts";
import { isLocal, type WatchedHttp, watchedHttp } from "../watched-http.ts";
import type { Claims, TestCredentials, TestSetting } from "./setting.ts";

export const steps = ["PostFederationSignup", "PostAttributeCollection", "PreTokenIssuance"] as const;
export type Step = (typeof steps)[number];

export type AccountKind = "local" | "userName" | "federated";

/** One person's way through the flow to the step that calls the API. */
export interface Visit {
  readonly step: Step;
  readonly account: AccountKind;
  /** Before the token: at the sign-up itself instead of a later sign-in. */
  readonly newAccount?: boolean;
  /** Values that the person, the provider or the directory has. */
  readonly claims: Claims;
  readonly withoutEmail?: boolean;
  readonly uiLocales?: string;
}

const graphSteps: Readonly<Record<Step, string>> = {
  PostFederationSignup: "postFederationSignup",
  PostAttributeCollection: "postAttributeCollection",
  PreTokenIssuance: "preTokenIssuance",
};

const defaultDomain = "contoso.onmicrosoft.com";
const email = "ida.lund@northwind.example";
const userName = "ida-lund";
const password = "Passw0rd!vestibule";
const issuer = "https://idp.northwind.example";

/** An imagined tenant whose flow calls the real API by the server's own client. */
export class Sandbox {
  readonly #setting: TestSetting;
  readonly #http: WatchedHttp;
  readonly #policies = new Map<string, Policy>();

  constructor(setting: TestSetting) {
    this.#setting = setting;
    this.#http = watchedHttp(setting);
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  async visit(visit: Visit, alter?: Alteration): Promise<Visited> {
    this.#http.begin(alter);
    const ports = this.#ports();
    const browser = new JourneyBrowser(this.#policy(visit), ports);
    const tag = visit.uiLocales ?? "en-US";
    browser.state = { ...browser.state, culture: { tag, language: tag.split("-")[0] ?? "en" } };
    const before = new Set(ports.accounts.keys());
    await this.#walk(browser, ports, visit);
    const created = [...ports.accounts.values()].find(
      (account) => !before.has(account.objectId) && account.journeyKey !== existing,
    );
    const [record] = ports.callRecords;
    const exchange = this.#http.exchange();
    return {
      outcome: browser.outcome,
      ...(exchange && { exchange }),
      ...(record && { record }),
      ...(created && { stored: created.attributes }),
    };
  }

  /** The flow of this visit, compiled by the server's compiler and kept: many visits go through the same one. */
  #policy({ step, account }: Visit): Policy {
    const key = `${step} ${account}`;
    const known = this.#policies.get(key);
    if (known) return known;
    const policy = compileFlow(this.#setting, step, account);
    this.#policies.set(key, policy);
    return policy;
  }

  #ports(): MemoryPorts {
    const ports = memoryPorts();
    ports.time = Date.now();
    const { extensionsAppId, credentials, signingKey } = this.#setting;
    return Object.assign(ports, {
      clock: { now: Date.now },
      http: this.#http.port,
      directory: { ...ports.directory, extensionsAppId, defaultDomain },
      keys: {
        secret: async (id: string) => (id === signingReference ? signingKey : secretOf(credentials, id)),
        certificates: async () =>
          credentials.kind === "clientCertificate"
            ? openCertificates(Buffer.from(credentials.pem)).map((one) => ({ ...one, uploaded: 0 }))
            : [],
      },
    });
  }

  async #walk(browser: JourneyBrowser, ports: MemoryPorts, visit: Visit): Promise<void> {
    const { step, account, newAccount } = visit;
    const signsIn = step === "PreTokenIssuance" && !newAccount;
    if (signsIn) await this.#makeAccount(ports, visit);
    if (account === "federated") {
      ports.federationClaims = { iss: issuer, ...providerClaims(visit) };
      await browser.start();
      await browser.send({ kind: "exchangeChosen", exchangeId: "ProviderExchange" });
      await browser.providerReturns();
    } else {
      await browser.start();
      if (signsIn) {
        await browser.submit({ signInName: account === "userName" ? userName : email, password });
        return;
      }
      await browser.send({ kind: "signUpChosen" });
    }
    if (signsIn || step === "PostFederationSignup") return;
    if (browser.outcome.kind === "page") await this.#fillIn(browser, visit);
  }

  async #fillIn(browser: JourneyBrowser, { claims }: Visit): Promise<void> {
    const fields: Record<string, string> = {};
    for (const field of browser.page().fields) {
      const value = claims[field.id.replace(/^extension_/, "")];
      if (/password/i.test(field.id)) fields[field.id] = password;
      else if (field.verification) {
        await browser.prove(field.id, email);
        fields[field.id] = email;
      } else if (field.id === "email") fields[field.id] = field.value ?? email;
      else if (/userName|signInName/i.test(field.id)) fields[field.id] = userName;
      else fields[field.id] = value === undefined ? (field.value ?? "") : String(value);
    }
    await browser.submit(fields);
  }

  async #makeAccount(ports: MemoryPorts, { account, claims, withoutEmail }: Visit): Promise<void> {
    const identity = {
      local: { signInType: "emailAddress", issuer: defaultDomain, issuerAssignedId: email },
      userName: { signInType: "userName", issuer: defaultDomain, issuerAssignedId: userName },
      federated: { signInType: "federated", issuer, issuerAssignedId: "1100220033" },
    }[account];
    const attributes = Object.entries(claims).map(([name, value]) => [this.#directoryName(name), value]);
    await ports.directory.create(
      {
        identities: [identity],
        attributes: Object.fromEntries([
          ...attributes,
          ...(account === "federated" && !withoutEmail ? [["otherMails", [email]]] : []),
        ]),
        ...(account !== "federated" && { password }),
      },
      existing,
    );
  }

  #directoryName(name: string): string {
    return isBuiltIn(name) ? name : `extension_${this.#setting.extensionsAppId}_${name}`;
  }
}

const signingReference = "signing-key";

/** Journey key of accounts that were there before the visit. */
const existing = "before the visit";

export function isBuiltIn(name: string): name is (typeof builtInAttributes)[number] {
  return builtInAttributes.some((one) => one === name);
}

/** Only what providers give: a custom attribute never comes from there. */
function providerClaims({ claims, withoutEmail }: Visit): Claims {
  const given = ["displayName", "givenName", "surname"].flatMap((name) => {
    const value = claims[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { userId: "1100220033", ...Object.fromEntries(given), ...(!withoutEmail && { email }) };
}

function compileFlow(setting: TestSetting, step: Step, account: AccountKind): Policy {
  const custom = setting.attributes.map(({ name }) => `extension_${name}`);
  const collected = [...(account === "userName" ? [] : ["email"]), ...builtInAttributes, ...custom];
  const written = {
    id: "B2C_1_connector_test",
    userFlowType: "signUpOrSignIn",
    authenticationMethods: account === "userName" ? "userName" : "emailWithPassword",
    userFlowIdentityProviders: ["Provider"],
    userAttributeAssignments: collected.map((id) => ({
      id,
      isOptional: true,
      // The same control for all: a list of countries would keep a case's own text away from the API.
      ...(id === "country" && { userInputType: "textBox" }),
      requiresVerification: false,
    })),
    applicationClaims: [...builtInAttributes, ...custom, "objectId", "identityProvider"],
    apiConnectorConfiguration: { [graphSteps[step]]: { id: "connector" } },
  };
  const reading = readUserFlow(JSON.stringify(written), "connector-test.json");
  const compiled = reading.document && compileUserFlow(reading.document, tenantFacts(setting));
  if (compiled?.policy) return compiled.policy;
  const problems = [...reading.diagnostics, ...(compiled?.diagnostics ?? [])];
  throw new Error(problems.map(({ message }) => message).join(" "));
}

function tenantFacts(setting: TestSetting): TenantFacts {
  const { credentials, signingKey } = setting;
  return {
    tenantId: "aaaaaaaa-0000-4000-8000-000000000001",
    defaultDomain,
    extensionsAppId: setting.extensionsAppId,
    // An API without credentials is the author's to judge; production would not call it.
    deploymentMode: isLocal(setting.url) || credentials.kind === "none" ? "Development" : "Production",
    authenticationMethods: { emailWithPassword: true, userName: true },
    isAgeGatingConfigured: false,
    customAttributes: setting.attributes.map(({ name, dataType }) => ({
      name,
      displayName: name,
      description: "",
      dataType,
    })),
    identityProviders: [
      {
        id: "Provider",
        displayName: "Provider",
        clientId: randomUUID(),
        metadataUrl: `${issuer}/.well-known/openid-configuration`,
        scope: "openid",
        responseMode: "query",
        claimsMapping: {
          userId: "userId",
          displayName: "displayName",
          givenName: "givenName",
          surname: "surname",
          email: "email",
        },
      },
    ],
    connectors: [
      {
        id: "connector",
        displayName: "The API under test",
        targetUrl: setting.url,
        authentication: authenticationOf(credentials),
        settings: {
          ...(signingKey !== undefined && { signature: "HmacSha256" }),
          ...(setting.requestTemplate !== undefined && { requestTemplate: setting.requestTemplate }),
          ...(setting.jsonClaims?.length && {
            jsonClaims: setting.jsonClaims.map((name) => `extension_${name}`).join(", "),
          }),
        },
        ...(signingKey !== undefined && { keys: { SigningKey: signingReference } }),
      },
    ],
    connectorSettings: {
      preset: setting.preset,
      strictAnswers: false,
      enforceBlockAtTokenStep: false,
      sendLocalIdentitiesAtSignup: false,
    },
  };
}

function authenticationOf(credentials: TestCredentials): TenantFacts["connectors"][number]["authentication"] {
  switch (credentials.kind) {
    case "none":
      return { kind: "none" };
    case "basic":
      return { kind: "basic", usernameReference: "username", passwordReference: "password" };
    case "apiKeyHeader":
      return { kind: "apiKeyHeader", header: credentials.header, reference: "key" };
    case "clientCertificate":
      return { kind: "clientCertificate", reference: "certificate" };
  }
}

function secretOf(credentials: TestCredentials, id: string): string | undefined {
  if (credentials.kind === "basic") return id === "username" ? credentials.username : credentials.password;
  return credentials.kind === "apiKeyHeader" ? credentials.key : undefined;
}
