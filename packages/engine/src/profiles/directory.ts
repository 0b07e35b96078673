import type { ClaimReference, Policy, TechnicalProfile } from "@vestibule/policy";
import { claimText } from "../claims/bag.ts";
import { booleanItem, metadataItem } from "../claims/mapping.ts";
import type { ClaimValue } from "../claims/value.ts";
import type {
  Account,
  AccountChange,
  AccountIdentity,
  AccountKey,
  AttributeRefused,
  DirectoryPort,
  NewAccount,
} from "../ports.ts";
import type { ProfileContext, ProfileResult, ResolvedClaim, ServerProfileKind } from "./profile.ts";

/** Metadata of the Azure AD directory provider. Source: technical-profiles.md 4.1. */
export interface DirectoryMetadata {
  readonly operation: "Read" | "Write" | "DeleteClaims" | "DeleteClaimsPrincipal";
  readonly raiseIfDoesNotExist: boolean;
  readonly raiseIfAlreadyExists: boolean;
}

const operations = ["Read", "Write", "DeleteClaims", "DeleteClaimsPrincipal"] as const;

export const directoryProfile: ServerProfileKind<DirectoryMetadata> = {
  kind: "directory",

  readMetadata(profile: TechnicalProfile, _policy: Policy) {
    const written = metadataItem(profile.metadata, "Operation");
    const operation = operations.find((name) => name.toLowerCase() === written?.toLowerCase());
    if (operation === undefined) {
      const message = `Technical profile '${profile.id}': metadata item Operation must be one of ${operations.join(", ")}.`;
      return {
        diagnostics: [
          { code: "AADB2C90032", severity: "error", message, ...(profile.at && { at: profile.at }) },
        ],
      };
    }
    if (profile.inputClaims.length !== 1) {
      const message = `Technical profile '${profile.id}' must have exactly one input claim: the key of the account.`;
      return {
        diagnostics: [
          { code: "AADB2C90034", severity: "error", message, ...(profile.at && { at: profile.at }) },
        ],
      };
    }
    return {
      metadata: {
        operation,
        raiseIfDoesNotExist: booleanItem(profile.metadata, "RaiseErrorIfClaimsPrincipalDoesNotExist", false),
        raiseIfAlreadyExists: booleanItem(
          profile.metadata,
          "RaiseErrorIfClaimsPrincipalAlreadyExists",
          false,
        ),
      },
    };
  },

  async run(context) {
    const [keyClaim] = context.input.values();
    const key = keyClaim && accountKey(keyClaim, context.ports.directory);
    switch (context.metadata.operation) {
      case "Read":
        return read(context, key);
      case "Write":
        return write(context, key);
      case "DeleteClaims":
        return deleteClaims(context, key);
      case "DeleteClaimsPrincipal":
        return deletePrincipal(context, key);
    }
  },
};

type Context = ProfileContext<DirectoryMetadata>;

async function read(context: Context, key: AccountKey | undefined): Promise<ProfileResult> {
  const account = key && (await context.ports.directory.find(key));
  if (!account)
    return context.metadata.raiseIfDoesNotExist ? doesNotExist(context) : { kind: "values", values: {} };
  if (context.metadata.raiseIfAlreadyExists) return alreadyExists(context);
  return { kind: "values", values: accountValues(account, context.ports.directory) };
}

async function write(context: Context, key: AccountKey | undefined): Promise<ProfileResult> {
  if (!key) return doesNotExist(context);
  const { raiseIfAlreadyExists, raiseIfDoesNotExist } = context.metadata;
  // Where the account must be new, the directory's uniqueness rule decides and not a look-up before: a retry after a
  // crash finds the journey's own account that way, and two concurrent sign-ups cannot both pass.
  if (!raiseIfAlreadyExists || key.kind === "objectId") {
    const account = await context.ports.directory.find(key);
    if (account && raiseIfAlreadyExists) return alreadyExists(context);
    if (account) return update(context, account);
    if (raiseIfDoesNotExist || key.kind === "objectId") return doesNotExist(context);
  }
  const created = await context.ports.directory.create(newAccount(context, key), journeyKey(context));
  switch (created.kind) {
    case "created":
      context.trace({
        kind: "directory",
        text: `Account ${created.account.objectId} was created`,
        technicalProfile: context.profile.id,
      });
      return {
        kind: "values",
        values: {
          ...accountValues(created.account, context.ports.directory),
          newClaimsPrincipalCreated: true,
        },
        wroteDirectory: true,
      };
    case "passwordRefused":
    case "attributeRefused":
    case "throttled":
      return refused(context, created);
    case "alreadyExists": {
      const account = raiseIfAlreadyExists ? undefined : await context.ports.directory.find(key);
      return account ? update(context, account) : alreadyExists(context);
    }
  }
}

