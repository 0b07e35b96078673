import type { Policy, TechnicalProfile } from "@vestibule/policy";
import { booleanItem, metadataItem } from "../../claims/mapping.ts";
import type { Account, AccountKey, AttributeRefused } from "../../ports.ts";
import type { ProfileContext, ProfileResult, ServerProfileKind } from "../profile.ts";
import { accountValues } from "./account-values.ts";
import { accountKeys, attributeName, identityPartner, partnerOf } from "./names.ts";
import { accountChange, newAccount } from "./persisted-values.ts";

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
    try {
      return await runOperation(context);
    } catch (error) {
      // Several accounts fit the key: nobody can say which one was meant (technical-profiles.md 4.2).
      if (error instanceof Error && "code" in error && error.code === ambiguous) {
        return {
          kind: "systemError",
          code: ambiguous,
          message: "Unable to validate the information provided.",
        };
      }
      throw error;
    }
  },
};

const ambiguous = "AADB2C90278";

function runOperation(context: Context): Promise<ProfileResult> {
  const [keyClaim] = context.input.values();
  const keys = keyClaim ? accountKeys(keyClaim, context.ports.directory) : [];
  switch (context.metadata.operation) {
    case "Read":
      return read(context, keys);
    case "Write":
      return write(context, keys);
    case "DeleteClaims":
      return deleteClaims(context, keys);
    case "DeleteClaimsPrincipal":
      return deletePrincipal(context, keys);
  }
}

/** The account that any of the keys names: a person may have identities of several providers. */
async function find(context: Context, keys: readonly AccountKey[]): Promise<Account | undefined> {
  for (const key of keys) {
    const account = await context.ports.directory.find(key);
    if (account) return account;
  }
  return undefined;
}

export type Context = ProfileContext<DirectoryMetadata>;

async function read(context: Context, keys: readonly AccountKey[]): Promise<ProfileResult> {
  const account = await find(context, keys);
  if (!account)
    return context.metadata.raiseIfDoesNotExist ? doesNotExist(context) : { kind: "values", values: {} };
  if (context.metadata.raiseIfAlreadyExists) return alreadyExists(context);
  return { kind: "values", values: accountValues(account, context.ports.directory) };
}

async function write(context: Context, keys: readonly AccountKey[]): Promise<ProfileResult> {
  const [key] = keys;
  if (!key) return doesNotExist(context);
  const { raiseIfAlreadyExists, raiseIfDoesNotExist } = context.metadata;
  // Where the account must be new, the directory's uniqueness rule decides and not a look-up before: a retry after a
  // crash finds the journey's own account that way, and two concurrent sign-ups cannot both pass.
  if (!raiseIfAlreadyExists || key.kind === "objectId") {
    const account = await find(context, keys);
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
      const account = raiseIfAlreadyExists ? undefined : await find(context, keys);
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

async function deleteClaims(context: Context, keys: readonly AccountKey[]): Promise<ProfileResult> {
  const account = await find(context, keys);
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

async function deletePrincipal(context: Context, keys: readonly AccountKey[]): Promise<ProfileResult> {
  const account = await find(context, keys);
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
