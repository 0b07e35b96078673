import type { ClaimValue } from "@vestibule/engine";
import type { Policy, TechnicalProfile } from "@vestibule/policy";
import { usualText, usualValue } from "./person.ts";

/** What the outside must know to answer a policy's calls, and a relying party to send a request that it takes. */
export interface PolicyFacts {
  readonly services: readonly OutsideService[];
  readonly providers: readonly OutsideProvider[];
  /** Tokens that a relying party hands over as `id_token_hint`. */
  readonly hint: HintTokens | undefined;
  /** Further parameters of the authorization request that the policy reads. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Containers of secrets. */
  readonly keys: readonly string[];
  readonly certificates: readonly string[];
  readonly isSaml: boolean;
  /** Extension attributes with the values that the journeys ask for. */
  readonly privileges: Readonly<Record<string, ClaimValue>>;
}

/** A REST API by the address that it is called at. */
export interface OutsideService {
  readonly address: RegExp;
  /** The answer where the API's truth values are these. */
  answer(truth: boolean): Readonly<Record<string, unknown>>;
  readonly hasTruthValues: boolean;
}

export interface OutsideProvider {
  readonly id: string;
  /** Address of its metadata document; absent = OAuth 2.0. */
  readonly metadata: string | undefined;
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly claimsEndpoint: string | undefined;
  readonly clientId: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface HintTokens {
  readonly issuer: string;
  readonly audience: string | undefined;
  /** Address of the metadata of the keys; absent = a shared secret. */
  readonly metadata: string | undefined;
  readonly secretContainer: string | undefined;
  readonly claims: Readonly<Record<string, unknown>>;
}

export function policyFacts(policy: Policy): PolicyFacts {
  const profiles = [...policy.technicalProfiles.values()];
  const containers = profiles.flatMap(({ cryptographicKeys }) => cryptographicKeys);
  const isCertificate = (id: string) => /certificate|samlmessagesigning|samlassertion/i.test(id);
  return {
    services: profiles.filter(isRest).flatMap((profile) => service(profile, policy)),
    providers: profiles.filter(isProvider).map((profile) => provider(profile, policy)),
    hint: profiles.filter(isHintReader).map((profile) => hintTokens(profile, policy))[0],
    parameters: requestParameters(policy),
    keys: [...names(containers.filter(({ id }) => !isCertificate(id))), ...hashKeys(policy)],
    certificates: names(containers.filter(({ id }) => isCertificate(id))),
    privileges: privileges(policy),
    isSaml: policy.relyingParty.technicalProfile.protocol === "SAML2",
  };
}

/** Containers that transformations name. */
function hashKeys(policy: Policy): string[] {
  const parameters = [...policy.claimsTransformations.values()].flatMap((each) => each.inputParameters);
  return parameters.filter(({ id }) => id === "randomizerSecret").map(({ value }) => value);
}

/** What `ClaimEquals` compares an extension attribute with opens a door: an account may have that value. */
function privileges(policy: Policy): Readonly<Record<string, ClaimValue>> {
  const found: Record<string, ClaimValue> = {};
  const steps = [...policy.userJourneys.values()].flatMap(({ orchestrationSteps }) => orchestrationSteps);
  for (const { type, values } of steps.flatMap(({ preconditions }) => preconditions)) {
    const [claim = "", value = ""] = values;
    if (type !== "ClaimEquals" || !/^extension_/i.test(claim)) continue;
    const dataType = policy.claimTypes.get(claim)?.dataType;
    if (dataType === "boolean") found[claim] = /^true$/i.test(value);
    else found[claim] = dataType === "int" || dataType === "long" ? Number(value) : value;
  }
  return found;
}

function names(keys: readonly { readonly storageReferenceId: string }[]): string[] {
  const all = keys.map(({ storageReferenceId }) => storageReferenceId);
  return [...new Set(all)].filter((name) => !/token(signing|encryption)keycontainer/i.test(name));
}

const item = ({ metadata }: TechnicalProfile, key: string): string | undefined =>
  Object.entries(metadata)
    .find(([name]) => name.trim().toLowerCase() === key.toLowerCase())?.[1]
    ?.trim();

const isRest = ({ protocol }: TechnicalProfile) => /restfulprovider/i.test(protocol.handler ?? "");

const isProvider = (profile: TechnicalProfile) =>
  (profile.protocol.name === "OAuth2" && item(profile, "AccessTokenEndpoint") !== undefined) ||
  (profile.protocol.name === "OpenIdConnect" &&
    item(profile, "METADATA") !== undefined &&
    !/password/i.test(item(profile, "grant_type") ?? "") &&
    item(profile, "ProviderName") !== "https://sts.windows.net/");

const isHintReader = (profile: TechnicalProfile) =>
  profile.protocol.name === "None" &&
  (item(profile, "METADATA") !== undefined ||
    item(profile, "IdTokenAudience") !== undefined ||
    item(profile, "issuer") !== undefined) &&
  profile.outputTokenFormat === undefined;

function service(profile: TechnicalProfile, policy: Policy): OutsideService[] {
  const url = item(profile, "ServiceUrl");
  if (url === undefined) return [];
  const path = url.split("?", 1)[0] ?? "";
  const pattern = path
    .split(/\{[^{}]*\}/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("[^?]*");
  return [
    {
      address: new RegExp(`^${pattern}/?$`, "i"),
      answer: (truth) => outputValues(profile, policy, truth),
      hasTruthValues: profile.outputClaims.some(
        ({ claimTypeReferenceId }) => policy.claimTypes.get(claimTypeReferenceId)?.dataType === "boolean",
      ),
    },
  ];
}

/** What the other side answers: a usual value for each output claim, nested where its name is a path. */
function outputValues(profile: TechnicalProfile, policy: Policy, truth: boolean): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const {
    claimTypeReferenceId,
    partnerClaimType,
    defaultValue,
    alwaysUseDefaultValue,
  } of profile.outputClaims) {
    if (alwaysUseDefaultValue) continue;
    const type = policy.claimTypes.get(claimTypeReferenceId);
    const name =
      partnerClaimType ?? type?.defaultPartnerClaimTypes?.[profile.protocol.name] ?? claimTypeReferenceId;
    if (name.startsWith("{") || /^verified\./i.test(name)) continue;
    // A constant of the policy stands for what the other side does not say.
    if (defaultValue !== undefined && partnerClaimType === undefined) continue;
    const chosen = type?.restriction?.enumeration?.[0]?.value;
    put(values, name, chosen ?? usualValue(name, type?.dataType ?? "string", truth));
  }
  return values;
}