/** One key for one page of one journey: the same however often that page's submission is repeated. */
function journeyKey({ state, profile, step }: Context): string {
  return `${state.id}:${state.pageCount}:${step}:${profile.id}`;
}

async function update(context: Context, account: Account): Promise<ProfileResult> {
  const result = await context.ports.directory.change(account.objectId, accountChange(context, account));
  switch (result.kind) {
    case "changed":
      context.trace({
        kind: "directory",
        text: `Account ${account.objectId} was written`,
        technicalProfile: context.profile.id,
      });
      return {
        kind: "values",
        values: {
          ...accountValues(result.account, context.ports.directory),
          newClaimsPrincipalCreated: false,
        },
        wroteDirectory: true,
      };
    case "notFound":
      return doesNotExist(context);
    case "alreadyExists":
      return alreadyExists(context);
    case "passwordRefused":
    case "attributeRefused":
    case "throttled":
      return refused(context, result);
  }
}

async function deleteClaims(context: Context, key: AccountKey | undefined): Promise<ProfileResult> {
  const account = key && (await context.ports.directory.find(key));
  if (!account)
    return context.metadata.raiseIfDoesNotExist ? doesNotExist(context) : { kind: "values", values: {} };
  const keyPartner = [...context.input.keys()][0]?.toLowerCase();
  const attributes: Record<string, null> = {};
  let identities = [...account.identities];
  for (const reference of context.profile.persistedClaims) {
    const partner = partnerOf(reference);
    if (partner.toLowerCase() === keyPartner) continue;
    const identityKind = identityPartner(partner);
    if (identityKind) identities = identities.filter((identity) => !identityKind.matches(identity));
    else attributes[attributeName(partner, context.ports.directory)] = null;
  }
  await context.ports.directory.change(account.objectId, { attributes, identities });
  return { kind: "values", values: {}, wroteDirectory: true };
}

async function deletePrincipal(context: Context, key: AccountKey | undefined): Promise<ProfileResult> {
  const account = key && (await context.ports.directory.find(key));
  if (!account)
    return context.metadata.raiseIfDoesNotExist ? doesNotExist(context) : { kind: "values", values: {} };
  await context.ports.directory.remove(account.objectId);
  return { kind: "values", values: {}, wroteDirectory: true };
}

function doesNotExist(context: Context): ProfileResult {
  return {
    kind: "userError",
    code: "AADB2C99002",
    message: context.message("UserMessageIfClaimsPrincipalDoesNotExist"),
  };
}

function alreadyExists(context: Context): ProfileResult {
  return {
    kind: "userError",
    code: "AADB2C99001",
    message: context.message("UserMessageIfClaimsPrincipalAlreadyExists"),
  };
}

function refused(
  context: Context,
  result: AttributeRefused | { readonly kind: "passwordRefused" | "throttled" },
): ProfileResult {
  switch (result.kind) {
    case "passwordRefused":
      return { kind: "userError", message: context.message("UserMessageIfPasswordComplexityNotMet") };
    case "throttled":
      return { kind: "userError", code: "AADB2C90244", message: context.message("ServiceThrottled") };
    case "attributeRefused": {
      context.trace({
        kind: "warning",
        text: `${result.attribute}: ${result.reason}`,
        technicalProfile: context.profile.id,
      });
      const claim = [...context.persisted.values()].find(
        ({ partnerName }) => attributeName(partnerName, context.ports.directory) === result.attribute,
      );
      const type = claim && context.policy.claimTypes.get(claim.claimTypeId);
      const name = type?.displayName ?? claim?.claimTypeId;
      if (name === undefined)
        return {
          kind: "userError",
          code: "AADB2C90278",
          message: "Unable to validate the information provided.",
        };
      return { kind: "userError", message: context.message("UserMessageIfInvalidInput", name) };
    }
  }
}

