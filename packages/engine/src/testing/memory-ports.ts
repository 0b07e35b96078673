import { randomUUID } from "node:crypto";
import type {
  Account,
  AccountKey,
  CallRecord,
  DirectoryPort,
  FederationFailure,
  FederationPort,
  HintResult,
  HintTrust,
  HttpCall,
  HttpResult,
  Notification,
  Ports,
  TelemetryEvent,
  VerificationPort,
} from "../ports.ts";
import type { AuthenticatorPort, PhonePort, PhoneScope, SendToPhoneResult } from "../second-factor-ports.ts";

/** Ports for tests of the engine alone: everything in memory, everything visible. The real ones have their own suites. */
export interface MemoryPorts extends Ports {
  readonly accounts: Map<string, Account & { password?: string; journeyKey: string }>;
  readonly httpCalls: HttpCall[];
  readonly callRecords: CallRecord[];
  readonly telemetryEvents: TelemetryEvent[];
  readonly queued: Notification[];
  readonly codes: Map<string, string>;
  /** Texts and calls; the code of every text is 123456. */
  readonly phoneMessages: {
    readonly by: "sms" | "call";
    readonly number: string;
    readonly purpose: string;
  }[];
  /** Object id → secrets of the authenticator apps; the code of every app is 123456. */
  readonly enrolledApps: Map<string, string[]>;
  /** What the next text or call comes to, and what became of the last call. */
  phoneResult: SendToPhoneResult["kind"];
  callAnswer: "confirmed" | "pending" | "failed";
  time: number;
  answer: (call: HttpCall) => HttpResult | Promise<HttpResult>;
  federationClaims: Record<string, unknown>;
  /** What the provider's answer becomes, where it is no set of claims. */
  federationFailure?: FederationFailure;
  federationEndSession?: string;
  hint: (hint: string, trust: HintTrust) => HintResult;
  /** Tokens that the tenant signed → their claims. */
  readonly signedTokens: Map<string, Readonly<Record<string, unknown>>>;
}

export function memoryPorts(): MemoryPorts {
  const accounts: MemoryPorts["accounts"] = new Map();
  const httpCalls: HttpCall[] = [];
  const callRecords: CallRecord[] = [];
  const telemetryEvents: TelemetryEvent[] = [];
  const queued: Notification[] = [];
  const codes = new Map<string, string>();
  const phoneMessages: { by: "sms" | "call"; number: string; purpose: string }[] = [];
  const enrolledApps: MemoryPorts["enrolledApps"] = new Map();
  const ports: MemoryPorts = {
    organisation: "Contoso",
    accounts,
    httpCalls,
    callRecords,
    telemetryEvents,
    queued,
    codes,
    phoneMessages,
    phoneResult: "sent",
    callAnswer: "pending",
    time: Date.UTC(2026, 0, 1),
    answer: () => ({ kind: "failure", failure: "connect", detail: "nobody answers", attempts: [] }),
    federationClaims: {},
    signedTokens: new Map(),
    clock: { now: () => ports.time },
    random: {
      uuid: () => randomUUID(),
      token: () => randomUUID(),
      integer: (below) => Math.floor(Math.random() * below),
    },
    directory: directory(accounts),
    http: {
      async send(call) {
        httpCalls.push(call);
        return ports.answer(call);
      },
    },
    keys: { secret: async (id) => `secret-of-${id}`, certificates: async () => [] },
    requestSigner: { sign: async (_at, claims) => `signed.${JSON.stringify(claims)}` },
    verification: verification(codes),
    phone: phone(
      codes,
      (message) => {
        phoneMessages.push(message);
        return ports.phoneResult;
      },
      () => ports.callAnswer,
    ),
    enrolledApps,
    authenticators: authenticators(enrolledApps, accounts),
    federation: federation(() => ports),
    hint: () => ({ kind: "refused", code: "AADB2C90210", detail: "no hint is believed" }),
    hints: { verify: async (hint, trust) => ports.hint(hint, trust) },
    tokens: {
      verify: async (token) => ports.signedTokens.get(token),
      isApplication: (clientId) => clientId === "bbbbbbbb-0000-4000-8000-000000000001",
    },
    telemetry: { event: (event) => void telemetryEvents.push(event) },
    notifications: { add: async (notification) => void queued.push(notification) },
    calls: {
      async record(call) {
        callRecords.push(call);
      },
    },
  };
  return ports;
}

