import type { VerificationPort } from "@vestibule/engine";
import type { Tenant } from "../tenant/tenant.ts";
import { createOneTimeCodes, type StoreParts } from "./one-time-codes.ts";
import type { OutgoingMessage } from "./store.ts";
import { verificationMail } from "./verification-mail.ts";

/** One-time codes by e-mail; the numbers stand at the port (ports.ts). */
export function createVerification(
  parts: StoreParts,
  tenant: Tenant,
  deliver: (message: OutgoingMessage) => Promise<void>,
): VerificationPort {
  const codes = createOneTimeCodes(parts, tenant, "mail");
  return {
    async sendCode(scope, address, mail) {
      const { kind } = await codes.issue(scope, address, (code) =>
        deliver(verificationMail(address, code, mail)),
      );
      return { kind };
    },
    checkCode: (scope, address, code) => codes.check(scope, address, code),
  };
}
