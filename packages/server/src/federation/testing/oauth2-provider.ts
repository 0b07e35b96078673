import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { OAuth2Provider } from "@vestibule/engine";

interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Reply {
  readonly status?: number;
  readonly type?: string;
  /** Text as it is; anything else as JSON. */
  readonly body: unknown;
}

/** An OAuth 2.0 provider whose two endpoints answer what a test says, and which remembers what it was asked. */
export class ScriptedOAuth2 {
  token: Reply = { body: { access_token: "an-access-token", token_type: "Bearer", expires_in: 3600 } };
  claims: Reply = { body: { id: "1001", name: "Fay Book", email: "fay@provider.example" } };
  readonly received: Received[] = [];
  readonly url: string;
  readonly close: () => void;

  private constructor(url: string, close: () => void) {
    this.url = url;
    this.close = close;
  }

  static async start(): Promise<ScriptedOAuth2> {
    const server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const { pathname, searchParams } = new URL(request.url ?? "/", provider.url);
      provider.received.push({
        method: request.method ?? "",
        path: pathname,
        query: searchParams,
        form: new URLSearchParams(body),
        headers: request.headers,
      });
      const reply = pathname === "/token" ? provider.token : provider.claims;
      response
        .writeHead(reply.status ?? 200, { "content-type": reply.type ?? "application/json" })
        .end(typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const provider = new ScriptedOAuth2(`http://127.0.0.1:${port}`, () => {
      server.close();
      server.closeAllConnections();
    });
    return provider;
  }

  /** The technical profile of it, as a test changes it. */
  profile(changes: Partial<OAuth2Provider> = {}): OAuth2Provider {
    return {
      protocol: "OAuth2",
      technicalProfile: "Scripted-OAuth2",
      clientId: "our client",
      clientSecret: "our: secret/+",
      tokenEndpointAuthMethod: "client_secret_post",
      httpBinding: "POST",
      scope: "email profile",
      redirectUri: "https://login.contoso.example/contoso.onmicrosoft.com/oauth2/authresp",
      issuerPrefixes: [],
      discoverByIssuer: false,
      authorizationEndpoint: `${this.url}/authorize?display=page`,
      tokenEndpoint: `${this.url}/token`,
      claimsEndpoint: `${this.url}/me?fields=id,name,email`,
      authorizationParameters: {},
      clientIdParameter: "client_id",
      clientSecretParameter: "client_secret",
      tokenAnswerClaims: [],
      claimsRequestParameters: [],
      accessTokenParameter: "access_token",
      ...changes,
    };
  }

  last(path: string): Received {
    const found = this.received.findLast((one) => one.path === path);
    if (found === undefined) throw new Error(`${path} was not asked`);
    return found;
  }
}
