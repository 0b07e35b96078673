import { randomUUID } from "node:crypto";
import type { HttpPort } from "@vestibule/engine";
import { PhoneNotReached } from "../store/phone.ts";
import type { OutboxEntry, OutboxStore, OutgoingCall, OutgoingText, PhoneDelivery } from "../store/store.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { type PhoneConfiguration, phoneProblem, readWebhookAddress } from "./phone-problem.ts";
import { createPhoneWebhook, type WebhookMessage } from "./phone-webhook.ts";

export interface PhoneMessengerOptions extends PhoneConfiguration {
  readonly outbox: OutboxStore;
  /** The guarded client. */
  readonly http: HttpPort;
  /** Gets one line for each message that was not sent; never a number, a text or a code. */
  readonly log?: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
  /** Milliseconds since 1970. */
  now(): number;
}

/**
 * Hands texts and calls to the webhook, or to the development outbox where there is none. In development mode the outbox
 * has every message, sent or not; in production it has none, for messages hold codes.
 */
export function createPhoneMessenger(options: PhoneMessengerOptions): (tenant: Tenant) => PhoneDelivery {
  const webhook = openWebhook(options);

  async function deliver(
    tenant: Tenant,
    channel: "sms" | "call",
    message: OutgoingText | OutgoingCall,
  ): Promise<void> {
    const { to, text, language } = message;
    const more = {
      ...("code" in message && { code: message.code }),
      ...("confirm" in message && { confirm: message.confirm }),
    };
    const id = randomUUID();
    const delivery = await attempt({
      id,
      type: channel,
      tenant: tenant.defaultDomain,
      to,
      text,
      language,
      ...more,
    });
    const failed = delivery instanceof PhoneNotReached;
    if (options.mode === "development") {
      await options.outbox.add({
        id,
        tenantId: tenant.id,
        at: options.now(),
        delivery: failed ? "failed" : delivery,
        channel,
        to,
        subject: channel === "sms" ? "Text message" : "Phone call",
        text,
        html: "",
        ...more,
      });
    }
    if (!failed) return;
    options.log?.warn({ tenantId: tenant.id, channel, cause: delivery.message }, "phone not reached");
    throw delivery;
  }

  async function attempt(message: WebhookMessage): Promise<OutboxEntry["delivery"] | PhoneNotReached> {
    if (webhook instanceof PhoneNotReached) return webhook;
    if (webhook === undefined) return "outbox";
    try {
      await webhook(message);
      return "sent";
    } catch (error) {
      return error instanceof PhoneNotReached ? error : new PhoneNotReached("failed", "unknown");
    }
  }

  return (tenant) => ({
    text: (message) => deliver(tenant, "sms", message),
    call: (message) => deliver(tenant, "call", message),
  });
}

/** Undefined = the outbox is all there is. */
function openWebhook(options: PhoneMessengerOptions) {
  const problem = phoneProblem(options);
  if (problem !== undefined) return new PhoneNotReached("failed", problem.code);
  if (options.webhook === undefined) return undefined;
  const address = readWebhookAddress(options);
  if ("problem" in address) return new PhoneNotReached("failed", address.problem.code);
  return createPhoneWebhook({ ...address, http: options.http, now: () => options.now() });
}
