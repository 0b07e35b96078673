import {
  type JourneyBrowser as Browser,
  JourneyBrowser,
  type MemoryPorts,
  memoryPorts,
} from "@vestibule/engine/testing";
import type { Policy } from "@vestibule/policy";
import { type ConnectorFacts, compileUserFlow, readUserFlow, type TenantFacts } from "@vestibule/user-flows";
import type { Answer, CaseFile, Selection, Values, WireStep } from "./case-file.ts";
import { answerCall, continueAnswer } from "./stub-api.ts";

export type Settings = Partial<TenantFacts["connectorSettings"]>;

export interface FlowOptions {
  readonly type?: "signUpOrSignIn" | "profileUpdate" | "passwordReset";
  /** Steps at which the connector is bound. */
  readonly bound: readonly WireStep[];
  readonly selection?: Partial<Selection>;
  readonly settings?: Settings;
  /** Sign-in by user name, without an e-mail address. */
  readonly userName?: boolean;
  /** Seconds of one try. */
  readonly timeout?: number;
  readonly targetUrl?: string;
  /** Absent = Basic. */
  readonly authentication?: ConnectorFacts["authentication"];
}

const graphSteps: Readonly<Record<WireStep, string>> = {
  PostFederationSignup: "postFederationSignup",
  PostAttributeCollection: "postAttributeCollection",
  PreTokenIssuance: "preTokenIssuance",
};

const dataTypes = { String: "string", Int: "int64", Boolean: "boolean" } as const;

/** The user flow of the cases, compiled by the real compiler. */
export function flowPolicy(file: CaseFile, options: FlowOptions): Policy {
  const selection = { ...file.userFlow.defaultSelection, ...options.selection };
  const attributes = [...new Set(["email", ...selection.userAttributes])].filter(
    // The sign-in name cannot be edited, and a reset collects nothing.
    (id) => options.type === undefined || (options.type === "profileUpdate" && id !== "email"),
  );
  const written = {
    id: "B2C_1_conformance",
    userFlowType: options.type ?? "signUpOrSignIn",
    userFlowTypeVersion: 3,
    authenticationMethods: options.userName ? "userName" : "emailWithPassword",
    ...(options.type === undefined && { userFlowIdentityProviders: ["Provider"] }),
    ...(attributes.length > 0 && {
      userAttributeAssignments: attributes.map((id) => ({
        id,
        isOptional: true,
        requiresVerification: false,
      })),
    }),
    applicationClaims: selection.applicationClaims,
    ...(options.bound.length > 0 && {
      apiConnectorConfiguration: Object.fromEntries(
        options.bound.map((step) => [graphSteps[step], { id: "connector" }]),
      ),
    }),
  };
  const reading = readUserFlow(JSON.stringify(written), "conformance.json");
  if (!reading.document) throw new Error(reading.diagnostics.map(({ message }) => message).join(" "));
  const document = options.userName
    ? {
        ...reading.document,
        userAttributeAssignments: reading.document.userAttributeAssignments.filter(
          ({ id }) => id !== "email",
        ),
      }
    : reading.document;
  const { policy, diagnostics } = compileUserFlow(document, tenantFacts(file, options));
  if (!policy) throw new Error(diagnostics.map(({ message }) => message).join(" "));
  return policy;
}

function tenantFacts(file: CaseFile, options: FlowOptions): TenantFacts {
  return {
    tenantId: "aaaaaaaa-0000-4000-8000-000000000001",
    defaultDomain: file.tenant.defaultDomain,
    extensionsAppId: file.tenant.extensionsAppId,
    deploymentMode: "Production",
    authenticationMethods: { emailWithPassword: true, userName: true },
    isAgeGatingConfigured: false,
    customAttributes: Object.entries(file.tenant.customAttributes).map(([name, type]) => ({
      name,
      displayName: name,
      description: "",
      dataType: dataTypes[type as keyof typeof dataTypes] ?? "string",
    })),
    identityProviders: [
      {
        id: "Provider",
        displayName: "Provider",
        clientId: "client",
        metadataUrl: "https://idp.example/.well-known/openid-configuration",
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
        displayName: "Connector",
        targetUrl: options.targetUrl ?? file.userFlow.connector.targetUrl,
        authentication: options.authentication ?? {
          kind: "basic",
          usernameReference: "user",
          passwordReference: "password",
        },
        // The published numbers of user flows until 2025, on which the cases are built (api-connectors.md A7).
        settings: { timeoutInMilliseconds: String((options.timeout ?? 20) * 1000), tries: "2" },
      },
    ],
    connectorSettings: {
      preset: "seed",
      strictAnswers: false,
      enforceBlockAtTokenStep: false,
      sendLocalIdentitiesAtSignup: false,
      ...options.settings,
    },
  };
}