function put(values: Record<string, unknown>, name: string, value: unknown): void {
  const [first = "", ...rest] = name
    .replace(/\[\d+\]/g, "")
    .replace(/^\$\./, "")
    .split(".");
  if (rest.length === 0) {
    values[first] = value;
    return;
  }
  const inner = values[first];
  const next: Record<string, unknown> =
    typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>) : {};
  values[first] = next;
  values[name] ??= value;
  put(next, rest.join("."), value);
}

function provider(profile: TechnicalProfile, policy: Policy): OutsideProvider {
  const metadata = profile.protocol.name === "OpenIdConnect" ? item(profile, "METADATA") : undefined;
  const home = metadata ?? item(profile, "AccessTokenEndpoint") ?? "https://provider.example/";
  const origin = URL.canParse(home) ? new URL(home).origin : "https://provider.example";
  const prefix = item(profile, "ValidTokenIssuerPrefixes")?.split(",")[0]?.trim();
  const tenant = "5a0c7a50-0000-4000-8000-00000000a0a0";
  return {
    id: profile.id,
    metadata,
    issuer:
      item(profile, "issuer") ??
      (prefix !== undefined ? `${prefix.replace(/\/$/, "")}/${tenant}/` : `${origin}/`),
    tokenEndpoint:
      metadata === undefined ? (item(profile, "AccessTokenEndpoint") ?? "") : `${origin}/stub/token`,
    claimsEndpoint: metadata === undefined ? item(profile, "ClaimsEndpoint") : undefined,
    clientId: item(profile, "client_id") ?? "",
    claims: {
      sub: "user-4711",
      id: "user-4711",
      email: usualText("email"),
      name: usualText("name"),
      given_name: usualText("given"),
      family_name: usualText("surname"),
      tid: tenant,
      oid: usualText("oid"),
      ...outputValues(profile, policy, true),
    },
  };
}

function hintTokens(profile: TechnicalProfile, policy: Policy): HintTokens {
  return {
    issuer: item(profile, "issuer") ?? "https://issuer.example/",
    audience: item(profile, "IdTokenAudience"),
    metadata: item(profile, "METADATA"),
    secretContainer: profile.cryptographicKeys[0]?.storageReferenceId,
    claims: outputValues(profile, policy, true),
  };
}

/** `{OAUTH-KV:name}` anywhere in the policy asks for a parameter of that name. */
function requestParameters(policy: Policy): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const text = JSON.stringify([
    ...[...policy.technicalProfiles.values()].map((each) => [
      each.inputClaims,
      each.outputClaims,
      each.metadata,
    ]),
    [...policy.contentDefinitions.values()].map(({ loadUri }) => loadUri),
    policy.relyingParty,
  ]);
  for (const [, name = ""] of text.matchAll(/\{OAUTH-KV:([A-Za-z0-9_-]+)\}/gi)) found[name] = usualText(name);
  if (/\{OIDC:LoginHint\}/i.test(text)) found.login_hint = usualText("email");
  return found;
}
