import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DirectoryPort, NewAccount } from "@vestibule/engine";
import type { Diagnostic } from "@vestibule/policy";
import { JsonReading, shapes } from "@vestibule/user-flows";
import type { Tenant } from "../tenant/tenant.ts";

const { either, flag, listOf, maybe, object, optional, required, text } = shapes;

/** One account of `accounts.json`, in the members of a Graph user (directory-and-graph.md 2). */
const accountShape = object({
  displayName: required(text()),
  givenName: maybe(text()),
  surname: maybe(text()),
  identities: required(
    listOf(
      object({
        signInType: required(text()),
        issuer: maybe(text()),
        issuerAssignedId: required(text()),
      }),
    ),
  ),
  passwordProfile: maybe(
    object({ password: required(text()), forceChangePasswordNextSignIn: optional(flag, false) }),
  ),
  passwordPolicies: maybe(text()),
  accountEnabled: optional(flag, true),
  /** Further attributes, custom ones as `extension_Name`. */
  attributes: optional(
    shapes.dictionary(either((node) => node.type === "boolean", flag, text())),
    (): Readonly<Record<string, string | boolean>> => ({}),
  ),
});

type SeedAccount = shapes.Shaped<typeof accountShape>;

const codes = { unknownMember: "AC001", wrongType: "AC002", syntax: "AC003", outOfRange: "AC004" };

/**
 * Puts the accounts of a tenant's `accounts.json` into its directory, for development and demonstration: those whose
 * first identity nobody has yet. What is there already, changed passwords too, stays as it is. Returns what is wrong
 * with the file; a tenant without the file has no such accounts.
 */
export async function seedAccounts(tenant: Tenant, directory: DirectoryPort): Promise<readonly Diagnostic[]> {
  const file = accountsFile(tenant);
  const content = await readFile(file, "utf8").catch(absent);
  if (content === undefined) return [];
  const reading = new JsonReading(content, file, codes);
  const root = reading.root();
  const accounts = root ? (listOf(accountShape).read(root, "", reading) ?? []) : [];
  for (const [index, account] of accounts.entries()) {
    const refused = await seed(tenant, directory, account);
    if (refused !== undefined) reading.report("AC005", "error", `[${index}]`, refused);
  }
  return reading.diagnostics;
}

export function accountsFile(tenant: Tenant): string {
  return join(tenant.directory, "accounts.json");
}

/** A sentence where the directory refuses the account. */
async function seed(
  tenant: Tenant,
  directory: DirectoryPort,
  account: SeedAccount,
): Promise<string | undefined> {
  const [first] = account.identities;
  if (first === undefined) return "An account needs an identity to sign in with.";
  const identities = account.identities.map((one) => ({
    signInType: one.signInType,
    issuer: one.issuer ?? tenant.defaultDomain,
    issuerAssignedId: one.issuerAssignedId,
  }));
  const known = await directory.find(
    first.signInType === "federated"
      ? { kind: "federated", issuer: first.issuer ?? "", issuerAssignedId: first.issuerAssignedId }
      : { kind: "signInName", signInType: first.signInType, value: first.issuerAssignedId },
  );
  if (known) return undefined;
  const created = await directory.create(newAccount(account, identities), `seed:${first.issuerAssignedId}`);
  switch (created.kind) {
    case "created":
      return undefined;
    case "alreadyExists":
      return "Another account has one of these identities.";
    case "passwordRefused":
      return `The password is refused: ${created.reason}`;
    case "attributeRefused":
      return `The attribute '${created.attribute}' is refused: ${created.reason}`;
    case "throttled":
      return "Too many passwords are being hashed at this moment.";
  }
}

function newAccount(account: SeedAccount, identities: NewAccount["identities"]): NewAccount {
  const { passwordProfile, passwordPolicies, givenName, surname } = account;
  return {
    identities,
    accountEnabled: account.accountEnabled,
    attributes: {
      displayName: account.displayName,
      ...(givenName !== undefined && { givenName }),
      ...(surname !== undefined && { surname }),
      ...account.attributes,
    },
    ...(passwordProfile && {
      password: passwordProfile.password,
      forceChangePasswordNextSignIn: passwordProfile.forceChangePasswordNextSignIn,
    }),
    ...(passwordPolicies !== undefined && { passwordPolicies }),
  };
}

function absent(error: unknown): undefined {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
  throw error;
}
