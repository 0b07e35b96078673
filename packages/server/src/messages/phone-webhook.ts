import { createHmac } from "node:crypto";
import type { HttpPort, HttpResult } from "@vestibule/engine";
import { PhoneNotReached } from "../store/phone.ts";

/** What the webhook receives: JSON, one request a message. */
export interface WebhookMessage {
  /** Unique to the message; repeated in `webhook-id`. A supplier that sees it twice sends once. */
  readonly id: string;
  readonly type: "sms" | "call";
  /** The tenant's default domain. */
  readonly tenant: string;
  /** E.164. */
  readonly to: string;
  /** The text to send, or to read out. */
  readonly text: string;
  /** Language tag of the person. */
  readonly language: string;
  /** Of a text: the code in it, for suppliers with templates of their own. */
  readonly code?: string;
  /** Of a call: where `{"status":"confirmed"}` or `{"status":"failed"}` is posted when it ended. */
  readonly confirm?: string;
}

export interface WebhookOptions {
  /** Without user and password; those are in `authorization`. */
  readonly url: string;
  /** Value of the header `Authorization`. */
  readonly authorization?: string;
  /** The bytes that sign. */
  readonly secret: Uint8Array;
  readonly http: HttpPort;
  /** Milliseconds since 1970. */
  now(): number;
}

const timeout = 10_000;

/**
 * Hands messages to the operator's webhook, signed as Standard Webhooks 1.0 says it: HMAC-SHA256 over id, time in seconds
 * and body. An answer 2xx is taken as sent; 400, 404, 410 and 422 as "this number cannot be reached"; 429 as throttled.
 * Nothing is repeated after any HTTP answer. Rejects with `PhoneNotReached`.
 */
export function createPhoneWebhook(options: WebhookOptions): (message: WebhookMessage) => Promise<void> {
  const { url, authorization, secret, http, now } = options;
  return async (message) => {
    const body = JSON.stringify(message);
    const timestamp = String(Math.floor(now() / 1000));
    const signature = createHmac("sha256", secret)
      .update(`${message.id}.${timestamp}.${body}`)
      .digest("base64");
    const result = await http.send({
      method: "POST",
      url,
      headers: {
        "Content-Type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": timestamp,
        "webhook-signature": `v1,${signature}`,
        ...(authorization !== undefined && { Authorization: authorization }),
      },
      body,
      timeout,
      tries: 2,
      maxResponseBytes: 65_536,
    });
    const refused = reasonOf(result);
    if (refused) throw refused;
  };
}

const aboutTheNumber: ReadonlySet<number> = new Set([400, 404, 410, 422]);

/** Says statuses and kinds only: the words of a supplier may quote the number. */
function reasonOf(result: HttpResult): PhoneNotReached | undefined {
  if (result.kind === "failure") return new PhoneNotReached("failed", result.failure);
  const { status } = result;
  if (status >= 200 && status < 300) return undefined;
  if (status === 429) return new PhoneNotReached("throttled", "status 429");
  return new PhoneNotReached(aboutTheNumber.has(status) ? "unreachable" : "failed", `status ${status}`);
}
