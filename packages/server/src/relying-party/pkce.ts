import { hash } from "node:crypto";
import { equalSecrets } from "./equal-secrets.ts";
import { ProtocolError } from "./errors.ts";
import type { Parameters } from "./parameters.ts";
import type { RedirectUriType } from "./redirect-uri.ts";

export interface CodeChallenge {
  readonly value: string;
  readonly method: "S256" | "plain";
}

const codeVerifier = /^[A-Za-z0-9\-._~]{43,128}$/;

/**
 * Reads the challenge of an authorization request: protocol.md 3.5. A single-page application must send one and may not
 * send it as plain text.
 *
 * @throws ProtocolError AADB2C90183, 90184, 99059
 */
export function readCodeChallenge(
  parameters: Parameters,
  type: RedirectUriType,
  allowPlain: boolean,
): CodeChallenge | undefined {
  const value = parameters.get("code_challenge");
  const requested = parameters.get("code_challenge_method");
  const supported = allowPlain && type !== "spa" ? ["S256", "plain"] : ["S256"];
  const method = requested ?? (value === undefined ? undefined : "plain");
  if (method !== undefined && !supported.includes(method)) {
    throw new ProtocolError("AADB2C90184", [method, supported.join(", ")]);
  }
  if (value === undefined) {
    if (type === "spa") throw new ProtocolError("AADB2C99059");
    // A method without its challenge is a challenge that got lost on the way, not a request without one.
    if (requested !== undefined) throw new ProtocolError("AADB2C90183/challenge");
    return undefined;
  }
  if (!codeVerifier.test(value) || (method === "S256" && value.length !== 43)) {
    throw new ProtocolError("AADB2C90183/challenge");
  }
  return { value, method: method === "S256" ? "S256" : "plain" };
}

/**
 * Checks the verifier of a token request against the challenge of its grant. A verifier without a challenge is refused
 * as well: somebody took the challenge out of the authorization request (RFC 9700 4.8).
 *
 * @throws ProtocolError AADB2C90182, 90183
 */
export function verifyCodeVerifier(verifier: string | undefined, challenge: CodeChallenge | undefined): void {
  if (!challenge) {
    if (verifier !== undefined) throw new ProtocolError("AADB2C90183");
    return;
  }
  if (verifier === undefined) throw new ProtocolError("AADB2C90183/missing");
  if (!codeVerifier.test(verifier)) throw new ProtocolError("AADB2C90183");
  const derived = challenge.method === "S256" ? hash("sha256", verifier, "base64url") : verifier;
  if (!equalSecrets(derived, challenge.value)) throw new ProtocolError("AADB2C90182");
}