// Names -------------------------------------------------------------------------------------------------------------

const partnerOf = (reference: ClaimReference) => reference.partnerClaimType ?? reference.claimTypeReferenceId;

function accountKey(claim: ResolvedClaim, directory: DirectoryPort): AccountKey | undefined {
  const partner = claim.partnerName.toLowerCase();
  const value = claimText(claim.value).trim();
  if (value === "") return undefined;
  if (partner === "objectid") return { kind: "objectId", value };
  if (partner === "userprincipalname") return { kind: "userPrincipalName", value };
  if (partner === "signinnames" || partner === "logonidentifier") return { kind: "signInName", value };
  if (partner.startsWith("signinnames.")) {
    return { kind: "signInName", signInType: claim.partnerName.slice("signInNames.".length), value };
  }
  if (partner === "alternativesecurityid") {
    const identity = parseAlternativeSecurityId(value);
    return (
      identity && { kind: "federated", issuer: identity.issuer, issuerAssignedId: identity.issuerAssignedId }
    );
  }
  return { kind: "attribute", name: attributeName(claim.partnerName, directory), value: claim.value };
}

/** `{"type":6,"identityProvider":"<issuer>","key":"<base64 of the UTF-8 subject>"}` ↔ a federated identity. */
export function parseAlternativeSecurityId(text: string): AccountIdentity | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null) return undefined;
    const { identityProvider, key } = parsed as { identityProvider?: unknown; key?: unknown };
    if (typeof identityProvider !== "string" || typeof key !== "string") return undefined;
    return {
      signInType: "federated",
      issuer: identityProvider,
      issuerAssignedId: Buffer.from(key, "base64").toString("utf8"),
    };
  } catch {
    return undefined;
  }
}

export function alternativeSecurityId(issuer: string, issuerAssignedId: string): string {
  return JSON.stringify({
    type: 6,
    identityProvider: issuer,
    key: Buffer.from(issuerAssignedId, "utf8").toString("base64"),
  });
}

/** Directory name of a partner name: extension attributes carry the id of the application that owns them. */
function attributeName(partner: string, directory: DirectoryPort): string {
  const extension = /^extension_(?:[0-9a-f]{32}_)?(.+)$/i.exec(partner);
  return extension ? `extension_${directory.extensionsAppId}_${extension[1]}` : partner;
}

function identityPartner(partner: string): { matches(identity: AccountIdentity): boolean } | undefined {
  const name = partner.toLowerCase();
  if (name === "alternativesecurityid") return { matches: (identity) => identity.signInType === "federated" };
  if (!name.startsWith("signinnames.")) return undefined;
  const type = name.slice("signinnames.".length);
  return { matches: (identity) => identity.signInType.toLowerCase() === type };
}

// Account ↔ claims -------------------------------------------------------------------------------------------------------

/** Everything that a directory profile may output, by partner name. */
export function accountValues(account: Account, directory: DirectoryPort): Record<string, ClaimValue> {
  const values: Record<string, ClaimValue> = {
    ...account.attributes,
    objectId: account.objectId,
    accountEnabled: account.accountEnabled,
  };
  const prefix = `extension_${directory.extensionsAppId}_`;
  for (const [name, value] of Object.entries(account.attributes)) {
    if (name.toLowerCase().startsWith(prefix)) values[`extension_${name.slice(prefix.length)}`] = value;
  }
  for (const identity of account.identities) {
    if (identity.signInType === "federated") {
      values["alternativeSecurityId"] ??= alternativeSecurityId(identity.issuer, identity.issuerAssignedId);
    } else if (identity.signInType !== "userPrincipalName") {
      values[`signInNames.${identity.signInType}`] ??= identity.issuerAssignedId;
    }
  }
  const emails = emailsOf(account);
  if (emails.length > 0) values["emails"] = emails;
  return values;
}

