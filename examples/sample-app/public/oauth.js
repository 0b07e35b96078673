// The protocol as a single-page application speaks it: authorization code with PKCE (RFC 7636), S256.

const stored = (state) => `sample-app:${state}`;

/** The endpoints of one policy of one tenant. */
export async function discover(tenant, policy) {
  const path = `/${encodeURIComponent(tenant)}/${encodeURIComponent(policy)}/v2.0/.well-known/openid-configuration`;
  const answer = await fetch(path);
  if (!answer.ok)
    throw new Error(`The metadata of ${policy} in ${tenant} could not be read (HTTP ${answer.status}).`);
  return answer.json();
}

export function redirectUri() {
  return `${location.origin}/app/callback`;
}

/** Remembers what the answer must match and returns the address to send the browser to. */
export async function authorizationAddress({ tenant, policy, client, parameters = {} }) {
  const metadata = await discover(tenant, policy);
  const verifier = random(32);
  const nonce = random(16);
  const state = random(16);
  const challenge = base64url(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
  sessionStorage.setItem(stored(state), JSON.stringify({ tenant, policy, client, verifier, nonce }));
  const address = new URL(metadata.authorization_endpoint);
  const sent = {
    client_id: client,
    response_type: "code",
    redirect_uri: redirectUri(),
    response_mode: "query",
    scope: "openid offline_access",
    state,
    nonce,
    code_challenge: challenge,
    code_challenge_method: "S256",
    ...parameters,
  };
  for (const [name, value] of Object.entries(sent)) address.searchParams.set(name, value);
  return address.href;
}

/** What was remembered for this answer; undefined when another tab, or another site, began it. */
export function takeTransaction(state) {
  const text = state ? sessionStorage.getItem(stored(state)) : null;
  if (text === null) return undefined;
  sessionStorage.removeItem(stored(state));
  return JSON.parse(text);
}

/** Exchanges the code for tokens and checks the id token. */
export async function redeem(transaction, code, confidential) {
  const metadata = await discover(transaction.tenant, transaction.policy);
  const fields = {
    grant_type: "authorization_code",
    client_id: transaction.client,
    code,
    redirect_uri: redirectUri(),
    code_verifier: transaction.verifier,
  };
  const tokens = confidential
    ? await askOwnServer({ ...fields, tenant: transaction.tenant, policy: transaction.policy })
    : await askTokenEndpoint(metadata.token_endpoint, fields);
  const claims = await checkIdToken(tokens.id_token, metadata, transaction);
  return { tokens, claims };
}

async function askTokenEndpoint(endpoint, fields) {
  const answer = await fetch(endpoint, { method: "POST", body: new URLSearchParams(fields) });
  return readAnswer(answer);
}

/** A client with a secret has a server; the secret never comes here. */
async function askOwnServer(fields) {
  const answer = await fetch("/app/redeem", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(fields),
  });
  return readAnswer(answer);
}

async function readAnswer(answer) {
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    throw new Error(body.error_description ?? `The token endpoint answered with HTTP ${answer.status}.`);
  }
  return body;
}

/** OpenID Connect Core 3.1.3.7: signature, issuer, audience, time, nonce. */
async function checkIdToken(token, metadata, transaction) {
  if (typeof token !== "string") throw new Error("The answer holds no id token.");
  const [head = "", body = "", signature = ""] = token.split(".");
  const header = decode(head);
  const { keys } = await (await fetch(metadata.jwks_uri)).json();
  const jwk = keys.find((key) => key.kid === header.kid);
  if (header.alg !== "RS256" || jwk === undefined) {
    throw new Error(`The key ${header.kid} that signed the token is not published.`);
  }
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("jwk", { kty: jwk.kty, n: jwk.n, e: jwk.e }, algorithm, false, [
    "verify",
  ]);
  const signed = new TextEncoder().encode(`${head}.${body}`);
  if (!(await crypto.subtle.verify(algorithm, key, bytes(signature), signed))) {
    throw new Error("The signature of the id token is wrong.");
  }
  const claims = decode(body);
  if (claims.iss !== metadata.issuer) throw new Error("The id token comes from another issuer.");
  if (claims.aud !== transaction.client) throw new Error("The id token is meant for another application.");
  if (claims.nonce !== transaction.nonce) throw new Error("The id token belongs to another sign-in.");
  if (claims.exp * 1000 < Date.now())
    throw new Error("The id token has expired. Check the clock of this machine.");
  return claims;
}

/** Where to go to end the session; the browser comes back to the callback page. */
export async function signOutAddress(tenant, policy, idToken) {
  const metadata = await discover(tenant, policy);
  const address = new URL(metadata.end_session_endpoint);
  address.searchParams.set("post_logout_redirect_uri", redirectUri());
  address.searchParams.set("id_token_hint", idToken);
  return address.href;
}

function decode(part) {
  return JSON.parse(new TextDecoder().decode(bytes(part)));
}

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function base64url(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

function random(count) {
  return base64url(crypto.getRandomValues(new Uint8Array(count)));
}