function directory(accounts: MemoryPorts["accounts"]): DirectoryPort {
  const matches = (account: Account, key: AccountKey): boolean => {
    switch (key.kind) {
      case "objectId":
        return account.objectId === key.value;
      case "userPrincipalName":
        return account.attributes.userPrincipalName === key.value;
      case "attribute":
        return account.attributes[key.name] === key.value;
      case "federated":
        return account.identities.some(
          (i) => i.issuer === key.issuer && i.issuerAssignedId === key.issuerAssignedId,
        );
      case "signInName":
        return account.identities.some(
          (i) =>
            i.signInType !== "federated" &&
            (key.signInType === undefined || i.signInType === key.signInType) &&
            i.issuerAssignedId.toLowerCase() === key.value.toLowerCase(),
        );
    }
  };
  const find = (key: AccountKey) => [...accounts.values()].find((account) => matches(account, key));
  return {
    extensionsAppId: "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    defaultDomain: "contoso.onmicrosoft.com",
    find: async (key) => find(key),
    async create(init, journeyKey) {
      const own = [...accounts.values()].find((account) => account.journeyKey === journeyKey);
      const taken = init.identities.some((identity) =>
        [...accounts.values()].some(
          (account) =>
            account !== own &&
            account.identities.some(
              (i) => i.issuerAssignedId.toLowerCase() === identity.issuerAssignedId.toLowerCase(),
            ),
        ),
      );
      if (taken) return { kind: "alreadyExists" };
      const account = {
        objectId: own?.objectId ?? randomUUID(),
        identities: init.identities,
        accountEnabled: init.accountEnabled ?? true,
        attributes: init.attributes,
        journeyKey,
        ...(init.password !== undefined && { password: init.password }),
      };
      accounts.set(account.objectId, account);
      return { kind: "created", account };
    },
    async change(objectId, change) {
      const account = accounts.get(objectId);
      if (!account) return { kind: "notFound" };
      const attributes = { ...account.attributes };
      for (const [name, value] of Object.entries(change.attributes ?? {})) {
        if (value === null) delete attributes[name];
        else attributes[name] = value;
      }
      const changed = {
        ...account,
        attributes,
        ...(change.identities && { identities: change.identities }),
        ...(change.password !== undefined && { password: change.password }),
      };
      accounts.set(objectId, changed);
      return { kind: "changed", account: changed };
    },
    remove: async (objectId) => accounts.delete(objectId),
    async checkPassword(signInName, password) {
      const account = find({ kind: "signInName", value: signInName });
      if (!account) return { kind: "unknownAccount" };
      if (!account.accountEnabled) return { kind: "disabled" };
      return accounts.get(account.objectId)?.password === password
        ? { kind: "ok", account }
        : { kind: "wrongPassword" };
    },
  };
}

function verification(codes: Map<string, string>): VerificationPort {
  return {
    async sendCode(scope, address) {
      codes.set(`${scope}\n${address.toLowerCase()}`, "123456");
      return { kind: "sent" };
    },
    async checkCode(scope, address, code) {
      const key = `${scope}\n${address.toLowerCase()}`;
      if (codes.get(key) !== code) return { kind: "wrong" };
      codes.delete(key);
      return { kind: "verified" };
    },
    allowsOwnCode: async () => true,
  };
}

function phone(
  codes: Map<string, string>,
  send: (message: { by: "sms" | "call"; number: string; purpose: string }) => SendToPhoneResult["kind"],
  callAnswer: () => "confirmed" | "pending" | "failed",
): PhonePort {
  const keyOf = ({ journey, purpose }: PhoneScope, number: string) => `${journey}\n${purpose}\n${number}`;
  return {
    async sendCode(scope, number) {
      const kind = send({ by: "sms", number, purpose: scope.purpose });
      if (kind === "sent") codes.set(keyOf(scope, number), "123456");
      return { kind };
    },
    async checkCode(scope, number, code) {
      const key = keyOf(scope, number);
      if (!codes.has(key)) return { kind: "expired" };
      if (codes.get(key) !== code) return { kind: "wrong" };
      codes.delete(key);
      return { kind: "verified" };
    },
    async call(scope, number) {
      return { kind: send({ by: "call", number, purpose: scope.purpose }) };
    },
    callAnswer: async () => callAnswer(),
  };
}

function authenticators(
  enrolled: MemoryPorts["enrolledApps"],
  accounts: MemoryPorts["accounts"],
): AuthenticatorPort {
  const begun = new Map<string, { readonly objectId: string; readonly secret: string | undefined }>();
  return {
    async devices(name) {
      const owner = [...accounts.values()].find(({ attributes }) => attributes.userPrincipalName === name);
      return enrolled.get(owner?.objectId ?? "")?.length ?? 0;
    },
    async begin(journey, { objectId }, secret) {
      if (secret === undefined && !enrolled.has(objectId)) return "noDevice";
      begun.set(journey, { objectId, secret });
      return "begun";
    },
    async verify(journey, objectId, code) {
      const check = begun.get(journey);
      if (!check || (objectId !== undefined && objectId !== check.objectId)) return { kind: "notBegun" };
      if (code !== "123456") return { kind: "wrong" };
      begun.delete(journey);
      const { secret } = check;
      if (secret !== undefined)
        enrolled.set(check.objectId, [...(enrolled.get(check.objectId) ?? []), secret]);
      return { kind: "verified", enrolled: secret !== undefined };
    },
  };
}

function federation(ports: () => MemoryPorts): FederationPort {
  return {
    begin: async (provider, { state, parameters }) => ({
      url: `https://idp.example/authorize?${new URLSearchParams({ ...parameters, state, client_id: provider.clientId, redirect_uri: provider.redirectUri })}`,
      saved: "saved",
    }),
    async complete(_provider, _saved, answer) {
      if (answer.error !== undefined) return { kind: "providerError", error: answer.error };
      const { federationClaims: claims, federationFailure, federationEndSession } = ports();
      if (federationFailure) return federationFailure;
      return {
        kind: "claims",
        claims,
        tokens: { accessToken: "idp-access-token" },
        ...(federationEndSession !== undefined && { endSessionEndpoint: federationEndSession }),
      };
    },
  };
}
