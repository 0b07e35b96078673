import type { Clock, DirectoryPort } from "@vestibule/engine";
import { sql } from "kysely";
import type { MasterKey } from "../keys/master-key.ts";
import { createSealer } from "../keys/sealed.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { createAuthenticators } from "./authenticators.ts";
import { type DatabaseSharing, openDatabase } from "./database.ts";
import { createDirectory } from "./directory/directory.ts";
import { createGrantStore } from "./grants.ts";
import { createJourneyStore } from "./journeys.ts";
import { migrate } from "./migrations.ts";
import { createNotificationStore } from "./notifications.ts";
import { createObservationStore } from "./observations.ts";
import { createOutboxStore } from "./outbox.ts";
import { createPasswordHasher, type PasswordHasher, type PasswordHashing } from "./passwords.ts";
import { createPhone, settleCall } from "./phone.ts";
import { createPolicyKeyStore } from "./policy-key-rows.ts";
import { createSessionStore } from "./sessions.ts";
import { createSigningKeyStore } from "./signing-key-rows.ts";
import type { DirectoryAdministration, Store } from "./store.ts";
import { defaultRetention, type Retention, sweep } from "./sweep.ts";
import { createVerification } from "./verification.ts";

export interface StoreOptions extends DatabaseSharing {
  /** `postgres://…`; its `options` parameter may set the search path. Goes before `file`. */
  readonly url?: string;
  /** SQLite file, or `:memory:`. One of `url` and `file` must be given. */
  readonly file?: string;
  readonly masterKey: MasterKey;
  readonly clock: Clock;
  readonly passwordHashing?: PasswordHashing;
  /** Takes the place of the one that `passwordHashing` describes. */
  readonly hasher?: PasswordHasher;
  readonly retention?: Partial<Retention>;
}

/**
 * Opens the store and brings its tables to this version. Throws where the database does not answer, or was written by
 * a newer version of the server.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const database = await openDatabase(locationOf(options), options);
  try {
    await migrate(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  const { masterKey } = options;
  const now = () => options.clock.now();
  const sealer = createSealer(masterKey);
  const hasher = options.hasher ?? createPasswordHasher(options.passwordHashing);
  const retention = { ...defaultRetention, ...options.retention };
  const directories = new WeakMap<Tenant, DirectoryPort & DirectoryAdministration>();
  const directoryOf = (tenant: Tenant) => {
    const known = directories.get(tenant);
    if (known !== undefined) return known;
    const directory = createDirectory({ database, hasher, masterKey, now }, tenant);
    directories.set(tenant, directory);
    return directory;
  };

  return {
    journeys: createJourneyStore(database, sealer, now, options.locks),
    sessions: createSessionStore(database, sealer),
    grants: createGrantStore(database, sealer),
    signingKeys: createSigningKeyStore(database, sealer),
    policyKeys: createPolicyKeyStore(database, sealer),
    outbox: createOutboxStore(database, sealer),
    notifications: createNotificationStore(database, sealer),
    observations: createObservationStore(database, now),
    directory: directoryOf,
    verification: (tenant, deliver) => createVerification({ database, masterKey, now }, tenant, deliver),
    phone: (tenant, delivery) => createPhone({ database, masterKey, now }, tenant, delivery),
    authenticators: (tenant) =>
      createAuthenticators({ database, now, sealer, directory: directoryOf(tenant) }, tenant),
    settleCall: (tenantId, token, state) => settleCall({ database, now }, tenantId, token, state),
    async healthy() {
      try {
        await sql`select 1`.execute(database.quick);
        return true;
      } catch {
        return false;
      }
    },
    sweep: (at) => sweep(database, retention, at),
    close: () => database.close(),
  };
}

function locationOf(options: StoreOptions) {
  if (options.url !== undefined) {
    if (!/^postgres(ql)?:\/\//.test(options.url)) {
      throw new Error("The database must be named as postgres://user:password@host:port/name.");
    }
    return { url: options.url };
  }
  if (options.file === undefined) throw new Error("Name a database: a PostgreSQL URL or a SQLite file.");
  return { file: options.file };
}
