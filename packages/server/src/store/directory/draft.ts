import type {
  AccountChange,
  AccountIdentity,
  AttributeRefused,
  ClaimValue,
  NewAccount,
} from "@vestibule/engine";
import type { Tenant } from "../../tenant/tenant.ts";
import { attributeName, attributeRules, checkAttribute } from "./attributes.ts";
import { type ExtensionDefinitions, fullExtensionName } from "./extensions.ts";
import { checkIdentities, problemOfUserPrincipalName } from "./identities.ts";
import { readPasswordPolicies } from "./password-policy.ts";

/** Custom attributes that one account may have values of. */
const mostExtensionValues = 100;

/** A write of an account, checked: every name in the directory's spelling, every value as it will be stored. */
export interface Draft {
  readonly kind: "draft";
  /** A null clears. */
  readonly attributes: ReadonlyMap<string, ClaimValue | null>;
  readonly identities?: readonly AccountIdentity[];
  readonly userPrincipalName?: string;
  readonly password?: string;
  readonly forceChange?: boolean;
  readonly accountEnabled?: boolean;
  /** An object id among the attributes: policies repeat their key; it cannot be changed. */
  readonly objectId?: string;
}

/** What persisted claims may name besides attributes; in lower case. */
const special = {
  password: "password",
  passwordPolicies: "passwordpolicies",
  forceChange: new Set([
    "passwordprofile.forcechangepasswordnextlogin",
    "passwordprofile.forcechangepasswordnextsignin",
  ]),
};

const readOnly = new Set([
  "createddatetime",
  "creationtype",
  "legalagegroupclassification",
  "refreshtokensvalidfromdatetime",
  "signinsessionsvalidfromdatetime",
  "lastpasswordchangedatetime",
  "newclaimsprincipalcreated",
]);

interface Mutable {
  readonly attributes: Map<string, ClaimValue | null>;
  identities?: readonly AccountIdentity[];
  userPrincipalName?: string;
  password?: string;
  passwordPolicies?: string | null;
  forceChange?: boolean;
  accountEnabled?: boolean;
  objectId?: string;
}

export async function checkDraft(
  tenant: Tenant,
  definitions: ExtensionDefinitions,
  input: NewAccount | AccountChange,
): Promise<Draft | AttributeRefused> {
  const draft: Mutable = { attributes: new Map() };
  for (const [name, written] of Object.entries(input.attributes ?? {})) {
    // An empty text clears (directory-and-graph.md 2).
    const value = written === "" ? null : written;
    const problem = await takeAttribute(tenant, definitions, draft, name, value);
    if (problem !== undefined) return problem;
  }
  if (input.password !== undefined) draft.password = input.password;
  if (input.passwordPolicies !== undefined) draft.passwordPolicies = input.passwordPolicies;
  if (input.forceChangePasswordNextSignIn !== undefined)
    draft.forceChange = input.forceChangePasswordNextSignIn;
  if (input.accountEnabled !== undefined) draft.accountEnabled = input.accountEnabled;

  if (draft.passwordPolicies !== undefined) {
    if (draft.passwordPolicies !== null && readPasswordPolicies(draft.passwordPolicies) === undefined) {
      return refusal("passwordPolicies", "It names a password policy that does not exist.");
    }
    draft.attributes.set("passwordPolicies", draft.passwordPolicies);
  }
  if (input.identities !== undefined) {
    const checked = checkIdentities(tenant, input.identities);
    if (checked.kind === "attributeRefused") return checked;
    draft.identities = checked.identities;
    if (checked.userPrincipalName !== undefined) draft.userPrincipalName ??= checked.userPrincipalName;
  }
  if (draft.userPrincipalName !== undefined) {
    const problem = problemOfUserPrincipalName(tenant, draft.userPrincipalName);
    if (problem !== undefined) return refusal("userPrincipalName", problem);
  }
  const { passwordPolicies: _, ...checked } = draft;
  return { kind: "draft", ...checked };
}

async function takeAttribute(
  tenant: Tenant,
  definitions: ExtensionDefinitions,
  draft: Mutable,
  name: string,
  value: ClaimValue | null,
): Promise<AttributeRefused | undefined> {
  const lower = name.toLowerCase();
  if (readOnly.has(lower)) return refusal(name, "It is set by the directory.");
  if (lower === special.password) {
    if (value === null) return undefined;
    if (typeof value !== "string") return refusal(name, "It must be a text.");
    draft.password = value;
    return undefined;
  }
  if (lower === special.passwordPolicies) {
    if (value !== null && typeof value !== "string") return refusal(name, "It must be a text.");
    draft.passwordPolicies = value;
    return undefined;
  }
  if (lower === "userprincipalname" || lower === "objectid") {
    if (typeof value !== "string") return refusal(name, "It must be a text and cannot be cleared.");
    if (lower === "objectid") draft.objectId = value.toLowerCase();
    else draft.userPrincipalName = value;
    return undefined;
  }
  if (lower === "accountenabled" || special.forceChange.has(lower)) {
    const flag = checkAttribute(name, value ?? false, { type: "boolean" });
    if ("kind" in flag) return flag;
    if (lower === "accountenabled") draft.accountEnabled = flag.value === true;
    else draft.forceChange = flag.value === true;
    return undefined;
  }
  return await takePlainAttribute(tenant, definitions, draft, name, value);
}

async function takePlainAttribute(
  tenant: Tenant,
  definitions: ExtensionDefinitions,
  draft: Mutable,
  name: string,
  value: ClaimValue | null,
): Promise<AttributeRefused | undefined> {
  // Refusals speak of the name that the caller wrote.
  const canonical = attributeName(name);
  const rule = canonical === undefined ? undefined : attributeRules[canonical];
  if (canonical !== undefined && rule !== undefined) {
    if (value === null) {
      if ("required" in rule) return refusal(name, "It cannot be cleared.");
      draft.attributes.set(canonical, null);
      return undefined;
    }
    const checked = checkAttribute(name, value, rule);
    if ("kind" in checked) return checked;
    draft.attributes.set(canonical, checked.value);
    return undefined;
  }
  const full = fullExtensionName(tenant, name);
  if (full === undefined) return refusal(name, "The directory has no such attribute.");
  if (value === null) {
    draft.attributes.set((await definitions.find(full))?.name ?? full, null);
    return undefined;
  }
  const definition = await definitions.forWriting(full, value);
  if ("kind" in definition) return { ...definition, attribute: name };
  const checked = checkAttribute(name, value, definition.rule);
  if ("kind" in checked) return checked;
  draft.attributes.set(definition.name, checked.value);
  return undefined;
}

/** Stored attributes after the write; a refusal where there are too many. */
export function mergeAttributes(
  before: Readonly<Record<string, ClaimValue>>,
  written: ReadonlyMap<string, ClaimValue | null>,
): Readonly<Record<string, ClaimValue>> | AttributeRefused {
  const merged = new Map(Object.entries(before));
  for (const [name, value] of written) {
    if (value === null) merged.delete(name);
    else merged.set(name, value);
  }
  const extensions = [...merged.keys()].filter((name) => name.startsWith("extension_"));
  if (extensions.length > mostExtensionValues) {
    return refusal(
      "extension",
      `An account may have values of at most ${mostExtensionValues} custom attributes.`,
    );
  }
  return Object.fromEntries(merged);
}

export function refusal(attribute: string, reason: string): AttributeRefused {
  return { kind: "attributeRefused", attribute, reason };
}
