import type { VerificationPort } from "@vestibule/engine";
import type { Tenant } from "../tenant/tenant.ts";
import { digestOf } from "./digest.ts";
import { exactForm } from "./directory/comparison.ts";
import { createOneTimeCodes, createSendLimits, longSendWindow, type StoreParts } from "./one-time-codes.ts";
import type { OutgoingMessage } from "./store.ts";
import { verificationMail } from "./verification-mail.ts";

/** More than the sign-ups of one person need, and few enough that guessing at codes of six digits leads nowhere. */
const ownCodes = 100;

/** One-time codes by e-mail; the numbers stand at the port (ports.ts). */
export function createVerification(
  parts: StoreParts,
  tenant: Tenant,
  deliver: (message: OutgoingMessage) => Promise<void>,
): VerificationPort {
  const codes = createOneTimeCodes(parts, tenant, "mail");
  const limits = createSendLimits(parts, tenant);
  return {
    async sendCode(scope, address, mail) {
      const { kind } = await codes.issue(scope, address, (code) =>
        deliver(verificationMail(address, code, mail)),
      );
      return { kind };
    },
    checkCode: (scope, address, code) => codes.check(scope, address, code),
    allowsOwnCode: (identifier) =>
      limits.allows(digestOf("policy's code", exactForm(identifier)), {
        most: ownCodes,
        within: longSendWindow,
      }),
  };
}
