import { type ClaimType, IdMap, type Policy, type TechnicalProfile } from "@vestibule/policy";
import type { ClaimsBag, ClaimValue } from "../../claims/value.ts";
import type { JourneyState } from "../../journey/state.ts";
import type {
  Account,
  CallRecord,
  HttpCall,
  HttpResult,
  Notification,
  Ports,
  StoredCertificate,
} from "../../ports.ts";
import type { ProfileContext, ProfileResult, ResolvedClaim } from "../profile.ts";
import type { RestfulMetadata } from "./metadata.ts";
import { restfulProfile } from "./restful.ts";

const extensionsAppId = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
export const extension = (name: string) => `extension_${extensionsAppId}_${name}`;

const claimTypes: readonly ClaimType[] = [
  ...["email", "displayName", "givenName", "surname", "city", "jobTitle", "objectId", "identityProvider"].map(
    (id) => ({ id, dataType: "string" }) as const,
  ),
  ...["issuerUserId", "alternativeSecurityId", "blockMessage", "tier", "payload", "bearerToken"].map(
    (id) => ({ id, dataType: "string" }) as const,
  ),
  { id: "newPassword", dataType: "string", userInputType: "Password" },
  { id: "extension_LoyaltyTier", dataType: "long" },
  { id: "extension_OptIn", dataType: "boolean" },
  { id: "extension_InviteCode", dataType: "string" },
  { id: "extension_Hidden", dataType: "string" },
  { id: "groups", dataType: "stringCollection" },
  { id: "visits", dataType: "int" },
  { id: "lastSeen", dataType: "dateTime" },
];

export interface Run {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly keys?: Readonly<Record<string, string>>;
  readonly certificates?: readonly StoredCertificate[];
  /** Claim type id, or [claim type id, partner name]. */
  readonly input?: readonly (string | readonly [string, string])[];
  readonly output?: readonly (string | readonly [string, string])[];
  readonly claims?: ClaimsBag;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly caller?: "step" | "validation";
  readonly account?: Account;
  readonly answer?: Answer | ((call: HttpCall) => Answer);
  /** The client of several runs, so that they share what is remembered with it. */
  readonly http?: { send?: Ports["http"]["send"] };
  /** Milliseconds since 1970. */
  readonly now?: number;
  readonly messages?: Readonly<Record<string, string>>;
  readonly development?: boolean;
  readonly deploymentMode?: Policy["deploymentMode"];
}

type Answer = { readonly status: number; readonly body?: unknown } | HttpResult;

export interface Ran {
  readonly result: ProfileResult;
  readonly sent: readonly HttpCall[];
  readonly queued: readonly Notification[];
  readonly record: CallRecord;
  readonly trace: string;
}

const serviceUrl = "https://api.fabrikam.example/signup?code=k-123";

