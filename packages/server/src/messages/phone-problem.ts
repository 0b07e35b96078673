import type { Program } from "@vestibule/engine";
import type { Diagnostic } from "@vestibule/policy";
import { isLoopback } from "./smtp-address.ts";

export interface PhoneConfiguration {
  readonly mode: "development" | "production";
  /** `https://user:password@messages.example/send`; user and password are optional. */
  readonly webhook?: string;
  /** Signs what goes to the webhook: base64 of at least 24 bytes, with or without `whsec_` before it. */
  readonly secret?: string;
}

export interface WebhookAddress {
  readonly url: string;
  readonly authorization?: string;
  readonly secret: Uint8Array;
}

const form = "Give VESTIBULE_PHONE_WEBHOOK as an https address that takes text messages and calls.";
const shortestSecret = 24;

/**
 * Why this configuration cannot reach a phone, or undefined where it can. Development mode needs no webhook: there the
 * outbox holds the messages. A production server must not begin flows that text or call while this gives a diagnostic.
 */
export function phoneProblem(configuration: PhoneConfiguration): Diagnostic | undefined {
  if (configuration.webhook === undefined) {
    if (configuration.mode === "development") return undefined;
    return problem(
      "PH001",
      "No phone webhook is configured, so flows that text or call phones cannot run.",
      form,
    );
  }
  const address = readWebhookAddress(configuration);
  return "problem" in address ? address.problem : undefined;
}

export function readWebhookAddress({
  mode,
  webhook,
  secret,
}: PhoneConfiguration): WebhookAddress | { readonly problem: Diagnostic } {
  const url = URL.parse(webhook ?? "");
  // Codes travel in clear only to this machine or while developing.
  const mayBePlain = mode === "development" || isLoopback(url?.hostname ?? "");
  const secure = url?.protocol === "https:" || (url?.protocol === "http:" && mayBePlain);
  if (url === null || !secure || url.hash !== "") {
    const message =
      url?.protocol === "http:"
        ? "The phone webhook must be reached over https."
        : "The address of the phone webhook is no https address.";
    return { problem: problem("PH002", message, form) };
  }
  const bytes = secretBytes(secret ?? "");
  if (bytes === undefined) {
    const message =
      secret === undefined
        ? "The phone webhook has no secret that signs its requests."
        : `The secret of the phone webhook is not base64 of at least ${shortestSecret} bytes.`;
    return {
      problem: problem(
        "PH003",
        message,
        "Make one with `openssl rand -base64 32` and set VESTIBULE_PHONE_WEBHOOK_SECRET.",
      ),
    };
  }
  const credentials = decoded(`${url.username}:${url.password}`);
  if (credentials === undefined) {
    return {
      problem: problem("PH002", "User and password of the phone webhook are not percent-encoded.", form),
    };
  }
  url.username = "";
  url.password = "";
  return {
    url: url.href,
    secret: bytes,
    ...(credentials !== ":" && { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` }),
  };
}

/** Whether a journey of this policy can come to a profile that texts or calls. */
export function reachesPhones({ profiles }: Program): boolean {
  return profiles.values().some((compiled) => {
    if (compiled.kind === "phoneFactor") return true;
    const operation = compiled.profile.metadata.Operation?.trim() ?? "";
    return compiled.kind === "server" && compiled.handler === "azureMfa" && /^OneWaySMS$/i.test(operation);
  });
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function secretBytes(text: string): Uint8Array | undefined {
  const encoded = text.trim().replace(/^whsec_/, "");
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(encoded)) return undefined;
  const bytes = Buffer.from(encoded, "base64");
  return bytes.length >= shortestSecret ? bytes : undefined;
}

function problem(code: string, message: string, hint: string): Diagnostic {
  return { code, severity: "error", message, hint };
}
