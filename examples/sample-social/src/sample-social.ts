import { generateKeyPair, randomBytes, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import Provider, { type Configuration, interactionPolicy } from "oidc-provider";
import { createMemory } from "./memory.ts";
import { messagePage, signInPage, signOutPage } from "./pages.ts";
import { inventPerson, type Person, people } from "./people.ts";

export interface SampleSocialOptions {
  /** Port on 127.0.0.1; 0 takes a free one. */
  readonly port?: number;
  /** Redirect URIs beside those of the sample tenant. */
  readonly redirectUris?: readonly string[];
}

export interface SampleSocial {
  /** The issuer, for example `http://localhost:4482`; discovery is below it. */
  readonly url: string;
  close(): Promise<void>;
}

/** The sample tenant's registration: known to everybody, for a provider of invented people. */
const client = { id: "sample-tenant", secret: "sample-social-secret" };

const sampleTenantRedirects = [
  "http://localhost:4480/contoso.onmicrosoft.com/oauth2/authresp",
  "https://localhost:4443/contoso.onmicrosoft.com/oauth2/authresp",
];

/** Starts the OpenID Connect provider "Sample social": no passwords, invented people, nothing kept. */
export async function startSampleSocial(options: SampleSocialOptions = {}): Promise<SampleSocial> {
  // The issuer holds the port, so the socket comes before the provider.
  let handle: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) => {
    response.writeHead(503).end();
  };
  const server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 4482, "127.0.0.1", resolve);
  });
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const redirectUris = [...sampleTenantRedirects, ...(options.redirectUris ?? [])];
  const known = new Map<string, Person>(people.map((person) => [person.sub, person]));
  const provider = new Provider(url, await configuration(redirectUris, known));
  const answer = provider.callback();
  handle = (request, response) => {
    const uid = /^\/sign-in\/([\w-]+)(\/cancel)?$/.exec(request.url ?? "");
    if (uid === null) void answer(request, response);
    else {
      signIn(provider, known, request, response, uid[2] !== undefined).catch(() => {
        // The interaction is unknown or expired, or belongs to another browser.
        send(
          response,
          400,
          messagePage("This sign-in has ended", "Go back to the application and try again."),
        );
      });
    }
  };
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function configuration(
  redirectUris: readonly string[],
  known: ReadonlyMap<string, Person>,
): Promise<Configuration> {
  return {
    adapter: createMemory(),
    jwks: { keys: [await signingKey()] },
    cookies: { keys: [randomBytes(32).toString("base64url")] },
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        client_name: "Sample tenant",
        redirect_uris: [...redirectUris],
        response_types: ["code"],
        grant_types: ["authorization_code"],
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    claims: {
      openid: ["sub"],
      email: ["email", "email_verified"],
      profile: ["name", "given_name", "family_name"],
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (ctx, form) => {
          ctx.body = signOutPage(form);
        },
        postLogoutSuccessSource: async (ctx) => {
          ctx.body = messagePage("Signed out", "You are signed out of Sample social.");
        },
      },
    },
    interactions: { url: (_ctx, interaction) => `/sign-in/${interaction.uid}`, policy: askEveryTime() },
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 60,
      IdToken: 3600,
      Interaction: 3600,
      Session: 86_400,
      Grant: 86_400,
    },
    findAccount: async (_ctx, sub) => {
      const person = known.get(sub);
      if (person === undefined) return undefined;
      return {
        accountId: sub,
        claims: async () => ({
          sub,
          email: person.email,
          email_verified: person.emailVerified,
          name: person.name,
          given_name: person.givenName,
          family_name: person.familyName,
        }),
      };
    },
    // Consent is part of the pretence: whoever chose a person agreed.
    loadExistingGrant: async (ctx) => {
      const { client: asking, session, provider } = ctx.oidc;
      if (asking === undefined || session?.accountId === undefined) return undefined;
      const grant = new provider.Grant({ clientId: asking.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid profile email");
      await grant.save();
      return grant;
    },
    clientBasedCORS: () => false,
    renderError: async (ctx, out) => {
      ctx.type = "html";
      ctx.body = messagePage("Sample social cannot do that", out.error_description ?? out.error);
    },
  };
}

/** The person is chosen anew at every sign-in: that is what one tries out here. */
function askEveryTime() {
  const policy = interactionPolicy.base();
  policy
    .get("login")
    ?.checks.add(
      new interactionPolicy.Check("choose", "A person must be chosen", (ctx) =>
        ctx.oidc.result?.login === undefined
          ? interactionPolicy.Check.REQUEST_PROMPT
          : interactionPolicy.Check.NO_NEED_TO_PROMPT,
      ),
    );
  return policy;
}

async function signIn(
  provider: Provider,
  known: Map<string, Person>,
  request: IncomingMessage,
  response: ServerResponse,
  cancelled: boolean,
): Promise<void> {
  const { uid } = await provider.interactionDetails(request, response);
  if (cancelled) {
    await provider.interactionFinished(request, response, {
      error: "access_denied",
      error_description: "The person cancelled the sign-in.",
    });
    return;
  }
  const addresses = { action: `/sign-in/${uid}`, cancel: `/sign-in/${uid}/cancel` };
  if (request.method !== "POST") {
    send(response, 200, signInPage(addresses));
    return;
  }
  const fields = await readForm(request);
  const email = fields.get("email") ?? "";
  const name = fields.get("name") ?? "";
  const chosen = people.find((person) => person.email === fields.get("person")) ?? inventPerson(email, name);
  if (chosen === undefined) {
    const problem = "Enter an email address and a name.";
    send(response, 400, signInPage({ ...addresses, problem, email, name }));
    return;
  }
  known.set(chosen.sub, chosen);
  await provider.interactionFinished(request, response, {
    login: { accountId: chosen.sub, remember: false },
  });
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 10_000) throw new Error("the form is too large");
  }
  return new URLSearchParams(text);
}

function send(response: ServerResponse, status: number, html: string): void {
  response
    .writeHead(status, {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy":
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    })
    .end(html);
}

async function signingKey() {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg: "RS256" };
}