/** Runs the profile against an in-memory API and gives back everything that can be observed. */
export async function runProfile(run: Run): Promise<Ran> {
  const references = (list: Run["input"]) =>
    (list ?? []).map((entry) =>
      typeof entry === "string"
        ? { claimTypeReferenceId: entry }
        : { claimTypeReferenceId: entry[0], partnerClaimType: entry[1] },
    );
  const keys = run.keys ?? {};
  const profile: TechnicalProfile = {
    id: "PreUserWriteRestful",
    protocol: { name: "Proprietary", handler: "Web.TPEngine.Providers.RestfulProvider" },
    metadata: { ServiceUrl: serviceUrl, AuthenticationType: "Basic", ...run.metadata },
    cryptographicKeys: Object.keys({
      ...(!run.metadata?.AuthenticationType && {
        BasicAuthenticationUsername: "",
        BasicAuthenticationPassword: "",
      }),
      ...keys,
      ...(run.certificates && { ClientCertificate: "" }),
    }).map((id) => ({ id, storageReferenceId: `B2C_1A_${id}` })),
    inputClaimsTransformations: [],
    inputClaims: references(run.input),
    persistedClaims: [],
    displayClaims: [],
    outputClaims: references(run.output),
    outputClaimsTransformations: [],
    validationTechnicalProfiles: [],
  };
  const policy: Policy = {
    policyId: "B2C_1_signup",
    tenantId: "aaaaaaaa-0000-4000-8000-000000000001",
    deploymentMode: run.deploymentMode ?? "Production",
    claimTypes: IdMap.of(claimTypes),
    predicates: new IdMap(),
    predicateValidations: new IdMap(),
    claimsTransformations: new IdMap(),
    contentDefinitions: new IdMap(),
    localization: {
      enabled: false,
      defaultLanguage: "en",
      supportedLanguages: ["en"],
      resources: new IdMap(),
    },
    claimsProviders: [],
    technicalProfiles: IdMap.of([profile]),
    userJourneys: new IdMap(),
    subJourneys: new IdMap(),
    relyingParty: {
      defaultUserJourney: "SignUp",
      endpoints: {},
      behaviors: {},
      technicalProfile: {
        id: "PolicyProfile",
        protocol: "OpenIdConnect",
        metadata: {},
        inputClaims: [],
        outputClaims: [],
      },
    },
  };
  const reading = restfulProfile.readMetadata(profile, policy);
  if ("diagnostics" in reading) throw new Error(reading.diagnostics.map(({ message }) => message).join("\n"));
  const sent: HttpCall[] = [];
  const records: CallRecord[] = [];
  const queued: Notification[] = [];
  const traces: unknown[] = [];
  const all: Readonly<Record<string, ClaimValue>> = { ...run.claims, ...run.secrets };
  const input = new Map<string, ResolvedClaim>();
  for (const { claimTypeReferenceId, partnerClaimType } of references(run.input)) {
    const value = all[claimTypeReferenceId];
    const partnerName = partnerClaimType ?? claimTypeReferenceId;
    if (value !== undefined)
      input.set(partnerName, { claimTypeId: claimTypeReferenceId, partnerName, value });
  }
  const context: ProfileContext<RestfulMetadata> = {
    profile,
    metadata: reading.metadata,
    policy,
    state: {
      id: "11111111-2222-4333-8444-555555555555",
      policyId: policy.policyId,
      entry: "authorize",
      request: { clientId: "5d0c1f7e-0b52-4c39-9a1d-6f2f0e7a1c11", origin: "https://login.example" },
      culture: { tag: "sv-SE", language: "sv" },
    } as JourneyState,
    ports: {
      clock: { now: () => run.now ?? 1_767_225_600_000 },
      random: { uuid: () => "99999999-2222-4333-8444-555555555555", token: () => "t", integer: () => 0 },
      directory: {
        find: async () => run.account,
        extensionsAppId,
        defaultDomain: "contoso.onmicrosoft.com",
      } as Partial<Ports["directory"]> as Ports["directory"],
      http: Object.assign(run.http ?? {}, {
        ...(run.development && { development: true }),
        send: async (call: HttpCall) => {
          sent.push(call);
          return httpResult(typeof run.answer === "function" ? run.answer(call) : run.answer);
        },
      }),
      requestSigner: { sign: async (_at, claims) => `signed.${JSON.stringify(claims)}` },
      keys: {
        secret: async (id) =>
          ({ BasicAuthenticationUsername: "connector", BasicAuthenticationPassword: "s3cr:et", ...keys })[
            id.replace("B2C_1A_", "")
          ],
        certificates: async () => run.certificates ?? [],
      },
      notifications: { add: async (notification) => void queued.push(notification) },
      calls: { record: async (call) => void records.push(call) },
    } as Partial<Ports> as Ports,
    claims: run.claims ?? {},
    secrets: run.secrets ?? {},
    caller: run.caller ?? "validation",
    step: 4,
    input,
    persisted: new Map(),
    configuredMessage: () => undefined,
    codes: { find: () => undefined, keep: () => {}, forget: () => {}, claim: () => true },
    message: (key) => run.messages?.[key] ?? key,
    redact: (_claimTypeId, value) => value,
    trace: (entry) => traces.push(entry),
  };
  const result = await restfulProfile.run(context);
  const [record, ...others] = records;
  if (!record || others.length > 0) throw new Error(`expected one call record, got ${records.length}`);
  return { result, sent, queued, record, trace: JSON.stringify(traces) };
}

function httpResult(answer: Answer | undefined): HttpResult {
  if (answer && "kind" in answer) return answer;
  const { status = 200, body = { version: "1.0.0", action: "Continue" } } = answer ?? {};
  return {
    kind: "answer",
    status,
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
    attempts: [{ duration: 3, status }],
  };
}
