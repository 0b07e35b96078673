import type { FederationFailure } from "@vestibule/engine";
import { ProviderUnreachable } from "./bounded-fetch.ts";

/** A refusal with its code of technical-profiles.md 21.3. `message` is for the operator and holds no secret. */
export class FederationRefusal extends Error {
  override readonly name = "FederationRefusal";
  readonly code: string;
  constructor(code: string, detail: string) {
    super(detail);
    this.code = code;
  }
}

export function refused(code: string, detail: string): FederationRefusal {
  return new FederationRefusal(code, detail);
}

/** The provider said itself what is wrong. `answer` is what its token endpoint sent, read as JSON. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
  readonly error: string;
  readonly description: string | undefined;
  readonly answer: unknown;
  constructor(error: string, description?: string, answer?: unknown) {
    super(error);
    this.error = error;
    this.description = description;
    this.answer = answer;
  }
}

/** Errors of a token endpoint that name bad client credentials; GitHub has a name of its own. */
const clientErrors = new Set(["invalid_client", "unauthorized_client", "incorrect_client_credentials"]);

/** What went wrong before, during or after the exchange, as the journey sees it. Any error has a place here. */
export function failureOf(error: unknown): FederationFailure {
  if (error instanceof FederationRefusal) return refusal(error.code, error.message);
  if (error instanceof ProviderUnreachable) return refusal("AADB2C90289", error.message);
  if (error instanceof ProviderError) {
    // A browser can bring any error; only the token endpoint knows our credentials.
    if (error.answer !== undefined && clientErrors.has(error.error))
      return refusal("AADB2C90243", `the provider answered ${printable(error.error)}`);
    return {
      kind: "providerError",
      error: printable(error.error),
      ...(error.description !== undefined && { description: printable(error.description) }),
      ...(error.answer !== undefined && { answer: error.answer }),
    };
  }
  return refusal("AADB2C90273", error instanceof Error ? error.message : "failed");
}

function refusal(code: string, detail: string): FederationFailure {
  return { kind: "refused", code, detail: printable(detail) };
}

/** What a provider wrote, fit for a log line and a redirect (protocol.md S14). */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").slice(0, 500);
}
