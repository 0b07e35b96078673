import type { DataType } from "@vestibule/policy";
import { asJsonText } from "../../../claims/json-claims.ts";
import type { ClaimsBag, ClaimValue } from "../../../claims/value.ts";
import type { Account, AccountIdentity } from "../../../ports.ts";
import { jsonText, plainText } from "../claim-text.ts";
import { fillTemplate, type RequestTemplate } from "../claims/template.ts";
import type { EncodedRequest, Fault, RestfulContext } from "../exchange.ts";
import type { ConnectorMetadata } from "../metadata.ts";
import { perProfile } from "../per-profile.ts";
import { isSecretClaim } from "../redaction.ts";
import { customAttributeName } from "./names.ts";

/** Names with a place and a source of their own in the body. */
const ownNames = new Set(["step", "client_id", "ui_locales", "email", "identities", "objectid", "password"]);

/** One member of the request; `text` is for the longer texts of a template. */
interface Member {
  readonly name: string;
  /** The name as JSON text. */
  readonly key: string;
  /** JSON text. */
  readonly json: string;
  /** Absent = it has none. */
  text?(): string | undefined;
  /** Other names under which a template finds it. */
  readonly also?: readonly string[];
}

/** The request of a connector: one flat JSON object (api-connectors.md A2), unless it has a template of its own. */
export async function encodeConnectorRequest(
  context: RestfulContext,
  connector: ConnectorMetadata,
): Promise<EncodedRequest | { readonly fault: Fault }> {
  const members = await membersOf(context, connector);
  const { template } = context.metadata.claims;
  return {
    method: "POST",
    url: context.metadata.serviceUrl,
    headers: {
      "content-type": "application/json; charset=utf-8",
      accept: "application/json",
      "user-agent": "Vestibule",
    },
    body: template
      ? filled(template, members)
      : `{${members.map(({ key, json }) => `${key}:${json}`).join(",")}}`,
    warnings: [],
  };
}

function filled(template: RequestTemplate, members: readonly Member[]): string {
  const named = new Map<string, Member>();
  for (const member of members) {
    for (const name of [member.name, ...(member.also ?? [])]) named.set(name.toLowerCase(), member);
  }
  return fillTemplate(template, {
    json: (name) => named.get(name.toLowerCase())?.json,
    text: (name) => named.get(name.toLowerCase())?.text?.(),
  });
}

/** Everything that has a value, in the order of the captured bodies. */
async function membersOf(context: RestfulContext, connector: ConnectorMetadata): Promise<readonly Member[]> {
  const account = await accountBeforeToken(context, connector);
  const members: Member[] = [];
  const text = (name: string, value: string | undefined) => {
    if (value) members.push({ name, key: `"${name}"`, json: JSON.stringify(value), text: () => value });
  };
  text("step", connector.step);
  text("client_id", context.state.request.clientId);
  text("ui_locales", context.state.culture.tag);
  text("email", emailOf(context));
  const identities = identitiesOf(context, connector, account);
  if (identities.length > 0)
    members.push({ name: "identities", key: '"identities"', json: JSON.stringify(identities) });
  const objectId = account?.objectId ?? objectIdBeforeToken(context, connector);
  const attributes = attributesOf(context);
  for (const attribute of attributes) {
    // A claim without a value is left out, never null; a cleared field has no value (A2).
    const value = account
      ? valueNamed(account.attributes, attribute.name)
      : context.input.get(attribute.partnerName)?.value;
    if (value !== undefined && value !== "") members.push(memberOf(attribute, value));
    if (attribute.name === "displayName") text("objectId", objectId);
  }
  if (!attributes.some(({ name }) => name === "displayName")) text("objectId", objectId);
  return members;
}

function memberOf({ name, key, also, dataType, isJson }: SentAttribute, value: ClaimValue): Member {
  return {
    name,
    key,
    also,
    json: isJson ? asJsonText(value) : jsonText(value, dataType),
    text: () => plainText(value, dataType),
  };
}

/** Before the token, what is sent is what the directory holds, not what the journey carries (A2.1, U9). */
async function accountBeforeToken(
  context: RestfulContext,
  connector: ConnectorMetadata,
): Promise<Account | undefined> {
  const value = objectIdBeforeToken(context, connector);
  return value ? await context.ports.directory.find({ kind: "objectId", value }) : undefined;
}