/** Order and duplicates as user-flows.md 7 settles them: sign-in address, authentication address, other mails. */
function emailsOf(account: Account): string[] {
  const signIn = account.identities
    .filter(({ signInType }) => /^emailAddress\d*$/.test(signInType))
    .map((i) => i.issuerAssignedId);
  const authentication = account.attributes["strongAuthenticationEmailAddress"];
  const other = account.attributes["otherMails"];
  const all = [
    ...signIn,
    ...(typeof authentication === "string" ? [authentication] : []),
    ...(Array.isArray(other) ? other.map(String) : []),
  ];
  const seen = new Set<string>();
  return all.filter((mail) => !seen.has(mail.toLowerCase()) && seen.add(mail.toLowerCase()));
}

interface PersistedValues {
  readonly attributes: Record<string, ClaimValue | null>;
  readonly localIdentities: AccountIdentity[];
  readonly federatedIdentities: AccountIdentity[] | undefined;
  readonly password?: string;
  readonly passwordPolicies?: string;
  readonly forceChangePasswordNextSignIn?: boolean;
  readonly accountEnabled?: boolean;
}

function persistedValues(context: Context): PersistedValues {
  const { directory } = context.ports;
  const attributes: Record<string, ClaimValue | null> = {};
  const localIdentities: AccountIdentity[] = [];
  let federatedIdentities: AccountIdentity[] | undefined;
  let password: string | undefined;
  let passwordPolicies: string | undefined;
  let forceChangePasswordNextSignIn: boolean | undefined;
  let accountEnabled: boolean | undefined;
  for (const { partnerName, value } of context.persisted.values()) {
    const name = partnerName.toLowerCase();
    if (name === "objectid") continue;
    if (name === "password") password = claimText(value);
    else if (name === "passwordpolicies") passwordPolicies = claimText(value);
    else if (name === "accountenabled") accountEnabled = value === true;
    else if (name === "passwordprofile.forcechangepasswordnextlogin")
      forceChangePasswordNextSignIn = value === true;
    else if (name === "alternativesecurityid") {
      const identity = parseAlternativeSecurityId(claimText(value));
      if (identity) federatedIdentities = [identity];
    } else if (name.startsWith("signinnames.")) {
      const signInType = partnerName.slice("signInNames.".length);
      localIdentities.push({
        signInType,
        issuer: directory.defaultDomain,
        issuerAssignedId: claimText(value).trim(),
      });
    } else {
      attributes[attributeName(partnerName, directory)] = value === "" ? null : value;
    }
  }
  return {
    attributes,
    localIdentities,
    federatedIdentities,
    ...(password !== undefined && { password }),
    ...(passwordPolicies !== undefined && { passwordPolicies }),
    ...(forceChangePasswordNextSignIn !== undefined && { forceChangePasswordNextSignIn }),
    ...(accountEnabled !== undefined && { accountEnabled }),
  };
}

function newAccount(context: Context, key: AccountKey): NewAccount {
  const { attributes, localIdentities, federatedIdentities, ...rest } = persistedValues(context);
  const values = Object.fromEntries(
    Object.entries(attributes).filter(([, value]) => value !== null),
  ) as Record<string, ClaimValue>;
  const identities = [...localIdentities, ...(federatedIdentities ?? [])];
  if (identities.length === 0 && key.kind === "userPrincipalName") values["userPrincipalName"] = key.value;
  return { identities, attributes: values, ...rest };
}

/**
 * The caveat of the product: an update that persists one local sign-in name drops the local names that it does not
 * persist; federated identities stay (technical-profiles.md 4.5).
 */
function accountChange(context: Context, account: Account): AccountChange {
  const { attributes, localIdentities, federatedIdentities, ...rest } = persistedValues(context);
  const kept = account.identities.filter((identity) => {
    if (identity.signInType === "federated") return federatedIdentities === undefined;
    return identity.signInType === "userPrincipalName" || localIdentities.length === 0;
  });
  const identities = [...kept, ...localIdentities, ...(federatedIdentities ?? [])];
  for (const reference of context.profile.persistedClaims) {
    const name = attributeName(partnerOf(reference), context.ports.directory);
    if (reference.overwriteIfExists === false && account.attributes[name] !== undefined)
      delete attributes[name];
  }
  const identitiesChanged = localIdentities.length > 0 || federatedIdentities !== undefined;
  return { attributes, ...(identitiesChanged && { identities }), ...rest };
}
