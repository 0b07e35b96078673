import type { ClaimValue } from "../../claims/value.ts";
import type { Account, DirectoryPort } from "../../ports.ts";
import { alternativeSecurityId } from "./names.ts";

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
  const federated = account.identities.filter(({ signInType }) => signInType === "federated");
  values.userIdentities = federated.map(({ issuer, issuerAssignedId }) => ({
    issuer,
    issuerUserId: Buffer.from(issuerAssignedId, "utf8").toString("base64"),
  }));
  values.alternativeSecurityIds = federated.map(({ issuer, issuerAssignedId }) => ({
    type: 6,
    identityProvider: issuer,
    key: Buffer.from(issuerAssignedId, "utf8").toString("base64"),
  }));
  for (const identity of account.identities) {
    if (identity.signInType === "federated") {
      values.alternativeSecurityId ??= alternativeSecurityId(identity.issuer, identity.issuerAssignedId);
    } else if (identity.signInType !== "userPrincipalName") {
      values[`signInNames.${identity.signInType}`] ??= identity.issuerAssignedId;
    }
  }
  const emails = emailsOf(account);
  if (emails.length > 0) values.emails = emails;
  return values;
}

/** Order and duplicates as user-flows.md 7 settles them: sign-in address, authentication address, other mails. */
function emailsOf(account: Account): string[] {
  const signIn = account.identities
    .filter(({ signInType }) => /^emailAddress\d*$/.test(signInType))
    .map((i) => i.issuerAssignedId);
  const authentication = account.attributes.strongAuthenticationEmailAddress;
  const other = account.attributes.otherMails;
  const all = [
    ...signIn,
    ...(typeof authentication === "string" ? [authentication] : []),
    ...(Array.isArray(other) ? other.map(String) : []),
  ];
  const seen = new Set<string>();
  return all.filter((mail) => !seen.has(mail.toLowerCase()) && seen.add(mail.toLowerCase()));
}
