import { createHash, createPublicKey, type KeyObject, randomBytes, verify } from "node:crypto";
import { request } from "undici";
import { client } from "../scene.ts";
import type { Answer } from "./browser.ts";

/** What discovery says of the server under load. */
export interface Issuer {
  readonly issuer: string;
  readonly authorizationPath: string;
  readonly tokenPath: string;
  readonly keys: ReadonlyMap<string, KeyObject>;
}

/** What one authorization request is bound to. */
export interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export async function discover(url: string): Promise<Issuer> {
  const document = (await (await request(url)).body.json()) as Readonly<Record<string, string>>;
  const jwks = (await (await request(document.jwks_uri ?? "")).body.json()) as { keys: { kid: string }[] };
  const path = (address: string | undefined) => new URL(address ?? "").pathname;
  return {
    issuer: document.issuer ?? "",
    authorizationPath: path(document.authorization_endpoint),
    tokenPath: path(document.token_endpoint),
    keys: new Map(jwks.keys.map((key) => [key.kid, createPublicKey({ key, format: "jwk" })])),
  };
}

export function newAttempt(): Attempt {
  const random = randomBytes(64).toString("base64url");
  return { state: random.slice(0, 20), nonce: random.slice(20, 40), verifier: random.slice(0, 64) };
}

/** The authorization request that both servers get: code, PKCE with S256, state, nonce. */
export function authorizationRequest(attempt: Attempt): string {
  return new URLSearchParams({
    client_id: client.id,
    redirect_uri: client.redirectUri,
    response_type: "code",
    scope: "openid",
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: createHash("sha256").update(attempt.verifier).digest("base64url"),
    code_challenge_method: "S256",
  }).toString();
}

/** The code out of the redirect to the application. */
export function readCode(answer: Answer, attempt: Attempt): string {
  if (answer.location === undefined)
    throw new Error(`no redirect but ${answer.status} ${answer.body.slice(0, 300)}`);
  const { searchParams } = new URL(answer.location);
  const code = searchParams.get("code");
  if (code === null || searchParams.get("state") !== attempt.state) {
    throw new Error(`no code in ${answer.location}`);
  }
  return code;
}

export function tokenRequest(code: string, attempt: Attempt): Readonly<Record<string, string>> {
  return {
    grant_type: "authorization_code",
    code,
    redirect_uri: client.redirectUri,
    client_id: client.id,
    client_secret: client.secret,
    code_verifier: attempt.verifier,
  };
}

/** Checks signature, issuer, audience, nonce and time of the id token; throws where anything is wrong. */
export function checkTokens(answer: Answer, attempt: Attempt, issuer: Issuer): void {
  if (answer.status !== 200) throw new Error(`token: ${answer.status} ${answer.body.slice(0, 300)}`);
  const { id_token } = JSON.parse(answer.body) as { id_token: string };
  const [header = "", payload = "", signature = ""] = id_token.split(".");
  const { alg, kid } = decode(header) as { alg: string; kid: string };
  const key = issuer.keys.get(kid);
  if (alg !== "RS256" || key === undefined) throw new Error(`id token signed with ${alg} by ${kid}`);
  const signed = Buffer.from(`${header}.${payload}`);
  if (!verify("sha256", signed, key, Buffer.from(signature, "base64url"))) throw new Error("wrong signature");
  const claims = decode(payload) as Readonly<Record<string, unknown>>;
  const wrong =
    claims.iss !== issuer.issuer ||
    claims.aud !== client.id ||
    claims.nonce !== attempt.nonce ||
    Number(claims.exp) * 1000 < Date.now();
  if (wrong) throw new Error(`wrong claims ${JSON.stringify(claims)}`);
}

function decode(part: string): unknown {
  return JSON.parse(Buffer.from(part, "base64url").toString());
}
