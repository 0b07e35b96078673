import { join } from "node:path";
import type { AccountIdentity, AccountKey, DirectoryPort } from "@vestibule/engine";
import type { Diagnostic } from "@vestibule/policy";
import type { Tenant } from "../tenant/tenant.ts";

/**
 * Puts a tenant's demonstration accounts into its directory: those whose identities nobody has yet. What is there
 * already, a changed password too, stays as it is. Returns what the directory refuses.
 */
export async function seedAccounts(tenant: Tenant, directory: DirectoryPort): Promise<readonly Diagnostic[]> {
  const diagnostics: Diagnostic[] = [];
  for (const [index, account] of (tenant.seedAccounts ?? []).entries()) {
    const found = await Promise.all(account.identities.map((identity) => directory.find(keyOf(identity))));
    if (found.some((known) => known !== undefined)) continue;
    const created = await directory.create(account, `seed:${JSON.stringify(account.identities)}`);
    const reason = (() => {
      switch (created.kind) {
        case "created":
        case "alreadyExists":
          return undefined;
        case "passwordRefused":
          return `The password is refused: ${created.reason}`;
        case "attributeRefused":
          return `The attribute '${created.attribute}' is refused: ${created.reason}`;
        case "throttled":
          return "Too many passwords are being hashed at this moment.";
      }
    })();
    if (reason === undefined) continue;
    diagnostics.push({
      code: "TN062",
      severity: "error",
      message: reason,
      path: `[${index}]`,
      at: { file: join(tenant.directory, "accounts.json"), line: 1, column: 1 },
    });
  }
  return diagnostics;
}

function keyOf({ signInType, issuer, issuerAssignedId }: AccountIdentity): AccountKey {
  return signInType === "federated"
    ? { kind: "federated", issuer, issuerAssignedId }
    : { kind: "signInName", signInType, value: issuerAssignedId };
}
