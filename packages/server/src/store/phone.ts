import { randomBytes } from "node:crypto";
import type { PhoneMessage, PhonePort, PhoneScope, SendToPhoneResult } from "@vestibule/engine";
import type { Tenant } from "../tenant/tenant.ts";
import { digestOf } from "./digest.ts";
import { createOneTimeCodes, createSendLimits, type IssueResult, type StoreParts } from "./one-time-codes.ts";
import type { OutgoingCall, OutgoingText, PhoneDelivery } from "./store.ts";

/** Milliseconds between two messages of one journey to one number, and for which a call waits for its answer. */
const pause = 30_000;
const ringing = 3 * 60_000;
const perJourney = { most: 15, within: 5 * 3_600_000 };

/** A message to a phone reached nobody. `unreachable`: because of the number and not because of us or the supplier. */
export class PhoneNotReached extends Error {
  override readonly name = "PhoneNotReached";
  readonly reason: "unreachable" | "throttled" | "failed";
  constructor(reason: PhoneNotReached["reason"], detail: string) {
    super(`phone not reached: ${detail}`);
    this.reason = reason;
  }
}

/** Texts with codes and calls; the numbers stand at the port. */
export function createPhone(parts: StoreParts, tenant: Tenant, delivery: PhoneDelivery): PhonePort {
  const { database, now } = parts;
  const db = database.quick;
  const codes = createOneTimeCodes(parts, tenant, "phone");
  const limits = createSendLimits(parts, tenant);
  const textOf = ({ journey, purpose }: PhoneScope) => JSON.stringify([journey, purpose]);
  const callKey = (scope: PhoneScope, number: string) => digestOf("phone call", textOf(scope), number);

  /** The pause and the journey's share are asked first: what they refuse costs the number nothing. */
  async function mayReach(scope: PhoneScope, number: string, way: "text" | "call"): Promise<boolean> {
    const lately = digestOf(`phone ${way} lately`, scope.journey, number);
    return (
      (await limits.allows(lately, { most: 1, within: pause, apart: pause })) &&
      (await limits.allows(digestOf("phone journey", scope.journey), perJourney))
    );
  }

  return {
    async sendCode(scope, number, message) {
      if (!(await mayReach(scope, number, "text"))) return { kind: "throttled" };
      return resultOf(
        await codes.issue(textOf(scope), number, (code) => delivery.text(textMessage(number, code, message))),
      );
    },

    checkCode: (scope, number, code) => codes.check(textOf(scope), number, code),

    async call(scope, number, message) {
      if (!(await mayReach(scope, number, "call"))) return { kind: "throttled" };
      if (!(await limits.allows(digestOf("phone called", number)))) return { kind: "throttled" };
      const key = callKey(scope, number);
      const token = randomBytes(32).toString("base64url");
      const fresh = { token_key: digestOf("phone token", token), state: "pending", expires: now() + ringing };
      await db
        .insertInto("phone_calls")
        .values({ tenant_id: tenant.id, call_key: key, ...fresh })
        .onConflict((conflict) => conflict.columns(["tenant_id", "call_key"]).doUpdateSet(fresh))
        .execute();
      try {
        await delivery.call(callMessage(number, token, message));
        return { kind: "sent" };
      } catch (error) {
        await db
          .deleteFrom("phone_calls")
          .where("tenant_id", "=", tenant.id)
          .where("call_key", "=", key)
          .where("token_key", "=", fresh.token_key)
          .execute();
        return resultOf({ kind: "failed", error });
      }
    },

    async callAnswer(scope, number) {
      const key = callKey(scope, number);
      // Told once: whoever asks again starts from a new call.
      const confirmed = await db
        .deleteFrom("phone_calls")
        .where("tenant_id", "=", tenant.id)
        .where("call_key", "=", key)
        .where("state", "=", "confirmed")
        .where("expires", ">", now())
        .executeTakeFirst();
      if (confirmed.numDeletedRows === 1n) return "confirmed";
      const row = await db
        .selectFrom("phone_calls")
        .select(["state", "expires"])
        .where("tenant_id", "=", tenant.id)
        .where("call_key", "=", key)
        .executeTakeFirst();
      return row?.state === "pending" && row.expires > now() ? "pending" : "failed";
    },
  };
}

/** What became of a call, told by whoever made it. False where no call waits for that. `token` is a secret of 256 bits. */
export async function settleCall(
  { database, now }: Pick<StoreParts, "database" | "now">,
  tenantId: string,
  token: string,
  state: "confirmed" | "failed",
): Promise<boolean> {
  const settled = await database.quick
    .updateTable("phone_calls")
    .set({ state })
    .where("tenant_id", "=", tenantId)
    .where("token_key", "=", digestOf("phone token", token))
    .where("state", "=", "pending")
    .where("expires", ">", now())
    .executeTakeFirst();
  return settled.numUpdatedRows === 1n;
}

function resultOf(issued: IssueResult): SendToPhoneResult {
  if (issued.kind !== "failed") return issued;
  return { kind: issued.error instanceof PhoneNotReached ? issued.error.reason : "failed" };
}

/** A line break in the configured name must not make a second message. */
const oneLine = (text: string) => text.replace(/\s+/g, " ").trim();

function textMessage(to: string, code: string, { organisation, language }: PhoneMessage): OutgoingText {
  const text = `Use verification code ${code} for ${oneLine(organisation)} authentication.`;
  return { to, text, code, language };
}

function callMessage(to: string, token: string, message: PhoneMessage): OutgoingCall {
  const { organisation, language, origin, tenantSegment } = message;
  const name = oneLine(organisation);
  return {
    to,
    text: `This is a call from ${name} to confirm that you are signing in. Press the pound key to finish. If you are not signing in, hang up.`,
    language,
    confirm: `${origin}/${encodeURIComponent(tenantSegment)}/calls?token=${token}`,
  };
}
