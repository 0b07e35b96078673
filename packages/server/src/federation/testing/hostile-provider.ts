import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  CompactSign,
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  type JWK,
} from "jose";

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

export async function makeKey(alg = "RS256"): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  return { kid, alg, privateKey, publicJwk: { ...publicJwk, kid, alg, use: "sig" } };
}

type Json = Record<string, unknown>;
type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** A provider that does as it is told, for one test. */
export interface HostileProvider {
  readonly url: string;
  readonly metadata: string;
  /** Keys that it publishes; the first one signs. */
  keys: SigningKey[];
  /** Overrides: what the honest answer becomes. */
  discovery: (honest: Json) => unknown;
  jwks: (honest: { keys: JWK[] }) => unknown;
  claims: (honest: Json) => Json;
  header: (honest: Json) => Json;
  /** The id token, given its honest form. */
  idToken: (honest: string) => string | undefined | Promise<string>;
  tokenResponse: (honest: Json) => unknown;
  tokenEndpoint?: Answer;
  metadataEndpoint?: Answer;
  userInfo?: Json | Answer;
  /** What came in, in order. */
  readonly requests: { readonly path: string; readonly body: string; readonly authorization?: string }[];
  /** What the browser brings back after it was sent to `authorizationUrl`. */
  grant(authorizationUrl: string): Record<string, string>;
  close(): Promise<void>;
}

/** Starts a provider on a free port whose answers are honest until a test says otherwise. */
export async function startHostileProvider(keys: SigningKey[]): Promise<HostileProvider> {
  const granted = new Map<string, URLSearchParams>();
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider: HostileProvider = {
    url,
    metadata: `${url}/.well-known/openid-configuration`,
    keys,
    discovery: (honest) => honest,
    jwks: (honest) => honest,
    claims: (honest) => honest,
    header: (honest) => honest,
    idToken: (honest) => honest,
    tokenResponse: (honest) => honest,
    requests: [],
    grant(authorizationUrl) {
      const parameters = new URL(authorizationUrl).searchParams;
      const code = randomUUID();
      granted.set(code, parameters);
      return { code, state: parameters.get("state") ?? "" };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { pathname } = new URL(request.url ?? "/", url);
    const { authorization } = request.headers;
    provider.requests.push({ path: pathname, body, ...(authorization !== undefined && { authorization }) });
    switch (pathname) {
      case "/.well-known/openid-configuration":
        if (provider.metadataEndpoint !== undefined) return provider.metadataEndpoint(request, response);
        return json(response, provider.discovery(discovery()));
      case "/jwks":
        return json(response, provider.jwks({ keys: provider.keys.map((key) => key.publicJwk) }));
      case "/token":
        if (provider.tokenEndpoint !== undefined) return provider.tokenEndpoint(request, response);
        return json(response, await tokens(new URLSearchParams(body)));
      case "/userinfo":
        if (typeof provider.userInfo === "function") return provider.userInfo(request, response);
        return json(response, provider.userInfo ?? {});
      default:
        response.writeHead(404).end();
    }
  }

  function discovery(): Json {
    return {
      issuer: url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      jwks_uri: `${url}/jwks`,
      end_session_endpoint: `${url}/end`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256", "ES256"],
      code_challenge_methods_supported: ["S256"],
      ...(provider.userInfo !== undefined && { userinfo_endpoint: `${url}/userinfo` }),
    };
  }

  async function tokens(form: URLSearchParams): Promise<unknown> {
    const request = granted.get(form.get("code") ?? "");
    const now = Math.floor(Date.now() / 1000);
    const claims = provider.claims({
      iss: url,
      sub: "subject-1",
      aud: request?.get("client_id"),
      exp: now + 300,
      iat: now,
      nonce: request?.get("nonce"),
      email: "somebody@provider.example",
    });
    const [key] = provider.keys;
    if (key === undefined) throw new Error("no key");
    const honest = await sign(key, provider.header({ alg: key.alg, kid: key.kid, typ: "JWT" }), claims);
    return provider.tokenResponse({
      access_token: "an-access-token",
      token_type: "Bearer",
      expires_in: 3600,
      refresh_token: "a-refresh-token",
      id_token: await provider.idToken(honest),
    });
  }

  return provider;
}

/** Signs with `key`, whatever `header` claims; `crit`, `none` and other nonsense can be put in by the test. */
export async function sign(key: SigningKey, header: Json, claims: Json): Promise<string> {
  const payload = new TextEncoder().encode(JSON.stringify(claims));
  const honest = await new CompactSign(payload).setProtectedHeader({ alg: key.alg }).sign(key.privateKey);
  if (header.alg !== key.alg) {
    const [, body = "", signature = ""] = honest.split(".");
    return [base64url(header), body, header.alg === "none" ? "" : signature].join(".");
  }
  return new CompactSign(payload).setProtectedHeader({ ...header, alg: key.alg }).sign(key.privateKey);
}

export function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
