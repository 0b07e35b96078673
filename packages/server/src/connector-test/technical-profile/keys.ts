import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { KeyPort, StoredCertificate } from "@vestibule/engine";
import { policyKeysOf } from "@vestibule/engine/testing";
import type { Policy, TechnicalProfile } from "@vestibule/policy";
import { openCertificates } from "../../keys/certificates.ts";
import { containerKey } from "../../keys/container-name.ts";
import { loadMasterKey } from "../../keys/master-key.ts";
import { createKeyPort } from "../../keys/policy-keys.ts";
import { openStore } from "../../store/open-store.ts";
import type { Tenant } from "../../tenant/tenant.ts";
import { type Environment, readSecret, SettingError } from "../written.ts";

/** Where the keys of the database lie: a PostgreSQL address or a file. */
export interface KeyPlace {
  readonly dataDir: string;
  readonly database?: string;
}

export interface TestKeys extends KeyPort {
  close(): Promise<void>;
}

/**
 * The keys of a tenant, as the server finds them: those of the database, then those that the tenant's folder names;
 * before both, what was given at the command line as `CONTAINER=SECRET` or `CONTAINER=file:PATH`. Nothing is made where
 * there is no database.
 */
export async function openKeys(
  tenant: Tenant,
  given: readonly string[],
  place: KeyPlace,
  environment: Environment,
): Promise<TestKeys> {
  const typed = await readGiven(given, environment);
  const store = await openDatabase(place);
  const port = createKeyPort(
    { keys: store?.policyKeys ?? { list: async () => [] }, mode: "development", now: Date.now, environment },
    tenant,
  );
  return {
    secret: async (id) => typed.secrets.get(containerKey(id)) ?? (await port.secret(id)),
    certificates: async (id) => typed.certificates.get(containerKey(id)) ?? (await port.certificates(id)),
    close: async () => store?.close(),
  };
}

/** Says which key is missing, before any request fails for want of it: of the profile, or of its transformations. */
export async function expectKeys(policy: Policy, profile: TechnicalProfile, keys: KeyPort): Promise<void> {
  const transformations = [
    ...profile.inputClaimsTransformations,
    ...profile.outputClaimsTransformations,
  ].flatMap((id) => policy.claimsTransformations.get(id) ?? []);
  const wanted = [
    ...profile.cryptographicKeys,
    ...transformations.flatMap((one) =>
      policyKeysOf(one).map((storageReferenceId) => ({ id: one.id, storageReferenceId })),
    ),
  ];
  for (const { id, storageReferenceId } of wanted) {
    // The one before is there during a rollover only.
    if (id.toLowerCase() === "vestibule.previoussigningkey") continue;
    const isThere =
      id.toLowerCase() === "clientcertificate"
        ? (await keys.certificates(storageReferenceId)).length > 0
        : (await keys.secret(storageReferenceId)) !== undefined;
    if (isThere) continue;
    throw new SettingError(
      `The key ${storageReferenceId} (${id}) is not there: store it with vestibule keys, or give it with --key ${storageReferenceId}=env:NAME.`,
    );
  }
}

async function openDatabase({ dataDir, database }: KeyPlace) {
  const isUrl = database !== undefined && /^postgres(ql)?:/i.test(database);
  const file = database ?? resolve(dataDir, "vestibule.sqlite");
  if (!isUrl && !existsSync(file)) return undefined;
  return openStore({
    ...(isUrl ? { url: database } : { file }),
    masterKey: loadMasterKey(dataDir),
    clock: { now: Date.now },
  });
}

async function readGiven(given: readonly string[], environment: Environment) {
  const secrets = new Map<string, string>();
  const certificates = new Map<string, readonly StoredCertificate[]>();
  for (const written of given) {
    const [, container = "", value = ""] = /^([\w.-]+)=(.+)$/s.exec(written) ?? [];
    // What was typed may be a secret: it is not repeated.
    if (container === "") throw new SettingError("--key takes CONTAINER=SECRET, a secret may be env:NAME.");
    const file = /^file:(.+)$/s.exec(value)?.[1];
    if (file === undefined) secrets.set(containerKey(container), readSecret(value, environment));
    else certificates.set(containerKey(container), await readCertificates(file));
  }
  return { secrets, certificates };
}

async function readCertificates(file: string): Promise<readonly StoredCertificate[]> {
  const content = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new SettingError(`${file} cannot be read: ${error.code ?? "unknown"}.`);
  });
  try {
    return openCertificates(content).map((one) => ({ ...one, uploaded: 0 }));
  } catch {
    throw new SettingError(`${file} holds no certificate with its key (PEM, or PKCS #12 without password).`);
  }
}
