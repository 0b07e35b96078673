import type { Diagnostic, Policy } from "@vestibule/policy";
import { readSmtpAddress } from "./smtp-address.ts";

export interface MailConfiguration {
  readonly mode: "development" | "production";
  /** `smtp://user:password@host:port` (STARTTLS, port 587 by default) or `smtps://…` (port 465). */
  readonly smtp?: string;
  /** `no-reply@contoso.example` or `Contoso <no-reply@contoso.example>`. */
  readonly from?: string;
}

export interface Sender {
  readonly name: string;
  readonly address: string;
}

const forms = 'Give it as "smtp://user:password@host:587" or "smtps://user:password@host:465".';

/**
 * Why this configuration cannot send mail, or undefined where it can. Development mode needs no mail server: there the
 * outbox holds the messages. A production server must not begin flows that send mail while this gives a diagnostic.
 */
export function mailProblem(configuration: MailConfiguration): Diagnostic | undefined {
  const { mode, smtp, from } = configuration;
  if (smtp === undefined) {
    if (mode === "development") return undefined;
    return problem(
      "ML001",
      "No mail server is configured, so flows that send codes by e-mail cannot run.",
      forms,
    );
  }
  const server = readSmtpAddress(smtp);
  if ("problem" in server) return problem("ML002", server.problem, forms);
  if (from === undefined || readSender(from) === undefined) {
    const message =
      from === undefined ? "No sender of mails is configured." : "The sender of mails is no address.";
    return problem("ML003", message, 'Give it as "Contoso <no-reply@contoso.example>".');
  }
  return undefined;
}

/** Whether a journey of this policy can ask for an address to be proved with a code. */
export function sendsMail(policy: Policy): boolean {
  return policy.technicalProfiles
    .values()
    .some(
      ({ metadata, outputClaims }) =>
        !/^(false|0)$/i.test(metadata.EnforceEmailVerification?.trim() ?? "") &&
        outputClaims.some((claim) => claim.partnerClaimType?.toLowerCase() === "verified.email"),
    );
}

/** Reads `address` or `name <address>`; undefined where it is neither. */
export function readSender(from: string): Sender | undefined {
  const [, name = "", bracketed] = /^\s*"?([^"<>\r\n]*?)"?\s*<([^<>]*)>\s*$/.exec(from) ?? [];
  const address = bracketed ?? from.trim();
  return isMailAddress(address) ? { name, address } : undefined;
}

/** A single address that cannot carry a second recipient or a header line. */
export function isMailAddress(text: string): boolean {
  return text.length <= 254 && /^[^\s\p{Cc}@,;:<>"()[\]\\]+@[^\s\p{Cc}@,;:<>"()[\]\\]+$/u.test(text);
}

function problem(code: string, message: string, hint: string): Diagnostic {
  return { code, severity: "error", message, hint };
}