/** One tenant with its API: what the API answers may be changed between two calls. */
export class World {
  readonly ports: MemoryPorts;
  answers: readonly Answer[] = [continueAnswer];
  readonly #file: CaseFile;

  constructor(file: CaseFile) {
    this.#file = file;
    const ports = memoryPorts();
    const { basic } = file.userFlow.connector;
    const secrets: Readonly<Record<string, string>> = { user: basic.username, password: basic.password };
    this.ports = Object.assign(ports, {
      directory: {
        ...ports.directory,
        extensionsAppId: file.tenant.extensionsAppId,
        defaultDomain: file.tenant.defaultDomain,
      },
      keys: { ...ports.keys, secret: async (id: string) => secrets[id] },
    });
    this.ports.answer = (call) => answerCall(call, this.answers);
  }

  browser(policy: Policy, uiLocales = "en-US"): Browser {
    const browser = new JourneyBrowser(policy, this.ports, {
      clientId: this.#file.tenant.clientId,
      state: "s-1",
    });
    const [language = "en"] = uiLocales.split("-");
    browser.state = { ...browser.state, culture: { tag: uiLocales, language } };
    return browser;
  }

  /** The directory's name of an attribute that a case names by its bare name. */
  directoryName(name: string): string {
    const bare = name.replace(/^extension_/, "");
    return Object.hasOwn(this.#file.tenant.customAttributes, bare)
      ? `extension_${this.#file.tenant.extensionsAppId}_${bare}`
      : name;
  }

  /** Claim of an attribute that a case names by its bare name. */
  claimName(name: string): string {
    return Object.hasOwn(this.#file.tenant.customAttributes, name) ? `extension_${name}` : name;
  }

  async localAccount(values: Values, password = defaultPassword): Promise<string> {
    const { email = "ida.lund@northwind.example", id, ...attributes } = values;
    const identity = {
      signInType: "emailAddress",
      issuer: this.#file.tenant.defaultDomain,
      issuerAssignedId: String(email),
    };
    return this.#account(identity, attributes, id, password);
  }

  async federatedAccount(values: Values, issuer: string, userId: string): Promise<string> {
    const { email, id, ...attributes } = values;
    const identity = { signInType: "federated", issuer, issuerAssignedId: userId };
    return this.#account(identity, attributes, id, undefined, email);
  }

  async #account(
    identity: { signInType: string; issuer: string; issuerAssignedId: string },
    values: Values,
    id: string | number | boolean | undefined,
    password: string | undefined,
    otherMail?: string | number | boolean,
  ): Promise<string> {
    const attributes = Object.fromEntries([
      ...Object.entries(values).map(([name, value]) => [this.directoryName(name), value]),
      ...(otherMail === undefined ? [] : [["otherMails", [String(otherMail)]]]),
    ]);
    const created = await this.ports.directory.create(
      { identities: [identity], attributes, ...(password !== undefined && { password }) },
      `before ${identity.issuerAssignedId}`,
    );
    if (created.kind !== "created") throw new Error(`the account could not be made: ${created.kind}`);
    const { objectId } = created.account;
    const stored = this.ports.accounts.get(objectId);
    if (id === undefined || !stored) return objectId;
    this.ports.accounts.delete(objectId);
    this.ports.accounts.set(String(id), { ...stored, objectId: String(id) });
    return String(id);
  }
}

export const defaultPassword = "Passw0rd!conformance";
