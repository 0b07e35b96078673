import { randomUUID } from "node:crypto";
import { createTransport } from "nodemailer";
import type { OutboxEntry, OutboxStore, OutgoingMessage } from "../store/store.ts";
import {
  isMailAddress,
  type MailConfiguration,
  mailProblem,
  readSender,
  type Sender,
} from "./mail-problem.ts";
import { isLoopback, readSmtpAddress } from "./smtp-address.ts";

export interface MailerOptions extends MailConfiguration {
  readonly outbox: OutboxStore;
  /** Gets one line for each mail that was not sent; never an address, a subject or a code. */
  readonly log?: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds for one mail, from connecting to the server's last word. Default: 15 s; somebody waits for it. */
  readonly timeout?: number;
}

export interface Mailer {
  /**
   * Sends the message, or puts it into the development outbox where no mail server is configured. In development mode
   * the outbox has every message, sent or not; in production it has none, for messages hold codes.
   * Errors: rejects with `MailNotSent`.
   */
  deliver(tenantId: string, message: OutgoingMessage): Promise<void>;
  close(): void;
}

/** A mail was not sent. Says why by codes only: the words of a mail server quote the address. */
export class MailNotSent extends Error {
  override readonly name = "MailNotSent";
  /** nodemailer's code, for example `ECONNECTION`, `EENVELOPE`, `ETIMEDOUT`; or `ML001` to `ML004`. */
  readonly code: string;
  /** SMTP reply code, for example 550. */
  readonly reply: number | undefined;
  constructor(code: string, reply?: number) {
    super(reply === undefined ? `mail not sent: ${code}` : `mail not sent: ${code} ${reply}`);
    this.code = code;
    this.reply = reply;
  }
}

export function createMailer(options: MailerOptions): Mailer {
  const problem = mailProblem(options);
  const post =
    problem === undefined && options.smtp !== undefined ? openPost(options, options.smtp) : undefined;

  async function attempt(message: OutgoingMessage): Promise<OutboxEntry["delivery"] | MailNotSent> {
    if (problem !== undefined) return new MailNotSent(problem.code);
    if (!isMailAddress(message.to)) return new MailNotSent("ML004");
    if (post === undefined) return "outbox";
    try {
      await post.send(message);
      return "sent";
    } catch (error) {
      return notSent(error);
    }
  }

  return {
    async deliver(tenantId, message) {
      const delivery = await attempt(message);
      const failed = delivery instanceof MailNotSent;
      if (options.mode === "development") {
        const entry = { ...message, id: randomUUID(), tenantId, at: options.now() };
        await options.outbox.add({ ...entry, delivery: failed ? "failed" : delivery });
      }
      if (!failed) return;
      options.log?.warn({ tenantId, code: delivery.code, reply: delivery.reply }, "mail not sent");
      throw delivery;
    },
    close: () => post?.close(),
  };
}

interface Post {
  send(message: OutgoingMessage): Promise<void>;
  close(): void;
}

function openPost(options: MailerOptions, smtp: string): Post | undefined {
  const server = readSmtpAddress(smtp);
  const from: Sender | undefined = options.from === undefined ? undefined : readSender(options.from);
  if ("problem" in server || from === undefined) return undefined;
  const timeout = options.timeout ?? 15_000;
  const transport = createTransport({
    pool: true,
    maxConnections: 4,
    host: server.host,
    port: server.port,
    secure: server.secure,
    // Codes and passwords travel in clear only to this machine or while developing.
    requireTLS: !server.secure && options.mode === "production" && !isLoopback(server.host),
    ...(server.credentials !== undefined && {
      auth: { user: server.credentials.user, pass: server.credentials.password },
    }),
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    tls: { minVersion: "TLSv1.2" },
    // Nothing in a message may name a file or an address to be fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(message) {
      await transport.sendMail({
        from,
        // Given as an object and an envelope: never parsed as a list of addresses.
        to: { name: "", address: message.to },
        envelope: { from: from.address, to: [message.to] },
        subject: message.subject,
        text: message.text,
        html: message.html,
        // RFC 3834: no out-of-office answer to a code.
        headers: { "Auto-Submitted": "auto-generated" },
        signal: AbortSignal.timeout(timeout),
      });
    },
    close: () => transport.close(),
  };
}

function notSent(error: unknown): MailNotSent {
  const { code, responseCode } = (typeof error === "object" && error !== null ? error : {}) as Readonly<
    Record<string, unknown>
  >;
  return new MailNotSent(
    typeof code === "string" ? code : "EUNKNOWN",
    typeof responseCode === "number" ? responseCode : undefined,
  );
}
