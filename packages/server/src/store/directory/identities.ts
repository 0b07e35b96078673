import type { AccountIdentity, AttributeRefused } from "@vestibule/engine";
import type { Tenant } from "../../tenant/tenant.ts";
import { digestOf } from "../digest.ts";
import { isMailAddress } from "./attributes.ts";
import { exactForm, isStorableName, looseForm } from "./comparison.ts";

const mostIdentities = 10;
const longestIssuer = 512;
const longestLocal = 256;
const longestFederated = 512;
const longestUserPrincipalName = 113;

export const federated = "federated";
export const userPrincipalName = "userPrincipalName";

export function isLocal(identity: AccountIdentity): boolean {
  return identity.signInType !== federated && identity.signInType !== userPrincipalName;
}

/** The identities of a write, checked and normalised; the user principal name apart (directory-and-graph.md 3). */
export interface CheckedIdentities {
  readonly kind: "identities";
  readonly identities: readonly AccountIdentity[];
  readonly userPrincipalName?: string;
}

export function checkIdentities(
  tenant: Tenant,
  identities: readonly AccountIdentity[],
): CheckedIdentities | AttributeRefused {
  const refuse = (reason: string): AttributeRefused => ({
    kind: "attributeRefused",
    attribute: "identities",
    reason,
  });
  const checked = new Map<string, AccountIdentity>();
  let principalName: string | undefined;
  for (const identity of identities) {
    const type = canonicalType(identity.signInType);
    if (type === "" || type.length > 64 || !isStorableName(type))
      return refuse("The sign-in type is not usable.");
    if (type === userPrincipalName) {
      principalName = identity.issuerAssignedId;
      continue;
    }
    const reason = type === federated ? problemOfFederated(identity) : problemOfIssuer(tenant, identity);
    if (reason !== undefined) return refuse(reason);
    if (type === federated) {
      checked.set(identityKey(tenant, identity), { ...identity, signInType: type });
      continue;
    }
    const value =
      type === "phoneNumber" ? identity.issuerAssignedId.replace(/[ ()-]/g, "") : identity.issuerAssignedId;
    const problem = problemOfLocal(type, value);
    if (problem !== undefined) return refuse(problem);
    const local = { signInType: type, issuer: tenant.defaultDomain, issuerAssignedId: value };
    checked.set(`${type.toLowerCase()} ${identityKey(tenant, local)}`, local);
  }
  if (checked.size > mostIdentities)
    return refuse(`An account may have at most ${mostIdentities} identities.`);
  return {
    kind: "identities",
    identities: [...checked.values()],
    ...(principalName !== undefined && { userPrincipalName: principalName }),
  };
}

const knownTypes = new Map(
  ["emailAddress", "userName", "phoneNumber", federated, userPrincipalName].map((type) => [
    type.toLowerCase(),
    type,
  ]),
);

function canonicalType(type: string): string {
  return knownTypes.get(type.toLowerCase()) ?? type;
}

function problemOfFederated({ issuer, issuerAssignedId }: AccountIdentity): string | undefined {
  if (issuer === "" || issuer.length > longestIssuer || !isStorableName(issuer)) {
    return `The issuer must have 1 to ${longestIssuer} characters.`;
  }
  if (
    issuerAssignedId === "" ||
    issuerAssignedId.length > longestFederated ||
    !isStorableName(issuerAssignedId)
  ) {
    return `The identity provider's user id must have 1 to ${longestFederated} characters.`;
  }
  return undefined;
}

/** On write any domain of the tenant or its GUID stands for the default domain. */
function problemOfIssuer(tenant: Tenant, { issuer }: AccountIdentity): string | undefined {
  return issuer === "" || isOwnIssuer(tenant, issuer)
    ? undefined
    : "The issuer of a local identity must be a domain of the tenant.";
}

function isOwnIssuer(tenant: Tenant, issuer: string): boolean {
  const form = exactForm(issuer);
  return [tenant.defaultDomain, tenant.id, ...tenant.domains].some((own) => exactForm(own) === form);
}

function problemOfLocal(type: string, value: string): string | undefined {
  if (value === "" || value.length > longestLocal || value !== value.trim() || !isStorableName(value)) {
    return `The sign-in name must have 1 to ${longestLocal} characters and no blank around them.`;
  }
  if (/^emailAddress\d*$/i.test(type) && !isMailAddress(value)) return "The e-mail address is not valid.";
  if (type === "userName" && !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value)) {
    return "A user name begins with a letter or digit and has at most 64 letters, digits, dots, hyphens and underscores.";
  }
  if (type === "phoneNumber" && !/^\+[0-9]{7,15}$/.test(value)) {
    return "A phone number is + and 7 to 15 digits.";
  }
  return undefined;
}

/** A user principal name is `local@domain`, at a domain of the tenant. */
export function problemOfUserPrincipalName(tenant: Tenant, value: string): string | undefined {
  const at = value.lastIndexOf("@");
  const domain = exactForm(value.slice(at + 1));
  if (at < 1 || value.length > longestUserPrincipalName || !isStorableName(value) || /\s/.test(value)) {
    return `It must be a name at a domain, with at most ${longestUserPrincipalName} characters.`;
  }
  if (!isOwnIssuer(tenant, domain)) {
    return "Its domain must be a domain of the tenant.";
  }
  return undefined;
}

/**
 * What uniqueness goes by: issuer and value over all types. Local values compare loosely, a federated subject exactly,
 * its issuer without regard to case.
 */
export function identityKey(tenant: Tenant, identity: AccountIdentity): string {
  return identity.signInType === federated && !isOwnIssuer(tenant, identity.issuer)
    ? digestOf("federated", exactForm(identity.issuer), identity.issuerAssignedId)
    : localKey(identity.issuerAssignedId);
}

export function localKey(value: string): string {
  return digestOf("local", looseForm(value));
}

/** Whether a local identity is the one that was typed: see comparison.ts for the two strengths. */
export function hasLocalName(identity: AccountIdentity, value: string): boolean {
  return isLocal(identity) && exactForm(identity.issuerAssignedId) === exactForm(value);
}

/** `emailAddress` stands for `emailAddress1` and so on too. */
export function isOfType(identity: AccountIdentity, types: readonly string[]): boolean {
  const own = identity.signInType.toLowerCase();
  return types.some((type) => {
    const wanted = type.toLowerCase();
    return own === wanted || (wanted === "emailaddress" && /^emailaddress\d+$/.test(own));
  });
}
