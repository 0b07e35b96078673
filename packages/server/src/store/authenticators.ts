import { randomUUID } from "node:crypto";
import type { AuthenticatorCheck, AuthenticatorPort, DirectoryPort } from "@vestibule/engine";
import { sql } from "kysely";
import { Secret, TOTP } from "otpauth";
import type { Sealer } from "../keys/sealed.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { transact } from "./database.ts";
import { digestOf } from "./digest.ts";
import { exactForm } from "./directory/comparison.ts";
import { createSendLimits, type StoreParts } from "./one-time-codes.ts";

const period = 30;
const tries = 5;
const mostDevices = 5;
/** Milliseconds that a person may take to install an app and scan the picture. */
const patience = 3_600_000;
/** Over all journeys of an account: three codes are right at any time, so that guessing must be slow. */
const perAccount = { most: 15, within: 30 * 60_000 };

export interface AuthenticatorParts extends Pick<StoreParts, "database" | "now"> {
  readonly sealer: Sealer;
  readonly directory: DirectoryPort;
}

/** Authenticator apps of one tenant's accounts; the numbers stand at the port. Secrets are sealed at rest. */
export function createAuthenticators(
  { database, now, sealer, directory }: AuthenticatorParts,
  tenant: Tenant,
): AuthenticatorPort {
  const db = database.quick;
  const limits = createSendLimits({ database, now }, tenant);
  const keyOf = (journey: string) => digestOf("authenticator check", journey);
  const nameKey = (userPrincipalName: string) => digestOf("authenticator user", exactForm(userPrincipalName));
  const sealContext = (name: string) => ({ tenantId: tenant.id, kind: "authenticator", name });

  return {
    async devices(userPrincipalName) {
      const account = await directory.find({ kind: "userPrincipalName", value: userPrincipalName });
      // By both: a policy may call something else a user principal name than the directory does.
      const { count } = await db
        .selectFrom("authenticators")
        .select(({ fn }) => fn.countAll<number>().as("count"))
        .where("tenant_id", "=", tenant.id)
        .where(({ or, eb }) =>
          or([
            eb("user_key", "=", nameKey(userPrincipalName)),
            ...(account ? [eb("object_id", "=", account.objectId)] : []),
          ]),
        )
        .executeTakeFirstOrThrow();
      return Number(count);
    },

    async begin(journey, user, offered) {
      if (offered !== undefined && !isSecret(offered)) return "refused";
      const enrolled = await devicesOf(user.objectId);
      // Policies offer the secret once more after its app was enrolled: that app is then asked for a code.
      const isEnrolled = enrolled.some(
        ({ id, sealed }) => sealer.open(sealContext(id), sealed).toUpperCase() === offered?.toUpperCase(),
      );
      const secret = isEnrolled ? undefined : offered;
      if (secret === undefined && enrolled.length === 0) return "noDevice";
      if (secret !== undefined && enrolled.length >= mostDevices) return "refused";
      const since = user.journeyBegan ?? now();
      if (secret !== undefined && enrolled.some(({ created }) => created > since)) return "refused";
      if ((await directory.find({ kind: "objectId", value: user.objectId })) === undefined) return "refused";
      const key = keyOf(journey);
      const fresh = {
        object_id: user.objectId,
        user_key: nameKey(user.userPrincipalName),
        sealed: secret === undefined ? null : sealer.seal(sealContext(key), secret),
        tries: 0,
        expires: now() + patience,
      };
      await db
        .insertInto("authenticator_checks")
        .values({ tenant_id: tenant.id, check_key: key, ...fresh })
        // The tries of the journey are not given back: beginning again is no new set of them.
        .onConflict((conflict) =>
          conflict.columns(["tenant_id", "check_key"]).doUpdateSet(({ ref }) => ({
            ...fresh,
            tries: ref("authenticator_checks.tries"),
          })),
        )
        .execute();
      return "begun";
    },

    async verify(journey, objectId, code) {
      const key = keyOf(journey);
      // The try is counted before it is judged: concurrent guesses get no more than five.
      const check = await db
        .updateTable("authenticator_checks")
        .set({ tries: sql<number>`tries + 1` })
        .where("tenant_id", "=", tenant.id)
        .where("check_key", "=", key)
        .where("expires", ">", now())
        .where("tries", "<", tries)
        .returning(["object_id", "user_key", "sealed", "tries", "expires"])
        .executeTakeFirst();
      if (check === undefined) return await whyNot(key);
      if (objectId !== undefined && objectId !== check.object_id) return { kind: "notBegun" };
      const counter = digestOf("authenticator tries", check.object_id);
      if (!(await limits.allows(counter, perAccount))) return { kind: "throttled" };
      const verified =
        check.sealed === null
          ? await acceptedByDevice(check.object_id, code)
          : await enrolledBy(key, check, sealer.open(sealContext(key), check.sealed), code);
      if (!verified) return { kind: check.tries >= tries ? "tooManyTries" : "wrong" };
      await db
        .deleteFrom("authenticator_checks")
        .where("tenant_id", "=", tenant.id)
        .where("check_key", "=", key)
        .execute();
      return { kind: "verified", enrolled: check.sealed !== null };
    },
  };

  function devicesOf(objectId: string) {
    return db
      .selectFrom("authenticators")
      .select(["id", "sealed", "created"])
      .where("tenant_id", "=", tenant.id)
      .where("object_id", "=", objectId)
      .execute();
  }

  /** True where the code is right for a device and for a step after the last one that it was right for. */
  async function acceptedByDevice(objectId: string, code: string): Promise<boolean> {
    for (const { id, sealed } of await devicesOf(objectId)) {
      const step = stepOf(sealer.open(sealContext(id), sealed), code);
      if (step === undefined) continue;
      const used = await db
        .updateTable("authenticators")
        .set({ last_step: step })
        .where("tenant_id", "=", tenant.id)
        .where("id", "=", id)
        .where("last_step", "<", step)
        .executeTakeFirst();
      if (used.numUpdatedRows === 1n) return true;
    }
    return false;
  }

  /** True where the code is right for the secret, which is the account's from now on. */
  async function enrolledBy(
    key: string,
    check: { readonly object_id: string; readonly user_key: string; readonly expires: number },
    secret: string,
    code: string,
  ): Promise<boolean> {
    const step = stepOf(secret, code);
    if (step === undefined) return false;
    const { object_id, user_key } = check;
    const begun = check.expires - patience;
    if ((await devicesOf(object_id)).some(({ created }) => created > begun)) return false;
    const id = randomUUID();
    const row = { id, object_id, user_key, sealed: sealer.seal(sealContext(id), secret), last_step: step };
    return transact(db, async (transaction) => {
      // Whoever takes the check away enrols: of two posts of one code, one.
      const taken = await transaction
        .deleteFrom("authenticator_checks")
        .where("tenant_id", "=", tenant.id)
        .where("check_key", "=", key)
        .executeTakeFirst();
      if (taken.numDeletedRows !== 1n) return false;
      await transaction
        .insertInto("authenticators")
        .values({ tenant_id: tenant.id, created: now(), ...row })
        .execute();
      return true;
    });
  }

  /** The step of time that a code is right for. */
  function stepOf(secret: string, code: string): number | undefined {
    const token = code.replace(/\s/g, "");
    if (!/^\d{6}$/.test(token)) return undefined;
    const timestamp = now();
    const totp = new TOTP({ secret: Secret.fromBase32(secret.toUpperCase()), digits: 6, period });
    const delta = totp.validate({ token, timestamp, window: 1 });
    return delta === null ? undefined : Math.floor(timestamp / 1000 / period) + delta;
  }

  async function whyNot(key: string): Promise<AuthenticatorCheck> {
    const row = await db
      .selectFrom("authenticator_checks")
      .select("expires")
      .where("tenant_id", "=", tenant.id)
      .where("check_key", "=", key)
      .executeTakeFirst();
    return { kind: row !== undefined && row.expires > now() ? "tooManyTries" : "notBegun" };
  }
}

/** Base32 of 80 bits at least (RFC 4226 asks for 128 and B2C makes 80). */
function isSecret(text: string): boolean {
  return /^[a-z2-7]{16,128}$/i.test(text);
}
