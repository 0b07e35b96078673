import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { OpenIdConnectProvider } from "@vestibule/engine";
import { exportJWK } from "jose";
import Provider from "oidc-provider";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFederation } from "./federation.ts";
import { makeKey } from "./testing/hostile-provider.ts";

const redirectUri = "https://login.contoso.example/contoso.onmicrosoft.com/oauth2/authresp";
const secret = "a secret: with/odd+characters %";
const federation = createFederation({ allowInsecureHttp: true, now: Date.now });
let issuer: string;
let close: () => void;

beforeAll(async () => {
  let handle: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  const server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [rsa, elliptic] = await Promise.all([makeKey("RS256"), makeKey("ES256")]);
  const keys = await Promise.all(
    [rsa, elliptic].map(async ({ privateKey, ...key }) => ({
      ...(await exportJWK(privateKey)),
      kid: key.kid,
      alg: key.alg,
      use: "sig",
    })),
  );
  const client = { client_secret: secret, redirect_uris: [redirectUri], response_types: ["code" as const] };
  const provider = new Provider(issuer, {
    jwks: { keys },
    cookies: { keys: ["a cookie key"] },
    clients: [
      { ...client, client_id: "post", token_endpoint_auth_method: "client_secret_post" },
      {
        ...client,
        client_id: "basic",
        token_endpoint_auth_method: "client_secret_basic",
        id_token_signed_response_alg: "ES256",
      },
    ],
    claims: { openid: ["sub"], email: ["email"] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, { uid }) => `/login/${uid}` },
    findAccount: async (_ctx, sub) => ({
      accountId: sub,
      claims: async () => ({ sub, email: `${sub}@provider.example` }),
    }),
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client?.clientId ?? "",
        accountId: ctx.oidc.session?.accountId ?? "",
      });
      grant.addOIDCScope("openid email");
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  handle = (request, response) => {
    if (!request.url?.startsWith("/login/")) void answer(request, response);
    else void provider.interactionFinished(request, response, { login: { accountId: "maria" } });
  };
  close = () => {
    server.close();
    server.closeAllConnections();
  };
});
afterAll(() => close());

/** Follows the redirects of the provider until it sends the browser to us, and reads what it brings. */
async function browse(start: string): Promise<Record<string, string>> {
  const cookies = new Map<string, string>();
  for (let url = start; ; ) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { redirect: "manual", headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (location === null) throw new Error(`${response.status} ${await response.text()}`);
    if (location.startsWith(redirectUri)) return Object.fromEntries(new URL(location).searchParams);
    url = new URL(location, url).href;
  }
}

function as(clientId: string, changes: Partial<OpenIdConnectProvider> = {}): OpenIdConnectProvider {
  return {
    protocol: "OpenIdConnect",
    technicalProfile: "Real-OIDC",
    endpoints: {},
    responseType: "code",
    httpBinding: "POST",
    bodyClaims: [],
    issuerPrefixes: [],
    discoverByIssuer: false,
    metadata: `${issuer}/.well-known/openid-configuration`,
    clientId,
    clientSecret: secret,
    scope: "openid email",
    responseMode: "query",
    tokenEndpointAuthMethod: clientId === "basic" ? "client_secret_basic" : "client_secret_post",
    redirectUri,
    ...changes,
  };
}

async function signIn(provider: OpenIdConnectProvider, change: Record<string, string> = {}) {
  const begun = await federation.begin(provider, { state: "StateProperties=abc", parameters: {} });
  if (!("url" in begun)) throw new Error(JSON.stringify(begun));
  return federation.complete(provider, begun.saved, { ...(await browse(begun.url)), ...change });
}

describe("federation with a certified provider", () => {
  it.each(["post", "basic"])("signs a person in with client_secret_%s", async (clientId) => {
    expect(await signIn(as(clientId))).toMatchObject({
      kind: "claims",
      claims: { sub: "maria", email: "maria@provider.example", aud: clientId, iss: issuer },
      endSessionEndpoint: `${issuer}/session/end`,
    });
  });

  it("reports a wrong client secret as ours to mend", async () => {
    const result = await signIn(as("post", { clientSecret: "wrong" }));
    expect(result).toMatchObject({ kind: "refused", code: "AADB2C90243" });
  });

  it("cannot redeem a code twice", async () => {
    const provider = as("post");
    const begun = await federation.begin(provider, { state: "s", parameters: {} });
    if (!("url" in begun)) throw new Error("not begun");
    const answer = await browse(begun.url);
    expect(await federation.complete(provider, begun.saved, answer)).toMatchObject({ kind: "claims" });
    expect(await federation.complete(provider, begun.saved, answer)).toMatchObject({
      kind: "providerError",
      error: "invalid_grant",
    });
  });

  it("cannot redeem a code with another journey's verifier", async () => {
    const provider = as("post");
    const mine = await federation.begin(provider, { state: "s", parameters: {} });
    const theirs = await federation.begin(provider, { state: "s", parameters: {} });
    if (!("url" in mine && "url" in theirs)) throw new Error("not begun");
    expect(await federation.complete(provider, mine.saved, await browse(theirs.url))).toMatchObject({
      kind: "providerError",
      error: "invalid_grant",
    });
  });

  it("refuses an answer that was sent by another issuer", async () => {
    const result = await signIn(as("post"), { iss: "https://another.example" });
    expect(result).toMatchObject({ kind: "refused", code: "AADB2C90273" });
  });
});
