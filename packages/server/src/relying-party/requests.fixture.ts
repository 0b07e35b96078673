import { createHash } from "node:crypto";
import type { TestServer } from "./server.fixture.ts";
import { clients, webSecret } from "./tenants.fixture.ts";

/** Requests of protocol.md 15: `A(x)` and `T(x)`. For tests only. */
export type Fields = Readonly<Record<string, string | undefined>>;

export const verifier = "v".repeat(43);
const challenge = createHash("sha256").update(verifier).digest("base64url");

export const base = "/contoso.onmicrosoft.com/B2C_1A_susi/oauth2/v2.0";

/** The minimal valid request of each kind of application. */
export const minimal = {
  web: {
    client_id: clients.web,
    redirect_uri: "https://app.example/cb",
    response_type: "code",
    scope: "openid",
    state: "s1",
  },
  spa: {
    client_id: clients.spa,
    redirect_uri: "https://spa.example/cb",
    response_type: "code",
    scope: "openid offline_access",
    code_challenge: challenge,
    code_challenge_method: "S256",
  },
  native: {
    client_id: clients.native,
    redirect_uri: "http://localhost:51234",
    response_type: "code",
    scope: "openid offline_access",
    code_challenge: challenge,
    code_challenge_method: "S256",
  },
  implicit: {
    client_id: clients.implicit,
    redirect_uri: "https://implicit.example/cb",
    response_type: "id_token",
    scope: "openid",
    nonce: "n1",
    state: "s1",
  },
} as const;

export function encode(fields: Fields): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) query.set(name, value);
  return query.toString();
}

export function authorize(server: TestServer, fields: Fields, path = base): Promise<Response> {
  return fetch(`${server.url}${path}/authorize?${encode(fields)}`, { redirect: "manual" });
}

/** What came back to the application, from query or fragment. */
export function answered(response: Response): URLSearchParams {
  const location = response.headers.get("location");
  if (location === null) throw new Error(`no redirect but status ${response.status}`);
  const [, fragment] = location.split("#");
  return new URLSearchParams(fragment ?? location.slice(location.indexOf("?") + 1));
}

export async function codeFor(server: TestServer, fields: Fields, path = base): Promise<string> {
  const code = answered(await authorize(server, fields, path)).get("code");
  if (code === null) throw new Error("no code");
  return code;
}

export interface TokenAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
  /** `AADB2C90080 invalid_grant`, for errors. */
  readonly problem: string;
}

export async function postToken(
  server: TestServer,
  fields: Fields,
  options: { readonly headers?: Readonly<Record<string, string>>; readonly path?: string } = {},
): Promise<TokenAnswer> {
  const response = await fetch(`${server.url}${options.path ?? base}/token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...options.headers },
    body: encode(fields),
  });
  const body = (await response.json()) as Record<string, unknown>;
  const description = typeof body.error_description === "string" ? body.error_description : "";
  return {
    status: response.status,
    headers: response.headers,
    body,
    problem: `${description.split(":")[0]} ${body.error}`,
  };
}

export function webCode(code: string, more: Fields = {}): Fields {
  return {
    grant_type: "authorization_code",
    client_id: clients.web,
    client_secret: webSecret,
    redirect_uri: "https://app.example/cb",
    code,
    ...more,
  };
}

export function spaCode(code: string, more: Fields = {}): Fields {
  return {
    grant_type: "authorization_code",
    client_id: clients.spa,
    redirect_uri: "https://spa.example/cb",
    code_verifier: verifier,
    code,
    ...more,
  };
}

/** Claims of a JWT, unverified. */
export function claimsOf(token: unknown): Readonly<Record<string, unknown>> {
  const payload = String(token).split(".")[1] ?? "";
  return JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
}
