import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import type { ServerOptions } from "@vestibule/server";
import { makeCertificate } from "../../packages/server/src/keys/certificate-fixtures.ts";

export interface Member {
  readonly id: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly name: string;
  readonly email?: string;
}

/** The client that the starter packs register. */
export const client = { id: "facebook_clientid", secret: "the secret of the social network" };

/**
 * An OAuth 2.0 server in the manner of Facebook, at the addresses that the starter packs name: a page to sign in, a token
 * endpoint that is asked by GET, and the member's profile with the fields that are asked for. Codes and tokens are good
 * once and for one redirect URI.
 */
export class SocialNetwork {
  readonly members = new Map<string, Member>();
  readonly #redirectUris = new Set<string>();
  readonly #codes = new Map<string, { readonly member: string; readonly redirectUri: string }>();
  readonly #tokens = new Map<string, string>();
  readonly #plain = createServer(this.#listener());
  readonly #secure;

  private constructor() {
    const { certificate, privateKey } = makeCertificate("www.facebook.com");
    this.#secure = createSecureServer({ cert: certificate, key: privateKey }, this.#listener());
  }

  static async start(): Promise<SocialNetwork> {
    const network = new SocialNetwork();
    for (const server of [network.#plain, network.#secure])
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return network;
  }

  allow(redirectUri: string): void {
    this.#redirectUris.add(redirectUri);
  }

  /** Sends a browser that looks for the network here; its certificate is nobody's. */
  get browserArguments(): readonly string[] {
    const { port } = this.#secure.address() as AddressInfo;
    return [`--host-resolver-rules=MAP www.facebook.com:443 127.0.0.1:${port}`];
  }

  /** Opens the server's connections to the network here, without TLS, and others on this machine only. */
  readonly openSocket: NonNullable<ServerOptions["insecureOpenSocket"]> = (target, callback) => {
    const { port } = this.#plain.address() as AddressInfo;
    const isNetwork = target.hostname === "graph.facebook.com";
    if (!isNetwork && target.hostname !== "localhost")
      return callback(new Error(`nobody plays ${target.hostname}`), null);
    const socket = connect(isNetwork ? port : Number(target.port), "127.0.0.1");
    socket.once("connect", () => callback(null, socket));
    socket.once("error", (error) => callback(error, null));
  };

  async close(): Promise<void> {
    for (const server of [this.#plain, this.#secure]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  #listener(): RequestListener {
    return (request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
    };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "https://www.facebook.com");
    switch (`${request.method} ${pathname}`) {
      case "GET /dialog/oauth":
        return this.#page(searchParams, response);
      case "POST /dialog/oauth":
        return this.#signedIn(searchParams, new URLSearchParams(await text(request)), response);
      case "GET /oauth/access_token":
        return this.#token(searchParams, response);
      case "GET /me":
        return this.#profile(searchParams, response);
      default:
        response.writeHead(404).end();
    }
  }

  #page(query: URLSearchParams, response: ServerResponse): void {
    const problem =
      query.get("client_id") !== client.id
        ? "unknown client"
        : query.get("response_type") !== "code" || !query.get("state")
          ? "no code is asked for"
          : this.#redirectUris.has(query.get("redirect_uri") ?? "")
            ? undefined
            : "the redirect URI is not registered";
    response.writeHead(problem === undefined ? 200 : 400, { "content-type": "text/html; charset=utf-8" });
    response.end(
      problem ??
        `<!DOCTYPE html><title>Social network</title><form method="post"><input name="member" id="member">
         <button id="allow" name="choice" value="allow">Continue</button>
         <button id="deny" name="choice" value="deny">Cancel</button></form>`,
    );
  }

  #signedIn(query: URLSearchParams, form: URLSearchParams, response: ServerResponse): void {
    const redirectUri = query.get("redirect_uri") ?? "";
    if (!this.#redirectUris.has(redirectUri)) {
      failed(response, "The redirect URI is not registered.");
      return;
    }
    const back = new URL(redirectUri);
    back.searchParams.set("state", query.get("state") ?? "");
    const member = form.get("member") ?? "";
    if (form.get("choice") !== "allow" || !this.members.has(member)) {
      back.searchParams.set("error", "access_denied");
      back.searchParams.set("error_description", "Permissions error");
    } else {
      const code = randomUUID();
      this.#codes.set(code, { member, redirectUri });
      back.searchParams.set("code", code);
    }
    response.writeHead(302, { location: back.href }).end();
  }

  #token(query: URLSearchParams, response: ServerResponse): void {
    const code = query.get("code") ?? "";
    const granted = this.#codes.get(code);
    this.#codes.delete(code);
    const isClient = query.get("client_id") === client.id && query.get("client_secret") === client.secret;
    if (!isClient) failed(response, "Error validating client secret.");
    else if (granted?.redirectUri !== query.get("redirect_uri"))
      failed(response, "Error validating verification code.");
    else {
      const token = randomUUID();
      this.#tokens.set(token, granted?.member ?? "");
      sent(response, { access_token: token, token_type: "bearer", expires_in: 5_183_944 });
    }
  }

  #profile(query: URLSearchParams, response: ServerResponse): void {
    const member = this.members.get(this.#tokens.get(query.get("access_token") ?? "") ?? "");
    if (member === undefined) {
      failed(response, "Invalid OAuth access token.");
      return;
    }
    const fields = new Set((query.get("fields") ?? "id,name").split(","));
    sent(response, Object.fromEntries(Object.entries(member).filter(([name]) => fields.has(name))));
  }
}

function sent(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function failed(response: ServerResponse, message: string): void {
  sent(response, { error: { message, type: "OAuthException", code: 100 } }, 400);
}
