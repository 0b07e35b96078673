import type { DirectoryPort, PasswordCheck } from "@vestibule/engine";
import type { Kysely } from "kysely";
import type { Tenant } from "../../tenant/tenant.ts";
import { digestOf } from "../digest.ts";
import { HashingOverload, type PasswordHasher } from "../passwords.ts";
import type { AccountRow, Schema } from "../schema.ts";
import { accountOf, contentOf, hasLocalIdentity } from "./accounts.ts";
import { exactForm, looseForm } from "./comparison.ts";
import { hasLocalName, isLocal, isOfType, userPrincipalName } from "./identities.ts";
import type { Lockout } from "./lockout.ts";
import { readPasswordPolicies } from "./password-policy.ts";

const day = 86_400_000;

export interface PasswordChecking {
  readonly db: Kysely<Schema>;
  readonly tenant: Tenant;
  readonly hasher: PasswordHasher;
  readonly lockout: Lockout;
  readonly now: () => number;
  /** The account that holds the local name or the user principal name, compared loosely. */
  readonly holderOf: (name: string) => Promise<AccountRow | undefined>;
}

/**
 * Sign-in with a password: technical-profiles.md 5.3, in its order. A name that no account has costs the same hashes
 * and the same write as a wrong password.
 */
export function createPasswordCheck(parts: PasswordChecking): DirectoryPort["checkPassword"] {
  return async (signInName, password, options) => {
    try {
      return await check(parts, signInName, password, options?.signInTypes);
    } catch (error) {
      if (error instanceof HashingOverload) return { kind: "throttled" };
      throw error;
    }
  };
}

async function check(
  parts: PasswordChecking,
  signInName: string,
  password: string,
  signInTypes: readonly string[] | undefined,
): Promise<PasswordCheck> {
  const { tenant, hasher, lockout, now } = parts;
  const name = signInName.trim();
  const holder = await parts.holderOf(name);
  const row = holder && maySignIn(holder, name, signInTypes) ? holder : undefined;
  const subject = row?.object_id ?? digestOf("name", looseForm(name));

  if (await lockout.isLocked(subject, now())) return { kind: "locked" };
  if (row !== undefined && row.enabled !== 1) return { kind: "disabled" };

  if (!(await hasher.verify(row?.password_hash ?? undefined, password))) {
    const old = await hasher.verify(row?.previous_password_hash ?? undefined, password);
    if (!(await lockout.failed(subject, password, now()))) return { kind: "locked" };
    if (row === undefined) return { kind: "unknownAccount" };
    return { kind: old ? "oldPassword" : "wrongPassword" };
  }
  if (row === undefined) return { kind: "unknownAccount" };
  // A lock that others brought about while the hash ran holds for this answer too.
  if (!(await lockout.succeeded(subject, now()))) return { kind: "locked" };
  await rehash(parts, row, password);
  return { kind: mustChange(tenant, row, now()) ? "passwordExpired" : "ok", account: accountOf(tenant, row) };
}

/**
 * Local identities count, of the given types where there are any. The user principal name counts where no types are
 * given, and for accounts that have no local identity (user-flows.md 14).
 */
function maySignIn(row: AccountRow, name: string, types: readonly string[] | undefined): boolean {
  const { identities } = contentOf(row);
  const named = identities.filter((identity) => isLocal(identity) && hasLocalName(identity, name));
  if (named.some((identity) => types === undefined || isOfType(identity, types))) return true;
  const byPrincipalName =
    types === undefined ||
    !hasLocalIdentity(identities) ||
    types.some((type) => type.toLowerCase() === userPrincipalName.toLowerCase());
  return byPrincipalName && exactForm(row.user_principal_name) === exactForm(name);
}

function mustChange(tenant: Tenant, row: AccountRow, now: number): boolean {
  if (row.must_change_password === 1) return true;
  const written = contentOf(row).attributes.passwordPolicies;
  const policies = readPasswordPolicies(typeof written === "string" ? written : undefined);
  if (policies?.expires === false || tenant.passwordExpiryInDays <= 0) return false;
  return (row.password_changed ?? row.created) + tenant.passwordExpiryInDays * day <= now;
}

/** Brings the hash to today's parameters; another sign-in or a password change that came first wins. */
async function rehash(
  { db, tenant, hasher }: PasswordChecking,
  row: AccountRow,
  password: string,
): Promise<void> {
  if (row.password_hash === null || !hasher.isOutdated(row.password_hash)) return;
  let fresh: string;
  try {
    fresh = await hasher.hash(password);
  } catch (error) {
    // The password was right; the next sign-in brings another occasion.
    if (error instanceof HashingOverload) return;
    throw error;
  }
  await db
    .updateTable("accounts")
    .set({ password_hash: fresh })
    .where("tenant_id", "=", tenant.id)
    .where("object_id", "=", row.object_id)
    .where("password_hash", "=", row.password_hash)
    .execute();
}