function objectIdBeforeToken(context: RestfulContext, connector: ConnectorMetadata): string | undefined {
  // A notification of the second step goes out after the account was written.
  const exists = connector.step === "PreTokenIssuance" || context.metadata.mode === "notify";
  return exists ? claimText(context, "objectId") : undefined;
}

interface SentAttribute {
  readonly partnerName: string;
  readonly name: string;
  readonly key: string;
  readonly also: readonly string[];
  readonly dataType: DataType;
  /** A text that is JSON is sent as JSON. */
  readonly isJson: boolean;
  readonly place: number;
}

/**
 * The attributes that the profile lists as input claims, under the directory's names and in the order of the captured
 * bodies: the display name, the other built-in ones, the custom ones. Never a password.
 */
const attributesOf = perProfile((context: RestfulContext): readonly SentAttribute[] => {
  const { jsonClaims } = context.metadata.claims;
  const attributes = context.profile.inputClaims.flatMap((input): SentAttribute[] => {
    const id = input.claimTypeReferenceId;
    const partnerName = input.partnerClaimType ?? id;
    if (ownNames.has(partnerName.toLowerCase()) || isSecretClaim(context.policy, id)) return [];
    const customName = customAttributeName(partnerName);
    const name = customName
      ? `extension_${context.ports.directory.extensionsAppId}_${customName}`
      : partnerName;
    const dataType = context.policy.claimTypes.get(id)?.dataType ?? "string";
    const place = name === "displayName" ? 0 : customName === undefined ? 1 : 2;
    const isJson = jsonClaims.has(id.toLowerCase());
    const key = JSON.stringify(name);
    return [{ partnerName, name, key, also: [partnerName, id], dataType, isJson, place }];
  });
  return attributes.sort((a, b) => a.place - b.place);
});

/** Federated identities come from the provider's answer, all others from the account (A2.1, A2.2). */
function identitiesOf(
  context: RestfulContext,
  connector: ConnectorMetadata,
  account: Account | undefined,
): readonly AccountIdentity[] {
  if (account) {
    return account.identities
      .filter(({ signInType }) => signInType !== "userPrincipalName")
      .map(({ signInType, issuer, issuerAssignedId }) => ({ signInType, issuer, issuerAssignedId }));
  }
  const federated = federatedIdentity(context);
  if (federated) return [federated];
  return connector.sendLocalIdentities && connector.step === "PostAttributeCollection"
    ? localIdentities(context)
    : [];
}

function federatedIdentity(context: RestfulContext): AccountIdentity | undefined {
  const issuer = claimText(context, "identityProvider");
  const userId = claimText(context, "issuerUserId");
  if (issuer && userId) return { signInType: "federated", issuer, issuerAssignedId: userId };
  const alternative = claimText(context, "alternativeSecurityId");
  if (!alternative) return undefined;
  try {
    // {"type":6,"identityProvider":"google.com","key":"<base64 of the user's id>"}
    const { identityProvider, key } = JSON.parse(alternative) as Record<string, unknown>;
    if (typeof identityProvider !== "string" || typeof key !== "string") return undefined;
    const issuerAssignedId = Buffer.from(key, "base64").toString("utf8");
    return { signInType: "federated", issuer: identityProvider, issuerAssignedId };
  } catch {
    return undefined;
  }
}

function localIdentities(context: RestfulContext): AccountIdentity[] {
  const issuer = context.ports.directory.defaultDomain;
  const email = emailOf(context);
  const userName = ["signInNames.userName", "userName"]
    .map((id) => claimText(context, id))
    .find((name) => name !== undefined);
  return [
    ...(email ? [{ signInType: "emailAddress", issuer, issuerAssignedId: email }] : []),
    ...(userName ? [{ signInType: "userName", issuer, issuerAssignedId: userName }] : []),
  ];
}

function emailOf(context: RestfulContext): string | undefined {
  const value = context.input.get("email")?.value;
  return typeof value === "string" && value !== "" ? value : undefined;
}

function claimText(context: RestfulContext, id: string): string | undefined {
  const value = context.claims[context.policy.claimTypes.spelling(id) ?? id];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The directory may spell an attribute's name in another case than the policy. */
function valueNamed(values: ClaimsBag, name: string): ClaimValue | undefined {
  if (Object.hasOwn(values, name)) return values[name];
  const lower = name.toLowerCase();
  const key = Object.keys(values).find((candidate) => candidate.toLowerCase() === lower);
  return key === undefined ? undefined : values[key];
}
