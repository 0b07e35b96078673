import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { hash, verify } from "@node-rs/argon2";
import Provider from "oidc-provider";
import { account, client, type HashCost } from "../scene.ts";
import { type Started, serve } from "./serve.ts";

/** oidc-provider with its in-memory store, a login page and the same password check as ours. */
serve(async (cost: HashCost): Promise<Started> => {
  let handle: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  const server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const accounts = new Map([[account.email, await hash(account.password, cost)]]);
  const provider = new Provider(url, {
    jwks: { keys: [signingKey()] },
    cookies: { keys: [randomBytes(32).toString("base64url")] },
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [client.redirectUri],
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, { uid }) => `/login/${uid}` },
    ttl: {
      AccessToken: 3600,
      IdToken: 3600,
      AuthorizationCode: 600,
      Interaction: 3600,
      Session: 86_400,
      Grant: 86_400,
    },
    clientBasedCORS: () => false,
    findAccount: async (_ctx, sub) => ({ accountId: sub, claims: async () => ({ sub }) }),
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client?.clientId ?? "",
        accountId: ctx.oidc.session?.accountId ?? "",
      });
      grant.addOIDCScope("openid");
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();

  async function login(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== "POST") {
      const { uid } = await provider.interactionDetails(request, response);
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page(uid));
      return;
    }
    let body = "";
    for await (const chunk of request) body += chunk;
    const form = new URLSearchParams(body);
    const email = form.get("email") ?? "";
    const stored = accounts.get(email);
    const known = stored !== undefined && (await verify(stored, form.get("password") ?? ""));
    await provider.interactionFinished(
      request,
      response,
      known ? { login: { accountId: email } } : { error: "access_denied" },
    );
  }

  handle = (request, response) => {
    if (!request.url?.startsWith("/login/")) void answer(request, response);
    else login(request, response).catch(() => response.writeHead(400).end());
  };
  return {
    url,
    details: {},
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
});

function page(uid: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in</title></head><body><main>
<h1>Sign in</h1><form method="post" action="/login/${uid}">
<label>Email <input type="email" name="email" required></label>
<label>Password <input type="password" name="password" required></label>
<button>Sign in</button></form></main></body></html>`;
}

function signingKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid: "bench", use: "sig", alg: "RS256" };
}
