import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import Provider, { type Configuration, interactionPolicy } from "oidc-provider";

export const client = { id: "the-tenant", secret: "the secret of the provider, with 32 octets and more" };

/**
 * A certified OpenID Connect provider on this machine. Whoever signs in writes a name, which becomes the subject; the
 * client may ask for every response that this server understands.
 */
export class TestProvider {
  readonly url: string;
  readonly #close: () => Promise<void>;

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url;
    this.#close = close;
  }

  static async start(redirectUri: string, postLogoutRedirectUri: string): Promise<TestProvider> {
    let handle: (request: IncomingMessage, response: ServerResponse) => Promise<void> = async () => undefined;
    const server = createServer((request, response) => {
      handle(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://localhost:${(server.address() as AddressInfo).port}`;
    const provider = new Provider(url, configuration(redirectUri, postLogoutRedirectUri));
    const answer = provider.callback();
    handle = async (request, response) => {
      if (!request.url?.startsWith("/login/")) return answer(request, response);
      if (request.method === "POST") return signedIn(provider, request, response);
      response.writeHead(200, { "content-type": "text/html" });
      response.end('<form method="post"><input id="name" name="name"><button id="go">Go</button></form>');
    };
    return new TestProvider(url, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
  }

  close(): Promise<void> {
    return this.#close();
  }
}

function configuration(redirectUri: string, postLogoutRedirectUri: string): Configuration {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  // Whoever signs in agrees; else programs would be asked again and again.
  const prompts = interactionPolicy.base();
  prompts.remove("consent");
  const jwk = { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg: "RS256" };
  return {
    jwks: { keys: [jwk] as NonNullable<Configuration["jwks"]>["keys"] },
    cookies: { keys: [randomUUID()] },
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        // Web clients may not use implicit answers on this machine, programs may.
        application_type: "native",
        redirect_uris: [redirectUri],
        post_logout_redirect_uris: [postLogoutRedirectUri],
        response_types: ["code", "id_token", "code id_token"],
        grant_types: ["authorization_code", "implicit"],
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    responseTypes: ["code", "id_token", "code id_token"],
    pkce: { required: () => false },
    conformIdTokenClaims: false,
    claims: { openid: ["sub"], profile: ["name", "given_name", "family_name"], email: ["email"] },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
    interactions: { url: (_ctx, { uid }) => `/login/${uid}`, policy: prompts },
    findAccount: async (_ctx, sub) => ({
      accountId: sub,
      claims: async () => ({
        sub,
        name: `${sub} Lund`,
        given_name: sub,
        family_name: "Lund",
        email: `${sub}@provider.example`,
      }),
    }),
    loadExistingGrant: async (ctx) => {
      const { client: asking, session } = ctx.oidc;
      if (!asking || session?.accountId === undefined) return undefined;
      const grant = new ctx.oidc.provider.Grant({ clientId: asking.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid profile email");
      await grant.save();
      return grant;
    },
  };
}

async function signedIn(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const name = new URLSearchParams(await text(request)).get("name") ?? "";
  const result =
    name === "nobody"
      ? { error: "access_denied", error_description: "the person said no" }
      : { login: { accountId: name } };
  await provider.interactionFinished(request, response, result);
}
