import type { FederationFailure } from "@vestibule/engine";
import { AuthorizationResponseError, ResponseBodyError, WWWAuthenticateChallengeError } from "openid-client";
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

/** What went wrong before, during or after the exchange, as the journey sees it. Any error has a place here. */
export function failureOf(error: unknown): FederationFailure {
  const chain = causes(error);
  for (const link of chain) {
    if (link instanceof FederationRefusal) return refusal(link.code, link.message);
    if (link instanceof ProviderUnreachable) return refusal("AADB2C90289", link.message);
    if (link instanceof AuthorizationResponseError) return providerError(link.error, link.error_description);
    if (link instanceof ResponseBodyError) return tokenEndpointError(link);
    if (link instanceof WWWAuthenticateChallengeError && link.status === 401) {
      return refusal("AADB2C90243", "the provider did not accept the client's credentials");
    }
  }
  return refusal(codeOf(chain), chain.map((link) => printable(link.message)).join(": "));
}

/** Errors that name bad client credentials; all others of the token endpoint are invalid responses. */
const clientErrors = new Set(["invalid_client", "unauthorized_client"]);

function tokenEndpointError(error: ResponseBodyError): FederationFailure {
  if (clientErrors.has(error.error)) {
    return refusal("AADB2C90243", `the provider answered ${printable(error.error)}`);
  }
  return providerError(error.error, error.error_description);
}

function providerError(error: string, description: string | undefined): FederationFailure {
  return {
    kind: "providerError",
    error: printable(error),
    ...(description !== undefined && { description: printable(description) }),
  };
}

function refusal(code: string, detail: string): FederationFailure {
  return { kind: "refused", code, detail: printable(detail) };
}

/** A claim of the id token whose check failed → its code. `nonce`, `azp`, `iat` and `sub` have none of their own. */
const claimCodes: Readonly<Record<string, string>> = {
  exp: "AADB2C90235",
  nbf: "AADB2C90235",
  aud: "AADB2C90237",
  azp: "AADB2C90237",
  iss: "AADB2C90238",
};

/** openid-client reports by code; the claim stands in the innermost cause, or only in the message of the error. */
function codeOf(chain: readonly Error[]): string {
  for (const link of chain) {
    const named = claimOf(link.cause) ?? /JWT "(\w+)"/.exec(link.message)?.[1];
    if (named === "alg" || /unsupported JWS algorithm/.test(link.message)) return "AADB2C90239";
    if (named !== undefined) return claimCodes[named] ?? "AADB2C90240";
  }
  const text = chain.map((link) => link.message).join(" ");
  if (/id_token|ID Token|JWT|JWE/i.test(text)) return "AADB2C90240";
  return "AADB2C90273";
}

function claimOf(cause: unknown): string | undefined {
  if (typeof cause !== "object" || cause === null || !("claim" in cause)) return undefined;
  return typeof cause.claim === "string" ? cause.claim : undefined;
}

function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let link = error; link instanceof Error && chain.length < 8; link = link.cause) chain.push(link);
  return chain.length > 0 ? chain : [new Error("failed")];
}

/** What a provider wrote, fit for a log line and a redirect (protocol.md S14). */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").slice(0, 500);
}
