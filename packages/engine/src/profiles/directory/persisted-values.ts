import { claimText } from "../../claims/bag.ts";
import type { ClaimValue } from "../../claims/value.ts";
import type { Account, AccountChange, AccountIdentity, AccountKey, NewAccount } from "../../ports.ts";
import type { Context } from "./directory.ts";
import { attributeName, federatedIdentities, parseAlternativeSecurityId, partnerOf } from "./names.ts";

interface PersistedValues {
  readonly attributes: Record<string, ClaimValue | null>;
  readonly localIdentities: AccountIdentity[];
  readonly federatedIdentities: readonly AccountIdentity[] | undefined;
  readonly password?: string;
  readonly passwordPolicies?: string;
  readonly forceChangePasswordNextSignIn?: boolean;
  readonly accountEnabled?: boolean;
}

function persistedValues(context: Context): PersistedValues {
  const { directory } = context.ports;
  const attributes: Record<string, ClaimValue | null> = {};
  const localIdentities: AccountIdentity[] = [];
  let federated: readonly AccountIdentity[] | undefined;
  let password: string | undefined;
  let passwordPolicies: string | undefined;
  let forceChangePasswordNextSignIn: boolean | undefined;
  let accountEnabled: boolean | undefined;
  for (const { partnerName, value } of context.persisted.values()) {
    const name = partnerName.toLowerCase();
    if (name === "objectid") continue;
    const identities = federatedIdentities(partnerName, value);
    if (identities) federated = identities;
    else if (name === "password") password = claimText(value);
    else if (name === "passwordpolicies") passwordPolicies = claimText(value);
    else if (name === "accountenabled") accountEnabled = value === true;
    else if (name === "passwordprofile.forcechangepasswordnextlogin")
      forceChangePasswordNextSignIn = value === true;
    else if (name === "alternativesecurityid") {
      const identity = parseAlternativeSecurityId(claimText(value));
      if (identity) federated = [identity];
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
    federatedIdentities: federated,
    ...(password !== undefined && { password }),
    ...(passwordPolicies !== undefined && { passwordPolicies }),
    ...(forceChangePasswordNextSignIn !== undefined && { forceChangePasswordNextSignIn }),
    ...(accountEnabled !== undefined && { accountEnabled }),
  };
}

export function newAccount(context: Context, key: AccountKey): NewAccount {
  const { attributes, localIdentities, federatedIdentities: federated, ...rest } = persistedValues(context);
  const values = Object.fromEntries(
    Object.entries(attributes).filter(([, value]) => value !== null),
  ) as Record<string, ClaimValue>;
  const identities = [...localIdentities, ...(federated ?? [])];
  if (identities.length === 0 && key.kind === "userPrincipalName") values.userPrincipalName = key.value;
  return { identities, attributes: values, ...rest };
}

/**
 * The caveat of the product: an update that persists one local sign-in name drops the local names that it does not
 * persist; federated identities stay (technical-profiles.md 4.5).
 */
export function accountChange(context: Context, account: Account): AccountChange {
  const { attributes, localIdentities, federatedIdentities: federated, ...rest } = persistedValues(context);
  const kept = account.identities.filter((identity) => {
    if (identity.signInType === "federated") return federated === undefined;
    return identity.signInType === "userPrincipalName" || localIdentities.length === 0;
  });
  const identities = [...kept, ...localIdentities, ...(federated ?? [])];
  for (const reference of context.profile.persistedClaims) {
    const name = attributeName(partnerOf(reference), context.ports.directory);
    if (reference.overwriteIfExists === false && account.attributes[name] !== undefined)
      delete attributes[name];
  }
  const identitiesChanged = localIdentities.length > 0 || federated !== undefined;
  return { attributes, ...(identitiesChanged && { identities }), ...rest };
}
